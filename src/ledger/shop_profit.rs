//! 门店利润表: what each shop sold, what that cost, and what it left, from posted lines that carry the shop.

use crate::ledger::chart::ChartStandard;
use crate::ledger::statement::Range;
use crate::ledger::{Account, Amount, Element};
use serde::Serialize;
use std::collections::BTreeMap;

/// What each shop's rows are split by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProfitBy {
    Shop,
    Month,
    Channel,
}

impl ProfitBy {
    pub const WORDS: &'static str = "shop, month, channel";

    pub fn parse(text: &str) -> Option<ProfitBy> {
        match text {
            "shop" => Some(ProfitBy::Shop),
            "month" => Some(ProfitBy::Month),
            "channel" => Some(ProfitBy::Channel),
            _ => None,
        }
    }

    /// The heading of its column.
    pub const fn chinese(self) -> &'static str {
        match self {
            ProfitBy::Shop => "",
            ProfitBy::Month => "月份",
            ProfitBy::Channel => "渠道",
        }
    }
}

/// Where a line of a shop belongs in the statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProfitPart {
    /// 主营业务收入
    Sales,
    /// 主营业务成本
    Cost,
    OtherIncome,
    /// Every other expense: 销售费用, 财务费用, 营业外支出 and the rest.
    Expense,
}

impl ProfitPart {
    /// By the first-level account that the standard gives sales and their cost; `None` for what is no profit or loss.
    pub fn of(standard: ChartStandard, account: &Account) -> Option<ProfitPart> {
        let (sales, cost) = match standard {
            ChartStandard::SmallEnterprise2013 => ("5001", "5401"),
            ChartStandard::RuralCollective2023 => ("501", "511"),
        };
        let under = |head: &str| account.code.as_str().starts_with(head);
        match account.element {
            Element::Income if under(sales) => Some(ProfitPart::Sales),
            Element::Income => Some(ProfitPart::OtherIncome),
            Element::Expense if under(cost) => Some(ProfitPart::Cost),
            Element::Expense => Some(ProfitPart::Expense),
            _ => None,
        }
    }
}

/// The figures of a row, in yuan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ProfitFigures {
    /// Net of tax and of returns.
    pub sales: Amount,
    pub cost: Amount,
    pub gross_profit: Amount,
    pub other_income: Amount,
    pub expenses: Amount,
    pub profit: Amount,
}

impl ProfitFigures {
    /// `None` when a sum leaves an `i64`.
    fn add(&mut self, part: ProfitPart, net: Amount) -> Option<()> {
        match part {
            ProfitPart::Sales => self.sales = self.sales.checked_sub(net)?,
            ProfitPart::OtherIncome => self.other_income = self.other_income.checked_sub(net)?,
            ProfitPart::Cost => self.cost = self.cost.checked_add(net)?,
            ProfitPart::Expense => self.expenses = self.expenses.checked_add(net)?,
        }
        self.gross_profit = self.sales.checked_sub(self.cost)?;
        self.profit = self.gross_profit.checked_add(self.other_income)?.checked_sub(self.expenses)?;
        Some(())
    }
}

/// One shop, or one of its months or channels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProfitRow {
    pub shop: String,
    pub name: String,
    /// A month, or a channel's code: empty for what belongs to no channel, as cost and expenses do.
    pub part: String,
    pub part_name: String,
    #[serde(flatten)]
    pub figures: ProfitFigures,
}

/// The statement. Its rows add up to the total.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShopProfit {
    #[serde(flatten)]
    pub range: Range,
    pub by: ProfitBy,
    /// By shop and part.
    #[serde(serialize_with = "values")]
    rows: BTreeMap<(String, String), ProfitRow>,
    pub total: ProfitFigures,
}

fn values<S: serde::Serializer>(rows: &BTreeMap<(String, String), ProfitRow>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(rows.values())
}

impl ShopProfit {
    pub fn new(range: Range, by: ProfitBy) -> ShopProfit {
        ShopProfit { range, by, rows: BTreeMap::new(), total: ProfitFigures::default() }
    }

    pub fn rows(&self) -> impl Iterator<Item = &ProfitRow> {
        self.rows.values()
    }

    /// Adds debit less credit of one account for a shop (code and name) and a part of it; `None` when a sum leaves an `i64`. What
    /// belongs in no part of the statement makes no row.
    pub fn add(&mut self, shop: (&str, &str), part: (&str, &str), of: Option<ProfitPart>, net: Amount) -> Option<()> {
        let Some(of) = of else { return Some(()) };
        let row = self.rows.entry((shop.0.to_owned(), part.0.to_owned())).or_insert_with(|| ProfitRow {
            shop: shop.0.to_owned(),
            name: shop.1.to_owned(),
            part: part.0.to_owned(),
            part_name: part.1.to_owned(),
            figures: ProfitFigures::default(),
        });
        row.figures.add(of, net)?;
        self.total.add(of, net)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{AccountCode, Period, Side};

    fn account(code: &str, element: Element) -> Account {
        let code = AccountCode::parse(code).expect("code");
        Account { code, name: "示例".into(), element, normal_side: Side::Debit, official: false, requires: Vec::new() }
    }

    fn fen(debit: i64, credit: i64) -> Amount {
        Amount::from_fen(debit - credit)
    }

    #[test]
    fn every_line_of_a_shop_has_its_place() {
        use ChartStandard::{RuralCollective2023 as Rural, SmallEnterprise2013 as Small};
        for (standard, code, element, part) in [
            (Small, "500101", Element::Income, Some(ProfitPart::Sales)),
            (Small, "5051", Element::Income, Some(ProfitPart::OtherIncome)),
            (Small, "540101", Element::Expense, Some(ProfitPart::Cost)),
            (Small, "5402", Element::Expense, Some(ProfitPart::Expense)),
            (Small, "560101", Element::Expense, Some(ProfitPart::Expense)),
            (Small, "1405", Element::Asset, None),
            (Rural, "501", Element::Income, Some(ProfitPart::Sales)),
            (Rural, "51101", Element::Expense, Some(ProfitPart::Cost)),
        ] {
            assert_eq!(ProfitPart::of(standard, &account(code, element)), part, "{code}");
        }
    }

    #[test]
    fn rows_add_up_to_the_total() {
        let period = Period::parse("2026-01").expect("period");
        let mut table = ShopProfit::new(Range { from: period, to: period }, ProfitBy::Channel);
        for (shop, channel, part, net) in [
            ("S2", "", ProfitPart::Cost, fen(800, 100)),
            ("S1", "school", ProfitPart::Sales, fen(1, 1001)),
            ("S1", "", ProfitPart::Expense, fen(50, 0)),
            ("S1", "", ProfitPart::OtherIncome, fen(0, 20)),
        ] {
            table.add((shop, "示例店"), (channel, "示例"), Some(part), net).expect("small");
        }
        table.add(("S3", ""), ("", ""), None, fen(1, 0)).expect("nothing");
        let rows: Vec<_> = table.rows().map(|row| (row.shop.as_str(), row.part.as_str(), row.figures.profit.fen())).collect();
        assert_eq!(rows, [("S1", "", -30), ("S1", "school", 1000), ("S2", "", -700)]);
        let total = table.total;
        assert_eq!([total.sales, total.cost, total.gross_profit, total.profit].map(Amount::fen), [1000, 700, 300, 270]);
        assert_eq!(table.add(("S1", ""), ("", ""), Some(ProfitPart::Cost), fen(i64::MAX, 0)), None);
    }
}
