//! 业务事实: everything of the business that can be recorded (head kind 12), as one enum. Each fact is a flat record of
//! texts; its bytes are restricted RFC 8785 JSON because its fields stand in the order of their names and hold
//! nothing but texts and arrays. [`Fact::decode`] accepts only what [`Fact::encode`] would have written. What a fact
//! means stands with its subject in [`mod@crate::collective::record`].

use crate::collective::asset::{AssetCard, AssetCleared, AssetStep, AssetStepVoid};
use crate::collective::capital::CapitalPaid;
use crate::collective::carried::BalanceCarried;
use crate::collective::consignment::{ConsignmentPayment, ConsignmentSale, ConsignmentTerms};
use crate::collective::contract::{Accrual, ContractEnd, ContractVoid};
use crate::collective::distribution::community::CollectiveResolution;
use crate::collective::distribution::community::register::{MemberDistributionPaid, OtherDistributionPaid};
use crate::collective::dividend::{DividendPayment, DividendResolution};
use crate::collective::fixed_asset::{AssetsDepreciated, FixedAssetAdded, FixedAssetDisposed};
use crate::collective::fund::{FundApproved, FundAssetFormed, FundReceived, FundSpent, FundsReleased};
use crate::collective::goods::{
    GoodsCounted, GoodsMethodChanged, GoodsOpened, GoodsReceived, GoodsReturned, MarginTaken, SupplierPaid,
};
use crate::collective::income_use::IncomeUsed;
use crate::collective::money::MoneyReceived;
use crate::collective::organisation::bank_account::{BankAccountClosed, BankAccountRegistered};
use crate::collective::organisation::partner::{PartnerPaired, PartnerUnpaired};
use crate::collective::organisation::unit::{UnitRegistered, UnitRenamed};
use crate::collective::produce::Produced;
use crate::collective::record::Record;
use crate::collective::register::Registers;
use crate::collective::role::RolesAssigned;
use crate::collective::service::ServiceConfirmed;
use crate::collective::shares::ShareChange;
use crate::collective::shop::{Settlement, ShopDay};
use crate::collective::stake::{StakeAcquired, StakeDividendDeclared, StakeDividendReceived};
use crate::collective::stock_take::StockTaken;
use crate::collective::terms::ContractTerms;
use crate::collective::till::{CardsSold, CashBanked, ReceivableCollected, VatReleased};
use crate::collective::treasury::TreasuryRemitted;
use crate::collective::working_fund::{WorkingFundReceived, WorkingFundSpent};
use crate::ledger::Book;
use crate::ledger::refusal::Rule;
use serde::{Deserialize, Serialize};

/// A voucher that facts produced was taken back: what it stood for is open again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withdrawal {
    /// The reference that the voucher carries: see [`crate::collective::produce::Produced::reference`].
    pub reference: String,
}

impl Withdrawal {
    /// Undoes what the reference leads to; `false` where it leads to nothing.
    fn take_back(&self, registers: &mut Registers) -> bool {
        let mut parts = self.reference.split('/');
        let word = parts.next().unwrap_or_default();
        let parts: Vec<&str> = parts.collect();
        let undone = Fact::take_back(registers, word, &parts).is_some();
        registers.withdrawals = registers.withdrawals.saturating_add(u64::from(undone));
        undone
    }
}

impl Withdrawal {
    /// Why the reference leads to nothing that can be undone: what it stood for is gone, or something later rests on it.
    fn standing_in_the_way(&self) -> String {
        let later = match self.reference.split('/').next().unwrap_or_default() {
            "dividend_resolved" => "支付利润",
            "collective_distributed" => "付成员分配、付其他分配",
            "stake_acquired" => "宣告分红",
            "stake_dividend_declared" => "收到分红",
            "service_confirmed" => "抵这张确认单的收款",
            "money_received" => "上缴国库",
            "asset_stepped" => "这项资产后来的变动",
            "fund_received" | "working_fund_received" => "用掉这笔钱的支出",
            "fixed_asset_added" | "assets_depreciated" | "fixed_asset_disposed" => "这项资产后来的折旧、处置",
            "consignment_sold" => "付农户",
            _ => "用到它的后来的登记",
        };
        format!("台账中没有 {} 可以撤回：已经撤回过，或者后来的登记用到了它。请先冲销{later}，再冲这一张。", self.reference)
    }
}

