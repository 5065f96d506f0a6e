//! 资金报表: support funds, communities' working funds against their floor, and what income was used for.

use crate::collective::contracts::recognition::taxed;
use crate::collective::contracts::terms::ContractKind;
use crate::collective::funds::fund::{Fund, Treatment};
use crate::collective::funds::income_use::UsePurpose;
use crate::collective::funds::tie;
use crate::collective::funds::working_fund::{WorkingFund, floor};
use crate::collective::organisation::unit::UnitKind;
use crate::collective::registers::{Listing, Registers, Subject, listing};
use crate::ledger::amount::{less, plus, total};
use crate::ledger::{Amount, DimensionCode};
use crate::{columns, shown_words};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// One row of 资金台账. Amounts in yuan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FundRow {
    pub fund: DimensionCode,
    pub name: String,
    pub grantor: String,
    /// 批复文号
    pub document: String,
    pub treatment: Treatment,
    pub community: Option<DimensionCode>,
    pub approved: Amount,
    /// 期初递延收益
    pub carried: Amount,
    pub received: Amount,
    pub spent: Amount,
    /// Received, or there 期初, and not spent; zero where the money is the company's own at once.
    pub left: Amount,
    pub under_construction: Amount,
    /// What became assets that stand.
    pub asset_formed: Amount,
    pub assets: Vec<DimensionCode>,
    /// What has left 2401 or 241, or was income at once.
    pub released: Amount,
    /// What still stands in 2401 or 241.
    pub unreleased: Amount,
}

columns! { FundRow:
    fund: "资金",
    name: "名称",
    community: "社区" of Community,
    carried: "期初",
    approved: "批复",
    grantor: "拨款单位",
    treatment: "核算",
    received: "已收",
    spent: "支出",
    under_construction: "在建",
    assets: "形成资产",
    asset_formed: "形成资产额",
    released: "已结转",
    unreleased: "未结转",
    left: "结余",
    document: "依据",
}

pub fn funds(registers: &Registers) -> Vec<FundRow> {
    registers.funds.iter().map(fund_row).collect()
}

fn fund_row(fund: &Fund) -> FundRow {
    let approved = fund.approved.clone();
    let assets = fund.assets();
    FundRow {
        fund: approved.code,
        name: approved.name,
        grantor: approved.grantor,
        document: approved.document,
        treatment: approved.treatment,
        community: approved.community,
        approved: approved.amount,
        carried: fund.opening_total(),
        received: fund.received_total(),
        spent: fund.spent_total(),
        left: fund.left(),
        under_construction: fund.under_construction(),
        asset_formed: total(assets.values().copied()),
        assets: assets.into_keys().collect(),
        released: fund.carried(),
        unreleased: fund.uncarried(),
    }
}

/// One community's working fund of one year. Amounts in yuan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkingFundRow {
    pub community: DimensionCode,
    pub year: u32,
    pub arrived: Amount,
    /// When it arrived, oldest first, beside `arrival_amounts`.
    pub arrival_dates: Vec<Date>,
    pub arrival_amounts: Vec<Amount>,
    pub spent: Amount,
    pub left: Amount,
    /// The least of the year, where the books know one.
    pub floor: Option<Amount>,
    /// By how much the floor is missed.
    pub short: Option<Amount>,
}

columns! { WorkingFundRow:
    community: "社区" of Community,
    year: "年度",
    arrived: "到账",
    arrival_dates: "到账日期",
    arrival_amounts: "各次到账",
    floor: "底线",
    short: "离底线差",
    spent: "支出",
    left: "结余",
}

/// What had arrived and was spent by a day: every year that had something, and the year of the day for each of `communities`, money or none.
pub fn working_funds(registers: &Registers, communities: &[DimensionCode], day: Date) -> Vec<WorkingFundRow> {
    let none = WorkingFund::default();
    let this_year = u32::from(day.year().unsigned_abs());
    let mut all: BTreeMap<(DimensionCode, u32), &WorkingFund> =
        communities.iter().map(|community| ((community.clone(), this_year), &none)).collect();
    let moved =
        |fund: &WorkingFund| fund.received.values().any(|one| one.date <= day) || fund.spent.values().any(|one| one.date <= day);
    let had = registers.working_funds.iter().filter(|(_, _, fund)| moved(fund));
    all.extend(had.map(|(community, year, fund)| ((community.clone(), year), fund)));
    all.into_iter().map(|((community, year), fund)| working_fund_row(community, year, fund, day)).collect()
}

