//! CSV 导出: the voucher format that [`crate::files::vouchers`] reads, with the entry's place in the journal beside it.
//! Read into an empty book it gives the same balances.

use crate::files::plain::ExportError;
use crate::ledger::{Dimension, Side, Voucher};
use std::borrow::Cow;
use std::io::Write;

/// Dimensions in the order people list them.
const DIMENSIONS: [Dimension; 10] = [
    Dimension::Community,
    Dimension::Street,
    Dimension::Shop,
    Dimension::Channel,
    Dimension::IncomeType,
    Dimension::Asset,
    Dimension::Contract,
    Dimension::Fund,
    Dimension::Counterparty,
    Dimension::Resolution,
];

/// Writes vouchers as rows.
pub struct JournalCsv<W: Write> {
    out: csv::Writer<W>,
}

impl<W: Write> JournalCsv<W> {
    pub(super) fn begin(mut out: W) -> Result<JournalCsv<W>, ExportError> {
        // Excel and WPS take a file without the mark for GB 18030.
        out.write_all("\u{feff}".as_bytes())?;
        let mut out = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
        let before = ["凭证号", "日期", "凭证字", "摘要", "行摘要", "科目编码", "科目名称", "借方金额", "贷方金额"];
        let behind = ["附单据数", "制单", "制单时间", "审核", "审核时间", "用途", "记账", "序号", "冲销"];
        let dimensions = DIMENSIONS.map(Dimension::chinese);
        out.write_record(before.iter().chain(&dimensions).chain(&behind))?;
        Ok(JournalCsv { out })
    }

    pub(super) fn voucher(&mut self, voucher: &Voucher, seq: u64) -> Result<(), ExportError> {
        let number = voucher.number;
        // Unique in the file, and in posting order the number that importing gives again.
        let key = format!("{}-{number}", voucher.period);
        let (date, seq, attachments) = (voucher.date.to_string(), seq.to_string(), voucher.attachment_count.to_string());
        let reversed = voucher.reverses.as_ref().map(|r| format!("{}-{}", r.period, r.number)).unwrap_or_default();
        let signed = &voucher.signatures;
        for line in &voucher.lines {
            let amount = line.amount.to_string();
            let (debit, credit) = match line.side {
                Side::Debit => (amount.as_str(), ""),
                Side::Credit => ("", amount.as_str()),
            };
            let out = &mut self.out;
            out.write_field(&key)?;
            out.write_field(&date)?;
            out.write_field(number.word.chinese())?;
            out.write_field(&*defused(&voucher.memo))?;
            out.write_field(&*defused(&line.memo))?;
            out.write_field(line.account.as_str())?;
            out.write_field(&*defused(&line.account_name))?;
            out.write_field(debit)?;
            out.write_field(credit)?;
            for dimension in DIMENSIONS {
                let code = line.dimensions.get(dimension).map(|code| defused(code.as_str()));
                out.write_field(code.as_deref().unwrap_or_default())?;
            }
            out.write_field(&attachments)?;
            out.write_field(&*defused(&signed.prepared_by))?;
            out.write_field(&signed.prepared_at)?;
            out.write_field(&*defused(&signed.approved_by))?;
            out.write_field(&signed.approved_at)?;
            out.write_field(voucher.purpose.chinese())?;
            out.write_field(&*defused(&voucher.posted_by))?;
            out.write_field(&seq)?;
            out.write_field(&reversed)?;
            out.write_record(None::<&[u8]>)?;
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<W, ExportError> {
        self.out.flush()?;
        self.out.into_inner().map_err(|error| error.into_error().into())
    }
}

/// Text that a spreadsheet would take for a formula gets an apostrophe, which the importer takes off again.
fn defused(text: &str) -> Cow<'_, str> {
    let formula = text.trim_start_matches('\'').starts_with(['=', '+', '-', '@']);
    if formula { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::cell;

    #[test]
    fn formulas_are_defused_and_come_back() {
        for text in ["=1+1", "-5", "@x", "'=1", "''=1", "=\"001\"", "'", "普通", "'引'"] {
            assert_eq!(cell::text(&defused(text)).as_deref(), Some(text), "{text}");
            assert!(!defused(text).starts_with('='));
        }
    }
}
