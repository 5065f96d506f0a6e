//! 科目对应: posting patterns name roles, a book says which of its leaf accounts plays each. The roles and what they mean
//! are law here; the accounts are the book's own (facts §7.2 names the first-level accounts).

use crate::ledger::refusal::Rule;
use crate::ledger::{AccountCode, Book};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

macro_rules! roles {
    ($($(#[$doc:meta])* $variant:ident = $word:literal, $chinese:literal;)*) => {
        /// What an account does in a posting pattern.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Role {
            $($(#[$doc])* #[serde(rename = $word)] $variant,)*
        }

        impl Role {
            /// Every role.
            pub const ALL: &'static [Role] = &[$(Role::$variant),*];

            pub fn chinese(self) -> &'static str {
                match self {
                    $(Role::$variant => $chinese,)*
                }
            }
        }
    };
}

// The order is the order in which the register lists them.
roles! {
    /// 银行存款（1002）
    Bank = "bank", "银行存款";
    /// 应收租金（1221）
    RentReceivable = "rent_receivable", "应收租金";
    /// 内部往来（113）: what members owe by contract
    MemberReceivable = "member_receivable", "应收成员款";
    /// 预收租金（2203）
    RentAdvance = "rent_advance", "预收租金";
    /// 房屋租赁收入（5051）
    LeaseIncome = "lease_income", "房屋租赁收入";
    /// 承包收入（5051）
    ContractingIncome = "contracting_income", "承包收入";
    /// 代管资产租赁收入（5051）
    EntrustedIncome = "entrusted_income", "代管资产租赁收入";
    /// 居间服务收入（5001）
    IntermediaryIncome = "intermediary_income", "居间服务收入";
    /// 应交增值税（2221）
    Vat = "vat", "应交增值税";
    /// 待转税额（2221 下另设，农村集体 212 下另设）: tax of income before its tax point
    DeferredVat = "deferred_vat", "待转税额";
    /// 应缴国有资产出租收入（2241）
    TreasuryPayable = "treasury_payable", "应缴国有资产出租收入";
    /// 押金（2241）
    DepositPayable = "deposit_payable", "押金";
    /// 违约金（5301）
    PenaltyIncome = "penalty_income", "违约金";
    /// 受托代管资产（表外）
    CustodyAsset = "custody_asset", "受托代管资产";
    /// 受托代管资产对应（表外）
    CustodyContra = "custody_contra", "受托代管资产对应";
    /// 库存现金（1001）
    Cash = "cash", "库存现金";
    /// 微信在途（1012）
    WechatInTransit = "wechat_in_transit", "微信在途";
    /// 支付宝在途（1012）
    AlipayInTransit = "alipay_in_transit", "支付宝在途";
    /// 银行卡在途（1012）
    CardInTransit = "card_in_transit", "银行卡在途";
    /// 消费卡（2203）
    StoredValue = "stored_value", "消费卡";
    /// 应收货款（1122）
    TradeReceivable = "trade_receivable", "应收货款";
    /// 商品销售收入（5001）
    Sales = "sales", "商品销售收入";
    /// 商品销售成本（5401）
    CostOfSales = "cost_of_sales", "商品销售成本";
    /// 库存商品（1405）
    Goods = "goods", "库存商品";
    /// 待处理流动资产损溢（1901）
    Pending = "pending", "待处理流动资产损溢";
    /// 平台手续费（5603）
    PlatformFee = "platform_fee", "平台手续费";
    /// 法定盈余公积（3101）
    StatutoryReserve = "statutory_reserve", "法定盈余公积";
    /// 提取法定盈余公积（3104）
    StatutoryReserveTaken = "statutory_reserve_taken", "提取法定盈余公积";
    /// 任意盈余公积（3101）
    OptionalReserve = "optional_reserve", "任意盈余公积";
    /// 提取任意盈余公积（3104）
    OptionalReserveTaken = "optional_reserve_taken", "提取任意盈余公积";
    /// 应付利润（3104）
    DividendTaken = "dividend_taken", "应付利润（分配）";
    /// 应付社区利润（2232）
    DividendPayable = "dividend_payable", "应付社区利润";
    /// 项目资金专户（1002，农村集体 102）
    FundBank = "fund_bank", "项目资金专户";
    /// 递延收益（2401）
    DeferredIncome = "deferred_income", "递延收益";
    /// 政府补助（5301）
    GovernmentGrant = "government_grant", "政府补助";
    /// 实收资本（3001）
    PaidInCapital = "paid_in_capital", "实收资本";
    /// 项目费用（5602）
    FundCost = "fund_cost", "项目费用";
    /// 固定资产（1601，农村集体 151）
    FixedAsset = "fixed_asset", "固定资产";
    /// 在建工程（1604，农村集体 153）
    Construction = "construction", "在建工程";
    /// 专项应付款（农村集体 241）
    EarmarkedPayable = "earmarked_payable", "专项应付款";
    /// 公积公益金（农村集体 311）
    PublicAccumulation = "public_accumulation", "公积公益金";
    /// 补助收入（农村集体 503）
    SubsidyIncome = "subsidy_income", "补助收入";
    /// 公益支出（农村集体 514）
    PublicWelfareCost = "public_welfare_cost", "公益支出";
    /// 代管社区工作经费（表外）
    WorkingFundHeld = "working_fund_held", "代管社区工作经费";
    /// 代管社区工作经费对应（表外）
    WorkingFundContra = "working_fund_contra", "代管社区工作经费对应";
    /// 工作经费专户（农村集体 102）
    WorkingFundBank = "working_fund_bank", "工作经费专户";
    /// 运转支出（农村集体 513）
    OperatingCost = "operating_cost", "运转支出";
    /// 公益性岗位（农村集体 514）
    PublicJobsCost = "public_jobs_cost", "公益性岗位";
    /// 应付劳务费（农村集体 213）
    LabourPayable = "labour_payable", "应付劳务费";
    /// 应付公益设施款（农村集体 211）
    FacilityPayable = "facility_payable", "应付公益设施款";
    /// 各项分配（农村集体 322）
    Appropriation = "appropriation", "各项分配";
    /// 应收股利（1131）
    DividendReceivable = "dividend_receivable", "应收股利";
    /// 投资收益（5111）
    InvestmentIncome = "investment_income", "投资收益";
    /// 应付代销款（2202）
    ConsignmentPayable = "consignment_payable", "应付代销款";
    /// 代销手续费（5051）
    CommissionIncome = "commission_income", "代销手续费";
    /// 应付货款（2202）
    SupplierPayable = "supplier_payable", "应付货款";
    /// 商品进销差价（1407）
    GoodsMargin = "goods_margin", "商品进销差价";
    /// 减免增值税（5301）
    VatReliefIncome = "vat_relief_income", "减免增值税";
    /// 长期股权投资（1511；农村集体 141）
    LongTermStake = "long_term_stake", "长期股权投资";
    /// 固定资产清理或其他投出资产的科目（1606；农村集体 154）
    ContributedAsset = "contributed_asset", "投出资产";
    /// 公积公益金（农村集体 311）
    CollectiveReserve = "collective_reserve", "公积公益金";
    /// 各项分配—提取公积公益金（农村集体 322）
    CollectiveReserveTaken = "collective_reserve_taken", "提取公积公益金";
    /// 各项分配—向成员分配（农村集体 322）
    MemberDistributionTaken = "member_distribution_taken", "向成员分配";
    /// 应付成员分配（农村集体 113 或 211）
    MemberPayable = "member_payable", "应付成员分配";
    /// 各项分配—其他（农村集体 322）
    OtherDistributionTaken = "other_distribution_taken", "其他分配";
    /// 应付其他分配（农村集体 211）
    OtherDistributionPayable = "other_distribution_payable", "应付其他分配";
    /// 累计折旧（1602，农村集体 152）
    AccumulatedDepreciation = "accumulated_depreciation", "累计折旧";
    /// 出租资产折旧（5402）
    DepreciationLeased = "depreciation_leased", "出租资产折旧";
    /// 销售用资产折旧（5601）
    DepreciationSelling = "depreciation_selling", "销售用资产折旧";
    /// 管理用资产折旧（5602）
    DepreciationAdministrative = "depreciation_administrative", "管理用资产折旧";
    /// 固定资产清理（1606，农村集体 154）
    AssetDisposal = "asset_disposal", "固定资产清理";
    /// 处置固定资产净损失（5711）
    DisposalLoss = "disposal_loss", "处置固定资产净损失";
    /// 处置固定资产净收益（5301）
    DisposalGain = "disposal_gain", "处置固定资产净收益";
    /// 应收服务款（1122）
    ServiceReceivable = "service_receivable", "应收服务款";
    /// 工作经费补助收入（农村集体 503）: followed apart from what the collective earns.
    WorkingFundIncome = "working_fund_income", "工作经费补助收入";
}

/// One role and its account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleAccount {
    pub account: AccountCode,
    pub role: Role,
}

/// A declaration of accounts for roles; later ones replace earlier ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RolesAssigned {
    pub roles: Vec<RoleAccount>,
}