fn working_fund_row(community: DimensionCode, year: u32, fund: &WorkingFund, day: Date) -> WorkingFundRow {
    let mut arrivals: Vec<_> =
        fund.received.values().map(|one| (one.date, one.amount)).filter(|(date, _)| *date <= day).collect();
    arrivals.sort();
    let arrived = total(arrivals.iter().map(|(_, amount)| *amount));
    let spent = total(fund.spent.values().filter(|one| one.date <= day).map(|one| one.amount));
    let least = i16::try_from(year).ok().and_then(floor).map(|floor| floor.amount);
    WorkingFundRow {
        community,
        year,
        arrived,
        arrival_dates: arrivals.iter().map(|(date, _)| *date).collect(),
        arrival_amounts: arrivals.iter().map(|(_, amount)| *amount).collect(),
        spent,
        left: less(arrived, spent),
        floor: least,
        short: least.map(|least| less(least, arrived).max(Amount::ZERO)),
    }
}

/// What one community's income of one year was used for. Amounts in yuan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncomeUseRow {
    pub community: DimensionCode,
    pub year: i16,
    /// 居间服务收入, net, of the contracts in this book: the one income whose use the article tells. All income the
    /// register cannot know, for vouchers typed by hand leave nothing in it.
    pub intermediary_income: Amount,
    pub strengthen: Amount,
    pub facility: Amount,
    pub jobs: Amount,
    pub used: Amount,
}

columns! { IncomeUseRow:
    community: "社区" of Community,
    year: "年度",
    intermediary_income: "居间收入",
    strengthen: "壮大集体经济",
    facility: "公益设施",
    jobs: "公益性岗位",
    used: "已用",
}

/// Every community and year with a use or with intermediary income.
pub fn income_uses(registers: &Registers) -> Vec<IncomeUseRow> {
    let income = intermediary_income(registers);
    let uses = registers.income_uses.iter().map(|used| (used.community.clone(), used.date.year()));
    let keys: BTreeSet<_> = uses.chain(income.keys().cloned()).collect();
    let row = |(community, year): (DimensionCode, i16)| {
        let used = |purpose| registers.income_uses.used(&community, year, purpose);
        let (strengthen, facility, jobs) = (used(UsePurpose::Strengthen), used(UsePurpose::Facility), used(UsePurpose::Jobs));
        let intermediary_income = income.get(&(community.clone(), year)).copied().unwrap_or_default();
        let used = total([strengthen, facility, jobs]);
        IncomeUseRow { community, year, intermediary_income, strengthen, facility, jobs, used }
    };
    keys.into_iter().map(row).collect()
}

/// By community and year of confirmation or receipt, as [`mod@crate::collective::record`] posts it (G1).
fn intermediary_income(registers: &Registers) -> BTreeMap<(DimensionCode, i16), Amount> {
    let mut income: BTreeMap<(DimensionCode, i16), Amount> = BTreeMap::new();
    for contract in registers.contracts.iter().filter(|contract| contract.terms.kind == ContractKind::Intermediary) {
        for (date, gross) in contract.services_earned() {
            let net = taxed(contract.terms.kind, gross, date).map_or(Amount::ZERO, |(net, _)| net);
            let entry = income.entry((contract.terms.community.clone(), date.year())).or_default();
            *entry = plus(*entry, net);
        }
    }
    income
}

shown_words!(Treatment);

/// What the subject shows, and what its accounts must hold.
pub(crate) const SUBJECT: Subject = Subject { listings: LISTINGS, ties: tie::TIES, expected: tie::expected };

const LISTINGS: &[Listing] = &[
    listing!("funds" "帮扶资金": FundRow, |of| funds(of.registers)),
    listing!("working_funds" "社区工作经费": WorkingFundRow, |of| {
        working_funds(of.registers, &of.own_units(UnitKind::Community), of.day)
    }),
    listing!("income_uses" "收入使用": IncomeUseRow, |of| income_uses(of.registers)),
];
