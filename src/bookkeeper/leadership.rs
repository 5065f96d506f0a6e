//! 领导看的表: what each community earned in its own right and what its company distributed to it, side by side and never
//! added up twice; and what each shop earned by month or channel.

use crate::bookkeeper::Bookkeeper;
use crate::bookkeeper::nets::BookNets;
use crate::bookkeeper::view::View;
use crate::ledger::chart::ChartStandard;
use crate::ledger::statement::{GroupBy, IncomeCell, Names as _, Range, RegisterNames};
use crate::ledger::{Amount, Period};
use crate::store::StoreError;
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How the statistics of rural collectives class income (facts §1.4; the mapping of a company's accounts is ours).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    /// 经营收入
    Operating,
    /// 投资收益
    Investment,
    /// 补助及其他收入
    Other,
}

fn class(standard: ChartStandard, account: &str) -> Class {
    let begins = |heads: &[&str]| heads.iter().any(|head| account.starts_with(head));
    let (operating, investment): (&[&str], &[&str]) = match standard {
        ChartStandard::SmallEnterprise2013 => (&["5001", "5051"], &["5111"]),
        ChartStandard::RuralCollective2023 => (&["501"], &["502"]),
    };
    match account {
        _ if begins(operating) => Class::Operating,
        _ if begins(investment) => Class::Investment,
        _ => Class::Other,
    }
}

/// Whether an income account counts as 经营性收入.
pub(super) fn is_operating(standard: ChartStandard, account: &str) -> bool {
    class(standard, account) != Class::Other
}

/// One community, or all of them. Amounts in yuan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CommunityIncome {
    pub community: String,
    pub name: String,
    pub street: String,
    /// 经营收入 in its own right.
    pub operating: Amount,
    /// 投资收益 in its own right: without the dividends of companies kept here, which are `distributed`.
    pub investment: Amount,
    /// 补助及其他收入
    pub other: Amount,
    /// 总收入 = 经营收入 + 投资收益 + 补助及其他收入
    pub total_income: Amount,
    /// 经营性收入 = 经营收入 + 投资收益
    pub operating_income: Amount,
    /// 公司分配: resolved within the range.
    pub distributed: Amount,
    /// Of that, not yet paid.
    pub unpaid: Amount,
}

impl CommunityIncome {
    fn add(&mut self, class: Class, amount: Amount) -> Option<()> {
        let place = match class {
            Class::Operating => &mut self.operating,
            Class::Investment => &mut self.investment,
            Class::Other => &mut self.other,
        };
        *place = place.checked_add(amount)?;
        self.operating_income = self.operating.checked_add(self.investment)?;
        self.total_income = self.operating_income.checked_add(self.other)?;
        Some(())
    }

    fn add_distributed(&mut self, share: Amount, owed: Amount) -> Option<()> {
        self.distributed = self.distributed.checked_add(share)?;
        self.unpaid = self.unpaid.checked_add(owed)?;
        Some(())
    }

    fn add_row(&mut self, row: &CommunityIncome) -> Option<()> {
        self.add(Class::Operating, row.operating)?;
        self.add(Class::Investment, row.investment)?;
        self.add(Class::Other, row.other)?;
        self.add_distributed(row.distributed, row.unpaid)
    }
}

/// 各社区自有收入与公司分配. The two are different things: no figure here is their sum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CommunityIncomeTable {
    #[serde(flatten)]
    pub range: Range,
    pub rows: Vec<CommunityIncome>,
    pub total: CommunityIncome,
}

impl Bookkeeper {
    pub async fn community_income(&self, views: &[Arc<View>], range: Range) -> Result<CommunityIncomeTable, StoreError> {
        self.community_income_table(&self.nets(views, range).await?, range).await
    }

    /// The same of what was read.
    pub async fn community_income_table(&self, books: &[BookNets], range: Range) -> Result<CommunityIncomeTable, StoreError> {
        let mut tables = Vec::with_capacity(books.len());
        for book in books {
            let cells = self.income_cells(book, books, range, GroupBy::Account).await?;
            tables.push((Arc::clone(&book.view), cells));
        }
        assemble(&tables, range).ok_or_else(|| StoreError::Corrupt("income over all books leaves the range of amounts".into()))
    }
}

fn within(range: Range, date: Date) -> bool {
    Period::of(date).is_some_and(|period| range.from <= period && period <= range.to)
}

/// `None` when a sum leaves an `i64`.
fn assemble(tables: &[(Arc<View>, Vec<IncomeCell>)], range: Range) -> Option<CommunityIncomeTable> {
    let mut rows: BTreeMap<String, CommunityIncome> = BTreeMap::new();
    for (view, cells) in tables {
        for cell in cells {
            rows.entry(cell.community.to_string()).or_default().add(class(view.profile.standard, &cell.group), cell.amount)?;
        }
        for dividend in view.registers.dividends.iter().filter(|one| within(range, one.resolution.date)) {
            for (holder, share) in &dividend.distribution.dividends {
                rows.entry(holder.to_string()).or_default().add_distributed(*share, dividend.owed(holder))?;
            }
        }
    }
    let books = tables.iter().map(|(view, _)| (&*view.chart, &*view.dimensions)).collect();
    let names = RegisterNames { books, group_by: GroupBy::Nothing };
    let mut total = CommunityIncome::default();
    let mut named = Vec::with_capacity(rows.len());
    for (community, row) in rows {
        total.add_row(&row)?;
        let (name, street) = names.community(&community);
        named.push(CommunityIncome { community, name, street, ..row });
    }
    Some(CommunityIncomeTable { range, rows: named, total })
}
