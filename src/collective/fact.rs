//! 业务事实: everything of the business that can be recorded (head kind 12), as one enum. Each fact is a flat record of
//! texts; its bytes are restricted RFC 8785 JSON because its fields stand in the order of their names and hold
//! nothing but texts and arrays. [`Fact::decode`] accepts only what [`Fact::encode`] would have written. What a fact
//! means stands with its subject in [`mod@crate::collective::record`].

use crate::collective::assets::fixed_asset::{AssetsDepreciated, FixedAssetAdded, FixedAssetDisposed};
use crate::collective::assets::stock_take::StockTaken;
use crate::collective::bounds::{bounds_rule, named};
use crate::collective::carried::BalanceCarried;
use crate::collective::contracts::money::MoneyReceived;
use crate::collective::contracts::register::{Accrual, ContractEnd, ContractVoid};
use crate::collective::contracts::service::ServiceConfirmed;
use crate::collective::contracts::terms::ContractTerms;
use crate::collective::custody::asset::{AssetCard, AssetCleared, AssetStep, AssetStepVoid};
use crate::collective::custody::treasury::TreasuryRemitted;
use crate::collective::funds::fund::{FundApproved, FundAssetFormed, FundReceived, FundSpent, FundsReleased};
use crate::collective::funds::income_use::IncomeUsed;
use crate::collective::funds::working_fund::{WorkingFundReceived, WorkingFundSpent};
use crate::collective::organisation::bank_account::{BankAccountClosed, BankAccountRegistered};
use crate::collective::organisation::partner::{PartnerPaired, PartnerUnpaired};
use crate::collective::organisation::unit::{UnitRegistered, UnitRenamed};
use crate::collective::produce::Produced;
use crate::collective::record::Record;
use crate::collective::registers::Registers;
use crate::collective::roles::role::RolesAssigned;
use crate::collective::shares::capital::CapitalPaid;
use crate::collective::shares::distribution::community::CollectiveResolution;
use crate::collective::shares::distribution::community::register::{MemberDistributionPaid, OtherDistributionPaid};
use crate::collective::shares::dividend::{DividendPayment, DividendResolution};
use crate::collective::shares::holding::ShareChange;
use crate::collective::shops::consignment::{ConsignmentPayment, ConsignmentSale, ConsignmentTerms};
use crate::collective::shops::day::ShopDay;
use crate::collective::shops::goods::{
    GoodsCounted, GoodsMethodChanged, GoodsOpened, GoodsReceived, GoodsReturned, MarginTaken, SupplierPaid,
};
use crate::collective::shops::settlement::Settlement;
use crate::collective::shops::till::{CardsSold, CashBanked, ReceivableCollected, VatReleased};
use crate::collective::stakes::stake::{StakeAcquired, StakeDividendDeclared, StakeDividendReceived};
use crate::ledger::Book;
use crate::ledger::refusal::Rule;
use crate::ledger::text::{has_invisible, is_blank};
use serde::{Deserialize, Serialize};
use serde_json::Value;

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
    ($($variant:ident($record:ty) = $word:literal $chinese:literal,)*) => {
        /// One fact of the business.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Fact {
            $(#[doc = $chinese] $variant($record),)*
        }

        impl Fact {
            /// The words of all facts: the `type` of their bodies.
            pub const WORDS: &'static [&'static str] = &[$($word),*];

            pub fn word(&self) -> &'static str {
                match self {
                    $(Fact::$variant(_) => $word,)*
                }
            }

            /// What people call a fact of this word.
            pub fn chinese(word: &str) -> Option<&'static str> {
                match word {
                    $($word => Some($chinese),)*
                    _ => None,
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
    RolesAssigned(RolesAssigned) = "roles_assigned" "科目对应",
    AssetRegistered(AssetCard) = "asset_registered" "造册登记",
    AssetStepped(AssetStep) = "asset_stepped" "资产变动",
    AssetStepVoided(AssetStepVoid) = "asset_step_voided" "资产变动作废",
    ContractSigned(ContractTerms) = "contract_signed" "合同签订",
    ContractEnded(ContractEnd) = "contract_ended" "合同终止",
    ContractVoided(ContractVoid) = "contract_voided" "合同作废",
    ConsignmentSigned(ConsignmentTerms) = "consignment_signed" "代销合同签订",
    ConsignmentSold(ConsignmentSale) = "consignment_sold" "代销销售",
    ConsignmentPaid(ConsignmentPayment) = "consignment_paid" "付农户",
    ContractsAccrued(Accrual) = "contracts_accrued" "计提、确认收入",
    MoneyReceived(MoneyReceived) = "money_received" "合同收付款",
    ShopDayReported(ShopDay) = "shop_day_reported" "营业日报",
    SettlementArrived(Settlement) = "settlement_arrived" "平台结算",
    GoodsOpened(GoodsOpened) = "goods_opened" "开始商品核算",
    GoodsReceived(GoodsReceived) = "goods_received" "进货",
    GoodsReturned(GoodsReturned) = "goods_returned" "退货",
    SupplierPaid(SupplierPaid) = "supplier_paid" "付货款",
    GoodsMethodChanged(GoodsMethodChanged) = "goods_method_changed" "改核算方法",
    MarginTaken(MarginTaken) = "margin_taken" "分摊进销差价",
    GoodsCounted(GoodsCounted) = "goods_counted" "商品盘点",
    CashBanked(CashBanked) = "cash_banked" "存现金",
    ReceivableCollected(ReceivableCollected) = "receivable_collected" "收挂账",
    CardsSold(CardsSold) = "cards_sold" "售消费卡",
    VatReleased(VatReleased) = "vat_released" "减免增值税转出",
    ShareChanged(ShareChange) = "share_changed" "份额变动",
    DividendResolved(DividendResolution) = "dividend_resolved" "利润分配",
    DividendPaid(DividendPayment) = "dividend_paid" "支付利润",
    FundApproved(FundApproved) = "fund_approved" "资金批复",
    FundReceived(FundReceived) = "fund_received" "资金到账",
    FundSpent(FundSpent) = "fund_spent" "资金支出",
    FundAssetFormed(FundAssetFormed) = "fund_asset_formed" "在建转固",
    FundsReleased(FundsReleased) = "funds_released" "结转递延收益",
    WorkingFundReceived(WorkingFundReceived) = "working_fund_received" "工作经费到账",
    WorkingFundSpent(WorkingFundSpent) = "working_fund_spent" "工作经费支出",
    IncomeUsed(IncomeUsed) = "income_used" "收入使用",
    UnitRegistered(UnitRegistered) = "unit_registered" "单位登记",
    UnitRenamed(UnitRenamed) = "unit_renamed" "单位更名",
    PartnerPaired(PartnerPaired) = "partner_paired" "结对",
    PartnerUnpaired(PartnerUnpaired) = "partner_unpaired" "结对结束",
    BankAccountRegistered(BankAccountRegistered) = "bank_account_registered" "银行账户登记",
    BankAccountClosed(BankAccountClosed) = "bank_account_closed" "销户",
    StakeAcquired(StakeAcquired) = "stake_acquired" "参股出资",
    StakeDividendDeclared(StakeDividendDeclared) = "stake_dividend_declared" "宣告分红",
    StakeDividendReceived(StakeDividendReceived) = "stake_dividend_received" "收到分红",
    CollectiveDistributed(CollectiveResolution) = "collective_distributed" "社区收益分配",
    MemberDistributionPaid(MemberDistributionPaid) = "member_distribution_paid" "付成员分配",
    OtherDistributionPaid(OtherDistributionPaid) = "other_distribution_paid" "付其他分配",
    FixedAssetAdded(FixedAssetAdded) = "fixed_asset_added" "固定资产卡片",
    AssetsDepreciated(AssetsDepreciated) = "assets_depreciated" "计提折旧",
    FixedAssetDisposed(FixedAssetDisposed) = "fixed_asset_disposed" "固定资产处置",
    StockTaken(StockTaken) = "stock_taken" "资产盘点",
    AssetCleared(AssetCleared) = "asset_cleared" "清理",
    BalanceCarried(BalanceCarried) = "balance_carried" "期初往来",
    TreasuryRemitted(TreasuryRemitted) = "treasury_remitted" "上缴国库",
    ServiceConfirmed(ServiceConfirmed) = "service_confirmed" "居间成果确认",
    CapitalPaid(CapitalPaid) = "capital_paid" "货币出资",
    Withdrawn(Withdrawal) = "withdrawn" "撤回",
}

