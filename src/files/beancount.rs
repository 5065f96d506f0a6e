//! Beancount 导出: a file that `bean-check` accepts, with the same balances.
//!
//! Accounts are `Assets:1002-银行存款:100201-基本户`: a component begins with the code because Beancount wants a
//! capital or a digit there. Costs (成本) are assets: what is in production is inventory. Memorandum accounts are
//! `Equity:Memorandum:…`; they balance among themselves and leave the total of equity as it is. Closing vouchers (结转) clear
//! every result account, so an income statement leaves them out by their tag, `#carry_forward`: Beancount takes ASCII alone.

use crate::files::plain::{ExportError, account_paths, on_one_line, signed};
use crate::ledger::book::BookProfile;
use crate::ledger::{Account, AccountCode, Chart, Element, Purpose, Voucher};
use std::collections::BTreeMap;
use std::io::Write;

/// Writes vouchers as transactions.
pub struct Beancount<W: Write> {
    out: W,
    paths: BTreeMap<AccountCode, String>,
}

impl<W: Write> Beancount<W> {
    pub(super) fn begin(mut out: W, chart: &Chart, profile: &BookProfile) -> Result<Beancount<W>, ExportError> {
        let paths = account_paths(chart, root, component);
        writeln!(out, "option \"title\" {}", quoted(&profile.name))?;
        writeln!(out, "option \"operating_currency\" \"CNY\"\n")?;
        writeln!(out, "; {}，{}（账套 {}）", on_one_line(&profile.organisation), profile.standard.chinese(), profile.code)?;
        writeln!(out, "; 借方为正，贷方为负；红字反号。")?;
        writeln!(out, "; 看利润表请略去结转凭证：Fava 筛选 -#{0}，bean-query 用 FROM NOT '{0}' IN tags\n", closing_tag())?;
        let first = profile.first_period.first_day();
        for account in chart.iter() {
            if let Some(path) = paths.get(&account.code) {
                writeln!(out, "{first} open {path} CNY")?;
                writeln!(out, "  name: {}", quoted(&account.name))?;
            }
        }
        Ok(Beancount { out, paths })
    }

    pub(super) fn voucher(&mut self, voucher: &Voucher, seq: u64) -> Result<(), ExportError> {
        let out = &mut self.out;
        write!(out, "\n{} * {}", voucher.date, quoted(&voucher.memo))?;
        if voucher.purpose == Purpose::CarryForward {
            write!(out, " #{}", closing_tag())?;
        }
        writeln!(out)?;
        writeln!(out, "  seq: \"{seq}\"\n  number: \"{}\"\n  purpose: \"{}\"", voucher.number, voucher.purpose.word())?;
        writeln!(out, "  attachments: \"{}\"", voucher.attachment_count)?;
        let signed_by = &voucher.signatures;
        for (key, text) in [
            ("reference", &voucher.source.reference),
            ("prepared_by", &signed_by.prepared_by),
            ("approved_by", &signed_by.approved_by),
            ("posted_by", &voucher.posted_by),
        ] {
            if !text.is_empty() {
                writeln!(out, "  {key}: {}", quoted(text))?;
            }
        }
        if let Some(reversed) = &voucher.reverses {
            writeln!(out, "  reverses: \"{} {}\"\n  reverses_seq: \"{}\"", reversed.period, reversed.number, reversed.seq)?;
        }
        for line in &voucher.lines {
            let path = self.paths.get(&line.account).ok_or(ExportError::AccountUnknown(line.account))?;
            writeln!(out, "  {path}  {} CNY", signed(line.side, line.amount))?;
            for (dimension, code) in line.dimensions.iter() {
                writeln!(out, "    {}: \"{code}\"", dimension.word())?;
            }
            if !line.memo.is_empty() {
                writeln!(out, "    memo: {}", quoted(&line.memo))?;
            }
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<W, ExportError> {
        self.out.flush()?;
        Ok(self.out)
    }
}

/// The tag of closing vouchers.
fn closing_tag() -> &'static str {
    Purpose::CarryForward.word()
}

fn root(account: &Account) -> &'static str {
    match account.element {
        Element::Asset | Element::Cost => "Assets",
        Element::Liability => "Liabilities",
        Element::Equity => "Equity",
        Element::Income => "Income",
        Element::Expense => "Expenses",
        Element::Memorandum => "Equity:Memorandum",
    }
}

/// Code and name of one level. Only letters, digits and hyphens may stand in a name; the code keeps it unique.
fn component(account: &Account) -> String {
    let kept = |c: char| if c.is_alphabetic() || c.is_ascii_digit() { c } else { '-' };
    let name: String = account.name.chars().map(kept).collect();
    let words: Vec<&str> = name.split('-').filter(|word| !word.is_empty()).collect();
    std::iter::once(account.code.as_str()).chain(words).collect::<Vec<_>>().join("-")
}

/// A string on one line, with quotes and backslashes escaped.
fn quoted(text: &str) -> String {
    format!("\"{}\"", on_one_line(text).replace('\\', "\\\\").replace('"', "\\\""))
}
