//! 数的背后: which lines a figure is made of, besides the value that they carry. Figures of the books are told apart by their
//! accounts, figures of the registers by the facts that posted the lines.

use crate::bookkeeper::leadership::is_operating;
use crate::bookkeeper::nets::element;
use crate::bookkeeper::view::View;
use crate::collective::reference::is_produced;
use crate::ledger::chart::ChartStandard;
use crate::ledger::statement::Range;
use crate::ledger::{AccountCode, Amount, DimensionCode, Element, Period, Side, Voucher};

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behind<'a> {
    /// Accounts of one element.
    Element(Element),
    /// 利润: income less expense.
    Profit,
    /// 经营性收入: 经营收入 and 投资收益.
    Operating,
    /// 应付利润 that was resolved, of one resolution if it is named.
    Dividends { resolution: Option<&'a str> },
    /// The same of what was resolved within a range, less what was paid on it since.
    DividendsUnpaid { resolution: Option<&'a str>, resolved: Range },
    /// 工作经费 of a year.
    WorkingFund { year: u32, part: FundPart },
}

/// 工作经费: which of its figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FundPart {
    Arrived,
    Spent,
    Left,
}

impl Behind<'_> {
    /// Whether lines on an account may count.
    pub(super) fn is_on(&self, view: &View, account: &AccountCode) -> bool {
        let (counted, standard) = (element(view, account), view.profile.standard);
        let of = |wanted: Element| view.chart.get(account).is_some_and(|account| account.element == wanted);
        match self {
            Behind::Element(wanted) => counted == Some(*wanted),
            Behind::Profit => matches!(counted, Some(Element::Income | Element::Expense)),
            Behind::Operating => counted == Some(Element::Income) && is_operating(standard, account.as_str()),
            Behind::Dividends { .. } | Behind::DividendsUnpaid { .. } => of(Element::Liability),
            // A company keeps it in memorandum accounts, a community in its bank.
            Behind::WorkingFund { .. } => of(fund_element(standard)),
        }
    }

    /// Whether a line of a voucher on such an account counts. A voucher that was reversed and its reversal are nothing together,
    /// and the registers know neither.
    pub(super) fn counts(&self, view: &View, seq: u64, voucher: &Voucher, side: Side) -> bool {
        let fact = || -> Vec<&str> {
            let stands = is_produced(&voucher.source) && voucher.reverses.is_none() && !view.book.is_reversed(seq);
            if stands { voucher.source.reference.split('/').collect() } else { Vec::new() }
        };
        match *self {
            Behind::Element(_) | Behind::Profit | Behind::Operating => true,
            Behind::Dividends { resolution } => match fact()[..] {
                ["dividend_resolved", code, _] => resolution.is_none_or(|wanted| wanted == code),
                _ => false,
            },
            Behind::DividendsUnpaid { resolution, resolved } => match fact()[..] {
                ["dividend_resolved" | "dividend_paid", code, _] => {
                    resolution.is_none_or(|wanted| wanted == code) && is_resolved_within(view, code, resolved)
                }
                _ => false,
            },
            Behind::WorkingFund { year, part } => {
                let of_part = |word: &str| match part {
                    FundPart::Arrived => word == "working_fund_received",
                    FundPart::Spent => word == "working_fund_spent",
                    FundPart::Left => matches!(word, "working_fund_received" | "working_fund_spent"),
                };
                // The contra account in a company stands on the other side.
                let held = view.profile.standard == ChartStandard::RuralCollective2023 || side == Side::Debit;
                held && matches!(fact()[..], [word, _, of, _] if of_part(word) && of.parse() == Ok(year))
            }
        }
    }

    /// What a line adds to the figure.
    pub fn adds(&self, side: Side, amount: Amount) -> Amount {
        let part_of_debits = match self {
            Behind::Element(element) => *element != Element::Income,
            Behind::WorkingFund { part, .. } => *part != FundPart::Spent,
            Behind::Profit | Behind::Operating | Behind::Dividends { .. } | Behind::DividendsUnpaid { .. } => false,
        };
        let same = part_of_debits == (side == Side::Debit);
        if same { amount } else { amount.checked_neg().unwrap_or(amount) }
    }
}

fn fund_element(standard: ChartStandard) -> Element {
    match standard {
        ChartStandard::SmallEnterprise2013 => Element::Memorandum,
        ChartStandard::RuralCollective2023 => Element::Asset,
    }
}

fn is_resolved_within(view: &View, code: &str, range: Range) -> bool {
    let dividend = DimensionCode::parse(code).and_then(|code| view.registers.dividends.get(&code));
    let month = dividend.and_then(|dividend| Period::of(dividend.resolution.date));
    month.is_some_and(|month| range.from <= month && month <= range.to)
}