impl Record for Withdrawal {
    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        match self.take_back(&mut registers.clone()) {
            true => Vec::new(),
            false => vec![Rule::business("reference_unknown", self.standing_in_the_way())],
        }
    }

    fn apply(&self, registers: &mut Registers) {
        self.take_back(registers);
    }
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

            fn record(&self) -> &dyn Record {
                match self {
                    $(Fact::$variant(record) => record,)*
                }
            }

            /// Takes back what a fact of a word left in the registers.
            fn take_back(registers: &mut Registers, word: &str, parts: &[&str]) -> Option<()> {
                match word {
                    $($word => <$record as Record>::withdraw(registers, parts),)*
                    _ => None,
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
    /// 证号、移交登记有误，作废最新的一步.
    AssetStepVoided(AssetStepVoid) = "asset_step_voided",
    /// 合同签订.
    ContractSigned(ContractTerms) = "contract_signed",
    /// 合同终止.
    ContractEnded(ContractEnd) = "contract_ended",
    /// 合同作废.
    ContractVoided(ContractVoid) = "contract_voided",
    /// 代销合同签订.
    ConsignmentSigned(ConsignmentTerms) = "consignment_signed",
    /// 代销销售.
    ConsignmentSold(ConsignmentSale) = "consignment_sold",
    /// 付农户代销货款.
    ConsignmentPaid(ConsignmentPayment) = "consignment_paid",
    /// 按月计提或确认.
    ContractsAccrued(Accrual) = "contracts_accrued",
    /// 收到租金、押金、违约金.
    MoneyReceived(MoneyReceived) = "money_received",
    /// 超市营业日报.
    ShopDayReported(ShopDay) = "shop_day_reported",
    /// 平台结算到账.
    SettlementArrived(Settlement) = "settlement_arrived",
    /// 门店开始商品核算.
    GoodsOpened(GoodsOpened) = "goods_opened",
    /// 进货.
    GoodsReceived(GoodsReceived) = "goods_received",
    /// 退货给供应商.
    GoodsReturned(GoodsReturned) = "goods_returned",
    /// 付供应商货款.
    SupplierPaid(SupplierPaid) = "supplier_paid",
    /// 商品核算方法变更.
    GoodsMethodChanged(GoodsMethodChanged) = "goods_method_changed",
    /// 月末分摊商品进销差价.
    MarginTaken(MarginTaken) = "margin_taken",
    /// 商品盘点.
    GoodsCounted(GoodsCounted) = "goods_counted",
    /// 现金存银行.
    CashBanked(CashBanked) = "cash_banked",
    /// 收回挂账.
    ReceivableCollected(ReceivableCollected) = "receivable_collected",
    /// 售消费卡.
    CardsSold(CardsSold) = "cards_sold",
    /// 减免增值税转出.
    VatReleased(VatReleased) = "vat_released",
    /// 股权变动.
    ShareChanged(ShareChange) = "share_changed",
    /// 利润分配决议.
    DividendResolved(DividendResolution) = "dividend_resolved",
    /// 支付利润.
    DividendPaid(DividendPayment) = "dividend_paid",
    /// 帮扶资金、专项资金的批复.
    FundApproved(FundApproved) = "fund_approved",
    /// 资金到账.
    FundReceived(FundReceived) = "fund_received",
    /// 资金支出.
    FundSpent(FundSpent) = "fund_spent",
    /// 资金形成资产.
    FundAssetFormed(FundAssetFormed) = "fund_asset_formed",
    /// 递延收益按月结转.
    FundsReleased(FundsReleased) = "funds_released",
    /// 社区工作经费到账.
    WorkingFundReceived(WorkingFundReceived) = "working_fund_received",
    /// 社区工作经费支出.
    WorkingFundSpent(WorkingFundSpent) = "working_fund_spent",
    /// 收入使用.
    IncomeUsed(IncomeUsed) = "income_used",
    /// 单位登记.
    UnitRegistered(UnitRegistered) = "unit_registered",
    /// 单位更名.
    UnitRenamed(UnitRenamed) = "unit_renamed",
    /// 结对.
    PartnerPaired(PartnerPaired) = "partner_paired",
    /// 结对结束.
    PartnerUnpaired(PartnerUnpaired) = "partner_unpaired",
    /// 银行账户登记.
    BankAccountRegistered(BankAccountRegistered) = "bank_account_registered",
    /// 销户.
    BankAccountClosed(BankAccountClosed) = "bank_account_closed",
    /// 参股出资.
    StakeAcquired(StakeAcquired) = "stake_acquired",
    /// 被投资单位宣告分红.
    StakeDividendDeclared(StakeDividendDeclared) = "stake_dividend_declared",
    /// 收到分红.
    StakeDividendReceived(StakeDividendReceived) = "stake_dividend_received",
    /// 社区收益分配.
    CollectiveDistributed(CollectiveResolution) = "collective_distributed",
    /// 付成员分配.
    MemberDistributionPaid(MemberDistributionPaid) = "member_distribution_paid",
    /// 付其他分配.
    OtherDistributionPaid(OtherDistributionPaid) = "other_distribution_paid",
    /// 固定资产卡片.
    FixedAssetAdded(FixedAssetAdded) = "fixed_asset_added",
    /// 计提折旧.
    AssetsDepreciated(AssetsDepreciated) = "assets_depreciated",
    /// 固定资产处置.
    FixedAssetDisposed(FixedAssetDisposed) = "fixed_asset_disposed",
    /// 资产盘点.
    StockTaken(StockTaken) = "stock_taken",
    /// 清理.
    AssetCleared(AssetCleared) = "asset_cleared",
    /// 期初往来.
    BalanceCarried(BalanceCarried) = "balance_carried",
    /// 上缴国库.
    TreasuryRemitted(TreasuryRemitted) = "treasury_remitted",
    /// 居间服务成果确认.
    ServiceConfirmed(ServiceConfirmed) = "service_confirmed",
    /// 货币出资到账.
    CapitalPaid(CapitalPaid) = "capital_paid",
    /// 冲销由事实生成的凭证.
    Withdrawn(Withdrawal) = "withdrawn",
}

impl Fact {
    /// Everything that speaks against it, as the registers stand before it.
    pub fn examine(&self, registers: &Registers, book: &Book) -> Vec<Rule> {
        let record = self.record();
        let mut rules = record.examine(registers, book);
        let missing = record.codes().into_iter().filter(|(dimension, code)| book.dimensions.get(*dimension, code).is_none());
        rules.extend(missing.map(|(dimension, code)| Rule::DimensionUnknown { dimension, code: code.to_string() }));
        rules
    }

    /// Takes in what [`Fact::examine`] found nothing against.
    pub fn apply(&self, registers: &mut Registers) {
        self.record().apply(registers);
    }

    /// The drafts it asks for, as the registers stand before it.
    ///
    /// # Errors
    /// A role has no account, or an amount leaves its type.
    pub fn produce(&self, registers: &Registers, book: &Book) -> Result<Vec<Produced>, Rule> {
        self.record().produce(registers, book)
    }

    /// Whether its figures are held against the balances of the book before it is recorded.
    pub fn is_held_against_books(&self) -> bool {
        self.distributes() || matches!(self, Fact::VatReleased(_) | Fact::BalanceCarried(_))
    }

    /// Whether it distributes a year's result: what its figures are held against changes with it.
    pub fn distributes(&self) -> bool {
        matches!(self, Fact::DividendResolved(_) | Fact::CollectiveDistributed(_))
    }

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
