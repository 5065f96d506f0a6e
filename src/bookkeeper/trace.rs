//! The way back: from a figure to the lines it is made of.

use crate::bookkeeper::Bookkeeper;
use crate::bookkeeper::nets::element;
use crate::bookkeeper::report::{PAGE_ROWS_MAX, read_voucher};
use crate::bookkeeper::view::View;
use crate::ledger::statement::Range;
use crate::ledger::{AccountCode, Amount, Dimension, Element, Period, Purpose, Side, Voucher, VoucherNumber};
use crate::store::StoreError;
use crate::store::read::FoundLine;
use crate::store::trace::Stretch;
use jiff::civil::Date;
use std::fmt;

/// Which lines are asked for: ordinary ones that carry a value, on accounts of one element.
#[derive(Clone, Copy, Debug)]
pub struct Trace<'a> {
    pub dimension: Dimension,
    pub code: &'a str,
    pub element: Element,
    pub range: Range,
    /// A dimension that the lines carry besides, where the figure asks for it.
    pub also: Option<Dimension>,
}

/// A line behind a figure.
#[derive(Clone, Debug)]
pub struct TracedLine {
    pub period: Period,
    pub date: Date,
    pub number: VoucherNumber,
    pub seq: u64,
    /// Line of the voucher, from 1.
    pub line: u32,
    pub account: AccountCode,
    pub account_name: String,
    pub memo: String,
    pub side: Side,
    pub amount: Amount,
}

/// Where a page of traced lines goes on: the last line of the page before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceCursor {
    stretch: Stretch,
    seq: u64,
    line: u32,
}

impl TraceCursor {
    fn of(line: &TracedLine) -> TraceCursor {
        TraceCursor { stretch: (line.period, line.account), seq: line.seq, line: line.line }
    }

    /// Reads `period.account.seq.line`.
    pub fn parse(text: &str) -> Option<TraceCursor> {
        let mut parts = text.split('.');
        let stretch = (Period::parse(parts.next()?)?, AccountCode::parse(parts.next()?)?);
        let (seq, line): (u64, u32) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        // A sequence number of the store is an i64.
        (parts.next().is_none() && i64::try_from(seq).is_ok()).then_some(TraceCursor { stretch, seq, line })
    }
}

impl fmt::Display for TraceCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}.{}", self.stretch.0, self.stretch.1, self.seq, self.line)
    }
}

/// A page of lines by month, account and posting order; `next` is absent on the last one.
#[derive(Clone, Debug, Default)]
pub struct DimensionLines {
    pub lines: Vec<TracedLine>,
    pub next: Option<TraceCursor>,
}

impl Bookkeeper {
    /// The lines behind a figure, a page at a time.
    pub async fn dimension_lines(
        &self,
        view: &View,
        trace: &Trace<'_>,
        after: Option<TraceCursor>,
        limit: u32,
    ) -> Result<DimensionLines, StoreError> {
        let limit = limit.clamp(1, PAGE_ROWS_MAX);
        let page = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut lines = Vec::new();
        for stretch in self.store.stretches(view.number, trace.range, (trace.dimension, trace.code)).await? {
            let wanted = element(view, &stretch.1) == Some(trace.element);
            if !wanted || after.is_some_and(|after| stretch < after.stretch) {
                continue;
            }
            let place = after.filter(|after| after.stretch == stretch).map_or((0, 0), |after| (after.seq, after.line));
            self.trace_stretch(view, trace, (stretch, place), limit, &mut lines).await?;
            // One line more than a page holds tells that there is a next one.
            if lines.len() > page {
                lines.truncate(page);
                let next = lines.last().map(TraceCursor::of);
                return Ok(DimensionLines { lines, next });
            }
        }
        Ok(DimensionLines { lines, next: None })
    }

    /// Adds the ordinary lines of one stretch, until one line more than `limit` is there.
    async fn trace_stretch(
        &self,
        view: &View,
        trace: &Trace<'_>,
        (stretch, mut place): (Stretch, (u64, u32)),
        limit: u32,
        lines: &mut Vec<TracedLine>,
    ) -> Result<(), StoreError> {
        loop {
            let have = u32::try_from(lines.len()).unwrap_or(u32::MAX);
            let wanted = (limit + 1).saturating_sub(have);
            let carried = (trace.dimension, trace.code);
            let found = self.store.lines_carrying(view.number, stretch, carried, place, wanted).await?;
            let full = u32::try_from(found.len()) == Ok(wanted);
            place = found.last().map_or(place, |line| (line.seq, line.line));
            read_lines(view, &found, trace.also, lines)?;
            // Lines of vouchers that are not ordinary leave room on a full page.
            if !full || lines.len() > usize::try_from(limit).unwrap_or(usize::MAX) {
                return Ok(());
            }
        }
    }
}

/// Reads found lines out of their vouchers; several lines of one voucher are read from one decoding.
fn read_lines(view: &View, found: &[FoundLine], also: Option<Dimension>, lines: &mut Vec<TracedLine>) -> Result<(), StoreError> {
    let mut open: Option<(u64, Voucher)> = None;
    for line in found {
        if open.as_ref().is_none_or(|(seq, _)| *seq != line.seq) {
            open = Some((line.seq, read_voucher(view, line.seq, &line.body)?));
        }
        let Some((_, voucher)) = &open else { continue };
        if voucher.purpose != Purpose::Ordinary {
            continue;
        }
        let index = usize::try_from(line.line).unwrap_or(0).saturating_sub(1);
        let posted = voucher.lines.get(index);
        let posted = posted.ok_or_else(|| StoreError::Corrupt(format!("entry {} has no line {}", line.seq, line.line)))?;
        if also.is_some_and(|also| posted.dimensions.get(also).is_none()) {
            continue;
        }
        lines.push(TracedLine {
            period: voucher.period,
            date: voucher.date,
            number: voucher.number,
            seq: line.seq,
            line: line.line,
            account: posted.account,
            account_name: posted.account_name.clone(),
            memo: if posted.memo.is_empty() { voucher.memo.clone() } else { posted.memo.clone() },
            side: line.side,
            amount: line.amount,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_went() {
        let text = "2025-03.500101.812.2";
        assert_eq!(TraceCursor::parse(text).map(|cursor| cursor.to_string()).as_deref(), Some(text));
        for bad in
            ["", "2025-03", "2025-13.5001.1.1", "2025-03.x.1.1", "2025-03.5001.9223372036854775808.1", "2025-03.5001.1.1.1"]
        {
            assert_eq!(TraceCursor::parse(bad), None, "{bad}");
        }
    }
}
