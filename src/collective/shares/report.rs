//! 份额、利润分配、社区收益分配台账: who holds what, and what each resolution still owes.

use crate::collective::registers::{Listing, Registers, Subject, listing};
use crate::collective::shares::distribution::community::register::Distributed;
use crate::collective::shares::holding::Holding;
use crate::collective::shares::tie;
use crate::columns;
use crate::ledger::{Amount, DimensionCode};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// One row of 份额登记.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareRow {
    pub holder: DimensionCode,
    pub subscribed: Amount,
    pub paid_in: Amount,
    /// What of it facts have posted to 实收资本: money, assets and support funds.
    pub posted: Amount,
    /// 到期未缴
    pub overdue: Amount,
}

columns! { ShareRow:
    holder: "持有人" of Community,
    subscribed: "认缴",
    paid_in: "实缴",
    posted: "已记实收资本",
    overdue: "超期",
}

/// Every holder as of a day, and whoever has posted capital without a share: the register was not told of that.
pub fn shares(registers: &Registers, day: Date) -> Vec<ShareRow> {
    let overdue = registers.shares.overdue(day);
    let late =
        |holder: &DimensionCode| overdue.iter().find(|(code, _)| code == holder).map_or(Amount::ZERO, |(_, amount)| *amount);
    let posted = registers.capital_posted(day);
    let mut holdings: BTreeMap<DimensionCode, Holding> = registers.shares.holders_at(day).into_iter().collect();
    for holder in posted.keys() {
        holdings.entry(holder.clone()).or_default();
    }
    let row = |(holder, holding): (DimensionCode, Holding)| ShareRow {
        overdue: late(&holder),
        posted: posted.get(&holder).copied().unwrap_or_default(),
        subscribed: holding.subscribed,
        paid_in: holding.paid_in,
        holder,
    };
    holdings.into_iter().map(row).collect()
}

/// One row of 利润分配: a community's share of one resolution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DividendRow {
    pub resolution: DimensionCode,
    pub number: String,
    pub holder: DimensionCode,
    pub share: Amount,
    pub owed: Amount,
    /// The last lawful day for paying (公司法 §212).
    pub pay_by: Date,
    pub overdue: bool,
}

columns! { DividendRow:
    resolution: "决议",
    number: "文号",
    holder: "持有人" of Community,
    share: "应分",
    owed: "未付",
    overdue: "超期",
    pay_by: "最迟支付日",
}

pub fn dividends(registers: &Registers, day: Date) -> Vec<DividendRow> {
    let rows = registers.dividends.iter().flat_map(|dividend| {
        dividend.distribution.dividends.iter().map(move |(holder, share)| {
            let owed = dividend.owed(holder);
            DividendRow {
                resolution: dividend.resolution.code.clone(),
                number: dividend.resolution.number.clone(),
                holder: holder.clone(),
                share: *share,
                owed,
                pay_by: dividend.distribution.pay_by,
                overdue: !owed.is_zero() && dividend.distribution.pay_by < day,
            }
        })
    });
    rows.collect()
}

/// One part of a community's distribution, in the order of 财农〔2021〕121号 §28.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DistributionRow {
    pub resolution: DimensionCode,
    pub number: String,
    pub date: Date,
    pub part: &'static str,
    pub member: Option<DimensionCode>,
    pub amount: Amount,
    /// What was paid of it, and what is still owed; of parts that are owed to somebody.
    pub paid: Option<Amount>,
    pub owed: Option<Amount>,
}

columns! { DistributionRow:
    resolution: "决议",
    number: "文号",
    member: "成员",
    part: "项目",
    date: "日期",
    amount: "金额",
    paid: "已付",
    owed: "未付",
}

pub fn distributions(registers: &Registers) -> Vec<DistributionRow> {
    registers.distributions.iter().flat_map(distribution).collect()
}

fn distribution(found: &Distributed) -> Vec<DistributionRow> {
    let (resolution, distribution) = (&found.resolution, &found.distribution);
    let row = |part, member: Option<&DimensionCode>, amount: Amount, open: Option<(Amount, Amount)>| DistributionRow {
        resolution: resolution.code.clone(),
        number: resolution.number.clone(),
        date: resolution.date,
        part,
        member: member.cloned(),
        amount,
        paid: open.map(|(paid, _)| paid),
        owed: open.map(|(_, owed)| owed),
    };
    let to_members = (found.paid_to_members(), found.owed_to_members());
    let mut rows = vec![
        row("弥补以前年度亏损", None, distribution.losses_covered, None),
        row("提取公积公益金", None, resolution.reserve, None),
        row("向成员分配", None, resolution.member_distribution, Some(to_members)),
    ];
    let open = |member| Some((found.paid_to(member), found.owed_to(member)));
    let members = distribution.members.iter();
    rows.extend(members.map(|(member, amount)| row("其中：成员", Some(member), *amount, open(member))));
    rows.push(row("其他", None, resolution.other, Some((found.paid_to_others(), found.owed_to_others()))));
    rows.push(row("未分配收益", None, distribution.undistributed_after, None));
    rows
}

/// What the subject shows, and what its accounts must hold.
pub(crate) const SUBJECT: Subject = Subject { listings: LISTINGS, ties: tie::TIES, expected: tie::expected };

const LISTINGS: &[Listing] = &[
    listing!("shares" "份额": ShareRow, |of| shares(of.registers, of.day)),
    listing!("dividends" "利润分配": DividendRow, |of| dividends(of.registers, of.day)),
    listing!("distributions" "社区收益分配": DistributionRow, |of| distributions(of.registers)),
];
