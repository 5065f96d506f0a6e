//! 科目 CSV: the accounts a book adds below and beside the official ones.

use crate::files::cell;
use crate::files::draft::unknown_word;
use crate::files::header::Column;
use crate::files::names::parent_code;
use crate::files::refusal::{FileReason, FileRefusal, quoted};
use crate::files::sheet::{Notes, Sheet};
use crate::ledger::{Account, AccountCode, Chart, Dimension, Element, Side};
use std::collections::{BTreeMap, HashMap};
use std::io::Read;

const CODE: usize = 0;
const NAME: usize = 1;
const ELEMENT: usize = 2;
const SIDE: usize = 3;
const REQUIRES: usize = 4;

/// Every column of a file of accounts.
pub const COLUMNS: [Column; 5] = [
    Column::required("科目编码", "code", &["科目代码", "科目编号", "account", "account_code"]),
    Column::required("科目名称", "name", &["account_name"]),
    Column::optional("要素", "element", &["会计要素", "科目类别", "科目类型"]),
    Column::optional("余额方向", "side", &["方向", "科目方向", "normal_side"]),
    Column::optional("必需辅助核算", "requires", &["必填辅助核算", "辅助核算"]),
];

/// What a file of accounts adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadAccounts {
    /// In the file's order; the ledger has yet to examine them.
    pub accounts: Vec<Account>,
    /// The row of each account, for [`crate::files::refusal::reasons_at`].
    pub rows: Vec<u32>,
    /// Rows that say what the chart says already.
    pub unchanged: u32,
    /// What was passed over.
    pub notes: Notes,
}

/// Reads a file of accounts. Element and side may be left to the nearest account above, in the file or the chart.
///
/// # Errors
/// Every row that cannot be read, that comes twice, or that differs from an account the chart has already.
pub fn read_accounts(reader: impl Read, chart: &Chart) -> Result<ReadAccounts, FileRefusal> {
    let mut sheet = Sheet::open(reader, &COLUMNS, CODE)?;
    let mut read = ReadAccounts { accounts: Vec::new(), rows: Vec::new(), unchanged: 0, notes: Notes::default() };
    let (mut refusal, mut seen) = (FileRefusal::default(), HashMap::new());
    let mut fresh: BTreeMap<AccountCode, (Element, Side)> = BTreeMap::new();
    loop {
        match sheet.advance() {
            Ok(true) => {}
            Ok(false) => break,
            Err(reason) => {
                refusal.add([reason]);
                break;
            }
        }
        let result = read_account(&sheet, chart, &fresh).and_then(|account| {
            once(&sheet, &mut seen, account.code)?;
            Ok(account)
        });
        match result {
            Err(reasons) => {
                if !refusal.add(reasons) {
                    break;
                }
            }
            Ok(account) => match chart.get(&account.code) {
                None => {
                    fresh.insert(account.code, (account.element, account.normal_side));
                    read.rows.push(sheet.row());
                    read.accounts.push(account);
                }
                Some(known) if is_same(known, &account) => read.unchanged += 1,
                Some(known) => {
                    refusal.add([differs(&sheet, known, &account)]);
                }
            },
        }
    }
    refusal.unless_empty()?;
    read.notes = sheet.notes().clone();
    Ok(read)
}

fn once<R: Read>(sheet: &Sheet<R>, seen: &mut HashMap<AccountCode, u32>, code: AccountCode) -> Result<(), Vec<FileReason>> {
    match seen.insert(code, sheet.row()) {
        None => Ok(()),
        Some(before) => {
            let text = format_args!("科目 {code} 在第 {before} 行已经出现。请删去其中一行。");
            Err(vec![sheet.refuse(CODE, "account_repeated", text)])
        }
    }
}

/// Whether a file's account is the chart's; that a chart's account is official is not for a file to say.
fn is_same(known: &Account, read: &Account) -> bool {
    known.name == read.name
        && known.element == read.element
        && known.normal_side == read.normal_side
        && known.requires == read.requires
}

fn differs<R: Read>(sheet: &Sheet<R>, known: &Account, read: &Account) -> FileReason {
    let describe = |account: &Account| {
        let requires: Vec<&str> = account.requires.iter().map(|d| d.chinese()).collect();
        let (element, side) = (account.element.chinese(), account.normal_side.chinese());
        let requires = if requires.is_empty() { "无".to_owned() } else { requires.join("、") };
        format!("{}，{element}，{side}，必需辅助核算 {requires}", quoted(&account.name))
    };
    let text = format!(
        "科目 {} 已在科目表中（{}），与文件（{}）不同。科目不能修改，请改用新编码，或改成一致。",
        known.code,
        describe(known),
        describe(read)
    );
    sheet.refuse(CODE, "account_differs", text)
}

