//! `/books/{book}/vouchers/{period}/{number}`: a voucher as on paper, with its place in the chain.

use crate::bookkeeper::Bookkeeper;
use crate::bookkeeper::posted::PostedVoucher;
use crate::bookkeeper::view::View;
use crate::ledger::{Dimension, DimensionCode, Line, Side, VoucherNumber};
use crate::web::figure::Money;
use crate::web::page::{Page, Trouble, period, voucher_address};
use askama::Template;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};

/// The books' own time zone, all year round.
const HOURS_EAST: i8 = 8;

#[derive(Template)]
#[template(path = "voucher.html")]
pub struct VoucherPage {
    book: String,
    book_name: String,
    organisation: String,
    posted: PostedVoucher,
    date: String,
    /// What it came from; empty where it was typed.
    origin: String,
    recorded_at: String,
    lines: Vec<PaperLine>,
    debit: Money,
    credit: Money,
    reverses: Option<Other>,
    reversed_by: Option<Other>,
}

struct PaperLine {
    memo: String,
    account: String,
    account_name: String,
    dimensions: Vec<CarriedValue>,
    debit: Option<Money>,
    credit: Option<Money>,
}

struct CarriedValue {
    dimension: &'static str,
    name: String,
    href: Option<String>,
}

/// A voucher that took this one back, or was taken back by it.
struct Other {
    label: String,
    href: String,
}

pub async fn show(
    State(bookkeeper): State<Bookkeeper>,
    path: Result<Path<(String, String, String)>, PathRejection>,
) -> Result<Page<VoucherPage>, Trouble> {
    let Path((book, month, number)) = path?;
    let view = bookkeeper.book(&book).ok_or_else(|| Trouble::not_found(format!("没有账套 {book}。请从首页点进来。")))?;
    let month = period(&month)?;
    let number = VoucherNumber::parse(&number)
        .ok_or_else(|| Trouble::malformed(format!("看不懂凭证字号 {number}。应为 记-12 的形式。")))?;
    let posted = bookkeeper.voucher(&view, month, number).await?;
    let posted = posted.ok_or_else(|| Trouble::not_found(format!("{month} 没有凭证 {number}。请从首页点进来。")))?;
    let reversed_by = match posted.reversed_by {
        Some(seq) => bookkeeper.voucher_at(&view, seq).await?,
        None => None,
    };
    page(&view, posted, reversed_by.as_ref()).map(Page)
}

fn page(view: &View, posted: PostedVoucher, reversed_by: Option<&PostedVoucher>) -> Result<VoucherPage, Trouble> {
    let voucher = &posted.voucher;
    let book = view.profile.code.clone();
    let other = |period, number| Other { label: format!("{period} {number}"), href: voucher_address(&book, period, number) };
    let total = |side| voucher.total(side).map(Money::from).ok_or_else(|| Trouble::too_large("凭证合计"));
    Ok(VoucherPage {
        book_name: view.profile.name.clone(),
        organisation: view.profile.organisation.clone(),
        date: voucher.date.to_string(),
        origin: posted.origin(),
        recorded_at: local_time(posted.recorded_at),
        lines: voucher.lines.iter().map(|line| paper_line(view, line, &voucher.memo)).collect(),
        debit: total(Side::Debit)?,
        credit: total(Side::Credit)?,
        reverses: voucher.reverses.as_ref().map(|reversed| other(reversed.period, reversed.number)),
        reversed_by: reversed_by.map(|by| other(by.voucher.period, by.voucher.number)),
        book,
        posted,
    })
}

fn paper_line(view: &View, line: &Line, memo: &str) -> PaperLine {
    let on = |side| (line.side == side).then(|| Money::from(line.amount));
    PaperLine {
        memo: if line.memo.is_empty() { memo.to_owned() } else { line.memo.clone() },
        account: line.account.to_string(),
        account_name: line.account_name.clone(),
        dimensions: line.dimensions.iter().map(|(dimension, code)| carried(view, dimension, code)).collect(),
        debit: on(Side::Debit),
        credit: on(Side::Credit),
    }
}

fn carried(view: &View, dimension: Dimension, code: &DimensionCode) -> CarriedValue {
    let value = view.dimensions.get(dimension, code);
    CarriedValue {
        dimension: dimension.chinese(),
        name: value.map_or_else(|| code.to_string(), |value| value.name.clone()),
        href: (dimension == Dimension::Community).then(|| format!("/communities/{code}")),
    }
}

/// Microseconds since 1970 as people here read a clock; empty for a time that no calendar reaches.
fn local_time(microseconds: u64) -> String {
    let timestamp = i64::try_from(microseconds).ok().and_then(|micros| jiff::Timestamp::from_microsecond(micros).ok());
    let local = timestamp.map(|timestamp| jiff::tz::Offset::constant(HOURS_EAST).to_datetime(timestamp));
    local.map(|local| local.strftime("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::local_time;

    #[test]
    fn clocks_are_read_eight_hours_east() {
        assert_eq!(local_time(0), "1970-01-01 08:00:00");
        assert_eq!(local_time(1_750_000_000_000_000), "2025-06-15 23:06:40");
        assert_eq!(local_time(u64::MAX), "");
    }
}