/// The accounts that play a book's roles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roles {
    accounts: BTreeMap<Role, AccountCode>,
    /// What roles that have changed their account played on before.
    former: BTreeSet<(Role, AccountCode)>,
}

impl Roles {
    /// Every account must be one that vouchers may use; every role stands once.
    pub fn examine(assigned: &RolesAssigned, book: &Book) -> Vec<Rule> {
        let mut rules = Vec::new();
        let mut seen = BTreeMap::new();
        if assigned.roles.is_empty() {
            rules.push(Rule::NothingDeclared);
        }
        for RoleAccount { account, role } in &assigned.roles {
            if seen.insert(*role, ()).is_some() {
                let message = format!("“{}”在同一次设置中出现了两次。请只保留一个。", role.chinese());
                rules.push(Rule::business("role_twice", message));
            }
            if book.chart.get(account).is_none() {
                rules.push(Rule::AccountUnknown { account: *account });
            } else if !book.chart.is_leaf(account) {
                rules.push(Rule::AccountNotLeaf { account: *account });
            }
        }
        rules
    }

    pub fn apply(&mut self, assigned: &RolesAssigned) {
        for RoleAccount { account, role } in &assigned.roles {
            let before = self.accounts.insert(*role, *account);
            self.former.extend(before.filter(|before| before != account).map(|before| (*role, before)));
        }
    }

    /// The account of a role, or what to do about its absence.
    pub fn account(&self, role: Role) -> Result<AccountCode, Rule> {
        self.accounts.get(&role).copied().ok_or_else(|| Rule::Business {
            code: "role_without_account",
            message: format!("还没有指定哪个末级科目是“{}”。请先设置科目对应。", role.chinese()),
        })
    }

    /// Whether a role played on another account before: what was posted there stays there.
    pub fn has_moved(&self, role: Role) -> bool {
        self.former.iter().any(|(moved, _)| *moved == role)
    }

    /// Whether an account is a role's and nobody else's, now or until the role moved on.
    pub fn is_alone_on(&self, role: Role, account: &AccountCode) -> bool {
        let plays = self.accounts.get(&role) == Some(account) || self.former.contains(&(role, *account));
        plays && self.iter().all(|(other, found)| found != *account || other == role)
    }

    pub fn iter(&self) -> impl Iterator<Item = (Role, AccountCode)> {
        self.accounts.iter().map(|(role, account)| (*role, *account))
    }
}