fn read_account<R: Read>(
    sheet: &Sheet<R>,
    chart: &Chart,
    fresh: &BTreeMap<AccountCode, (Element, Side)>,
) -> Result<Account, Vec<FileReason>> {
    let mut reasons: Vec<FileReason> = sheet.overflow().into_iter().collect();
    let mut take = |column: usize| match sheet.text(column) {
        Ok(text) => text.into_owned(),
        Err(reason) => {
            reasons.push(reason);
            String::new()
        }
    };
    let (code, name, element, side) = (take(CODE), take(NAME), take(ELEMENT), take(SIDE));
    let code = AccountCode::parse(&code);
    if code.is_none() {
        let cell = quoted(cell::trimmed(sheet.raw(CODE)));
        let text = format_args!("“{cell}”不是科目编码。编码为 3 至 12 位数字，如 100201。");
        reasons.push(sheet.refuse(CODE, "account_malformed", text));
    }
    if name.is_empty() {
        reasons.push(sheet.refuse(NAME, "name_missing", "没有科目名称。请填写末级名称。"));
    }
    let above = code.and_then(|code| inherited(chart, fresh, code));
    let element = if element.is_empty() { above.map(|above| above.0) } else { Element::parse(element.trim_end_matches('类')) };
    let side = if side.is_empty() { above.map(|above| above.1) } else { Side::parse(side.trim_end_matches('方')) };
    if element.is_none() {
        reasons.push(missing_or_unknown(sheet, ELEMENT, "element", "资产、负债、所有者权益、成本、收入、费用、表外"));
    }
    if side.is_none() {
        reasons.push(missing_or_unknown(sheet, SIDE, "side", "借、贷"));
    }
    let requires = match read_requires(sheet.raw(REQUIRES)) {
        Some(requires) => requires,
        None => {
            let words: Vec<&str> = Dimension::ALL.iter().map(|d| d.chinese()).collect();
            reasons.push(unknown_word(sheet, REQUIRES, "dimension_kind_unknown", &words.join("、")));
            Vec::new()
        }
    };
    match (code, element, side) {
        (Some(code), Some(element), Some(normal_side)) if reasons.is_empty() => {
            Ok(Account { code, name, element, normal_side, official: false, requires })
        }
        _ => Err(reasons),
    }
}

/// Tells whether a cell is empty with nothing to inherit, or holds an unknown word.
fn missing_or_unknown<R: Read>(sheet: &Sheet<R>, column: usize, what: &'static str, words: &str) -> FileReason {
    if cell::trimmed(sheet.raw(column)).is_empty() {
        let code = if what == "element" { "element_missing" } else { "side_missing" };
        let text = format_args!("没有填写，也没有上级科目可以沿用。请填写（{words}），或先增设上级科目。");
        return sheet.refuse(column, code, text);
    }
    unknown_word(sheet, column, if what == "element" { "element_unknown" } else { "side_unknown" }, words)
}

/// Element and side of the account itself where the chart has it, else of the nearest one above.
fn inherited(chart: &Chart, fresh: &BTreeMap<AccountCode, (Element, Side)>, code: AccountCode) -> Option<(Element, Side)> {
    let mut at = Some(code);
    while let Some(code) = at {
        let known = chart.get(&code).map(|account| (account.element, account.normal_side));
        if let Some(found) = known.or_else(|| fresh.get(&code).copied()) {
            return Some(found);
        }
        at = parent_code(chart, &code);
    }
    None
}

/// Kinds of dimension parted by 、 , ; | or blanks. `None` where a word is none of them.
fn read_requires(cell: &str) -> Option<Vec<Dimension>> {
    let parts = cell::trimmed(cell).split(|c: char| matches!(c, '、' | ',' | '，' | ';' | '；' | '|' | '/') || c.is_whitespace());
    let mut kinds: Vec<Dimension> = parts.filter(|part| !part.is_empty()).map(Dimension::parse).collect::<Option<_>>()?;
    kinds.sort_unstable();
    kinds.dedup();
    Some(kinds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::chart::ChartStandard;

    fn chart() -> Chart {
        let mut chart = Chart::new(ChartStandard::SmallEnterprise2013);
        ChartStandard::SmallEnterprise2013.accounts().into_iter().for_each(|account| chart.add(account));
        chart
    }

    #[test]
    fn element_and_side_come_from_above() {
        let text = "科目编码,科目名称,要素,余额方向,必需辅助核算\n1407,商品进销差价,,,\n140701,门店差价,,,门店、社区\n14070101,一店,,,shop|门店\n9001,代管资产,表外,借方,资产\n合计,,,,\n";
        let read = read_accounts(text.as_bytes(), &chart()).expect("read");
        let seen: Vec<_> = read.accounts.iter().map(|a| (a.code.as_str(), a.element, a.normal_side, a.requires.len())).collect();
        assert_eq!(
            seen,
            [
                ("140701", Element::Asset, Side::Credit, 2),
                ("14070101", Element::Asset, Side::Credit, 1),
                ("9001", Element::Memorandum, Side::Debit, 1),
            ]
        );
        assert_eq!((read.rows, read.unchanged), (vec![3, 4, 5], 1));
    }

    #[test]
    fn refusals_as_one_table() {
        for (row, codes) in [
            ("10a2,名,,,", vec!["account_malformed", "element_missing", "side_missing"]),
            ("100201,,,,", vec!["name_missing"]),
            ("9001,名,,,", vec!["element_missing", "side_missing"]),
            ("9001,名,损益,东,", vec!["element_unknown", "side_unknown"]),
            ("100201,名,,,地区", vec!["dimension_kind_unknown"]),
            ("1002,银行,,,", vec!["account_differs"]),
            ("1002,银行存款,,,社区", vec!["account_differs"]),
            ("100201,名,,,\n100201,名,,,", vec!["account_repeated"]),
            ("100201,名,,,,多", vec!["cells_too_many"]),
        ] {
            let text = format!("科目编码,科目名称,要素,余额方向,必需辅助核算\n{row}\n");
            let refusal = read_accounts(text.as_bytes(), &chart()).expect_err(row);
            assert_eq!(refusal.reasons.iter().map(|r| r.code).collect::<Vec<_>>(), codes, "{row}");
        }
    }
}
