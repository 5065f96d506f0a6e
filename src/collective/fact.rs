//! 业务事实: everything of the business that can be recorded (head kind 12), as one enum. Each fact is a flat record of
//! texts; its bytes are restricted RFC 8785 JSON because its fields stand in the order of their names and hold
//! nothing but texts and arrays. [`Fact::decode`] accepts only what [`Fact::encode`] would have written.

use crate::collective::asset::{AssetCard, AssetStep};
use crate::collective::contract::{Accrual, ContractEnd, MoneyReceived};
use crate::collective::dividend::{DividendPayment, DividendResolution};
use crate::collective::role::RolesAssigned;
use crate::collective::shares::ShareChange;
use crate::collective::shop::{Settlement, ShopDay};
use crate::collective::terms::ContractTerms;
use serde::{Deserialize, Serialize};

/// A voucher that facts produced was taken back: what it stood for is open again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withdrawal {
    /// The reference that the voucher carries: see [`crate::collective::produce::Produced::reference`].
    pub reference: String,
}

macro_rules! facts {
    ($($(#[$doc:meta])* $variant:ident($record:ty) = $word:literal,)*) => {
        /// One fact of the business.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Fact {
            $($(#[$doc])* $variant($record),)*
        }

        impl Fact {
            /// The words of all facts: the `type` of their bodies.
            pub const WORDS: &'static [&'static str] = &[$($word),*];

            pub fn word(&self) -> &'static str {
                match self {
                    $(Fact::$variant(_) => $word,)*
                }
            }

            /// Canonical bytes.
            pub fn encode(&self) -> Vec<u8> {
                let bytes = match self {
                    $(Fact::$variant(record) => serde_json::to_vec(record),)*
                };
                bytes.expect("a record of texts and arrays always has a JSON form")
            }

            /// Reads a record as people and programs send it; says what is not as it should be.
            pub fn read(word: &str, bytes: &[u8]) -> Result<Fact, serde_json::Error> {
                match word {
                    $($word => serde_json::from_slice(bytes).map(Fact::$variant),)*
                    _ => Err(serde::de::Error::custom(format!("no fact is called {word}"))),
                }
            }
        }
    };
}

facts! {
    /// 科目对应: which accounts the posting patterns use.
    RolesAssigned(RolesAssigned) = "roles_assigned",
    /// 造册登记: an entrusted asset's card.
    AssetRegistered(AssetCard) = "asset_registered",
    /// 确权颁证, 委托代管, 移交, 收回, 退还, 灭失.
    AssetStepped(AssetStep) = "asset_stepped",
    /// 合同签订.
    ContractSigned(ContractTerms) = "contract_signed",
    /// 合同终止.
    ContractEnded(ContractEnd) = "contract_ended",
    /// 按月计提或确认.
    ContractsAccrued(Accrual) = "contracts_accrued",
    /// 收到租金、押金、违约金.
    MoneyReceived(MoneyReceived) = "money_received",
    /// 超市营业日报.
    ShopDayReported(ShopDay) = "shop_day_reported",
    /// 平台结算到账.
    SettlementArrived(Settlement) = "settlement_arrived",
    /// 股权变动.
    ShareChanged(ShareChange) = "share_changed",
    /// 利润分配决议.
    DividendResolved(DividendResolution) = "dividend_resolved",
    /// 支付利润.
    DividendPaid(DividendPayment) = "dividend_paid",
    /// 冲销由事实生成的凭证.
    Withdrawn(Withdrawal) = "withdrawn",
}

impl Fact {
    /// Reads canonical bytes and nothing else: what comes back must be written the same way.
    pub fn decode(word: &str, bytes: &[u8]) -> Option<Fact> {
        Fact::read(word, bytes).ok().filter(|fact| fact.encode() == bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_canonical_spelling_is_read_back() {
        let fact = Fact::Withdrawn(Withdrawal { reference: "祐溪/\"1\"\t\u{1}".into() });
        let bytes = fact.encode();
        assert_eq!(bytes, "{\"reference\":\"祐溪/\\\"1\\\"\\t\\u0001\"}".as_bytes());
        assert_eq!(Fact::decode("withdrawn", &bytes), Some(fact));
        for other in
            ["{ \"reference\":\"a\"}", "{\"reference\":\"\\u0061\"}", "{\"reference\":\"a\",\"x\":\"\"}", "{\"reference\":1}"]
        {
            assert_eq!(Fact::decode("withdrawn", other.as_bytes()), None, "{other}");
        }
        assert_eq!(Fact::decode("other", &bytes), None);
    }
}