impl Fact {
    /// Everything that speaks against it, as the registers stand before it.
    pub fn examine(&self, registers: &Registers, book: &Book) -> Vec<Rule> {
        // First: the arithmetic of every other rule relies on it.
        if let Some(rule) = bounds_rule(self.named(), registers.named) {
            return vec![rule];
        }
        let record = self.record();
        let mut rules = record.examine(registers, book);
        let missing = record.codes().into_iter().filter(|(dimension, code)| book.dimensions.get(*dimension, code).is_none());
        rules.extend(missing.map(|(dimension, code)| Rule::DimensionUnknown { dimension, code: code.to_string() }));
        // Where a rule of its own found the text first, once is enough.
        if !rules.iter().any(|rule| rule.code() == "text_malformed") {
            rules.extend(self.text_rules());
        }
        rules
    }

    /// No text of a fact may hold what nobody sees, or nothing but that, whichever field it stands in.
    fn text_rules(&self) -> Vec<Rule> {
        let bytes = self.encode();
        // Control characters are escaped.
        if bytes.is_ascii() && !bytes.contains(&b'\\') {
            return Vec::new();
        }
        let Ok(Value::Object(fields)) = serde_json::from_slice(&bytes) else { return Vec::new() };
        let hidden = fields.iter().filter(|(_, value)| has_invisible_text(value));
        let message = |field: &str| format!("{field} 中有换行、制表符、零宽字符等看不见的字符。请删去后重试。");
        hidden.map(|(field, _)| Rule::business("text_malformed", message(field))).collect()
    }

    /// Takes in what [`Fact::examine`] found nothing against.
    pub fn apply(&self, registers: &mut Registers) {
        self.record().apply(registers);
        let (_, sum) = self.named();
        registers.named.add(sum);
    }

    /// The largest amount that it names, and the sum of all.
    fn named(&self) -> (i64, i128) {
        let record = serde_json::from_slice(&self.encode()).unwrap_or_default();
        let (largest, sum) = named(&record);
        (largest, sum.saturating_add(self.record().implied()))
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

fn has_invisible_text(value: &Value) -> bool {
    match value {
        // Whether white space alone may stand there is for the subject to say.
        Value::String(text) => has_invisible(text) || (is_blank(text) && !text.trim().is_empty()),
        Value::Array(all) => all.iter().any(has_invisible_text),
        Value::Object(fields) => fields.values().any(has_invisible_text),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
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
