//! hledger 导出: a journal that `hledger check --strict` accepts, with the same balances.
//!
//! Accounts are `资产:1002 银行存款:100201 基本户`. Costs (成本) are assets: what is in production is inventory.
//! Memorandum accounts stand under a root of their own and have no type, so no statement shows them. Closing vouchers (结转)
//! clear every result account, so an income statement leaves them out by their tag: `hledger is not:tag:结转`.

use crate::files::plain::{ExportError, account_paths, on_one_line, signed};
use crate::ledger::book::BookProfile;
use crate::ledger::{Account, AccountCode, Chart, Element, Purpose, Voucher};
use std::collections::BTreeMap;
use std::io::Write;

/// Writes vouchers as transactions.
pub struct Hledger<W: Write> {
    out: W,
    paths: BTreeMap<AccountCode, String>,
}

impl<W: Write> Hledger<W> {
    pub(super) fn begin(mut out: W, chart: &Chart, profile: &BookProfile) -> Result<Hledger<W>, ExportError> {
        let paths = account_paths(
            chart,
            |account| account.element.chinese(),
            |account| plain(&format!("{} {}", account.code, account.name)),
        );
        writeln!(out, "; {}（{}）", plain(&profile.name), profile.code)?;
        writeln!(out, "; {}，{}", plain(&profile.organisation), profile.standard.chinese())?;
        writeln!(out, "; 借方为正，贷方为负；红字反号。表外科目自成一组，不入报表。")?;
        writeln!(out, "; 看利润表请略去结转凭证：hledger is not:tag:{}\n", Purpose::CarryForward.chinese())?;
        writeln!(out, "commodity 1000.00 CNY\n")?;
        for account in chart.iter() {
            if let Some(path) = paths.get(&account.code) {
                match account_type(account) {
                    Some(letter) => writeln!(out, "account {path}  ; type:{letter}")?,
                    None => writeln!(out, "account {path}")?,
                }
            }
        }
        Ok(Hledger { out, paths })
    }

    pub(super) fn voucher(&mut self, voucher: &Voucher, seq: u64) -> Result<(), ExportError> {
        let out = &mut self.out;
        writeln!(out, "\n{} ({}) {}", voucher.date, voucher.number, plain(&voucher.memo))?;
        write!(out, "    ; seq:{seq}, purpose:{}, attachments:{}", voucher.purpose.word(), voucher.attachment_count)?;
        if voucher.purpose == Purpose::CarryForward {
            write!(out, ", {}:", voucher.purpose.chinese())?;
        }
        let signed_by = &voucher.signatures;
        for (tag, text) in [
            ("reference", &voucher.source.reference),
            ("prepared_by", &signed_by.prepared_by),
            ("approved_by", &signed_by.approved_by),
            ("posted_by", &voucher.posted_by),
        ] {
            if !text.is_empty() {
                write!(out, ", {tag}:{}", plain(text))?;
            }
        }
        if let Some(reversed) = &voucher.reverses {
            write!(out, ", reverses:{} {}, reverses_seq:{}", reversed.period, reversed.number, reversed.seq)?;
        }
        writeln!(out)?;
        for line in &voucher.lines {
            let path = self.paths.get(&line.account).ok_or(ExportError::AccountUnknown(line.account))?;
            write!(out, "    {path}  {} CNY", signed(line.side, line.amount))?;
            let mut lead = "  ; ";
            for (dimension, code) in line.dimensions.iter() {
                write!(out, "{lead}{}:{code}", dimension.word())?;
                lead = ", ";
            }
            if !line.memo.is_empty() {
                write!(out, "{lead}memo:{}", plain(&line.memo))?;
            }
            writeln!(out)?;
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<W, ExportError> {
        self.out.flush()?;
        Ok(self.out)
    }
}

/// hledger's account types; memorandum accounts have none.
fn account_type(account: &Account) -> Option<char> {
    match account.element {
        Element::Asset | Element::Cost => Some('A'),
        Element::Liability => Some('L'),
        Element::Equity => Some('E'),
        Element::Income => Some('R'),
        Element::Expense => Some('X'),
        Element::Memorandum => None,
    }
}

/// Text in which nothing is a comment, a tag, a date in brackets, a payee bar or the end of an account name.
fn plain(text: &str) -> String {
    let full_width = |c: char| match c {
        ';' => '；',
        ':' => '：',
        ',' => '，',
        '[' => '［',
        ']' => '］',
        '|' => '｜',
        '#' => '＃',
        other => other,
    };
    on_one_line(text).chars().map(full_width).collect()
}
