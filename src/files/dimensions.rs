//! 辅助核算 CSV: communities, shops, contracts and the like, registered by code.

use crate::files::cell;
use crate::files::draft::unknown_word;
use crate::files::header::Column;
use crate::files::refusal::{FileReason, FileRefusal, quoted};
use crate::files::sheet::{Notes, Sheet};
use crate::ledger::dimension::DimensionRegister;
use crate::ledger::{Dimension, DimensionCode, DimensionValue};
use std::collections::HashMap;
use std::io::Read;

const KIND: usize = 0;
const CODE: usize = 1;
const NAME: usize = 2;
const PARENT: usize = 3;
const REMARK: usize = 4;

/// Every column of a file of dimension values.
pub const COLUMNS: [Column; 5] = [
    Column::required("辅助类别", "dimension", &["辅助核算", "辅助核算类别", "类别"]),
    Column::required("编码", "code", &["代码", "编号"]),
    Column::required("名称", "name", &[]),
    Column::optional("上级编码", "parent", &["上级", "上级代码"]),
    Column::optional("说明", "remark", &["备注", "出处"]),
];

/// What a file of dimension values adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadDimensions {
    /// In the file's order; the ledger has yet to examine them.
    pub values: Vec<DimensionValue>,
    /// The row of each value, for [`crate::files::refusal::reasons_at`].
    pub rows: Vec<u32>,
    /// Rows that say what is registered already.
    pub unchanged: u32,
    /// What was passed over.
    pub notes: Notes,
}

/// Reads a file of dimension values.
///
/// # Errors
/// Every row that cannot be read, that comes twice, or that differs from a value registered already.
pub fn read_dimensions(reader: impl Read, register: &DimensionRegister) -> Result<ReadDimensions, FileRefusal> {
    let mut sheet = Sheet::open(reader, &COLUMNS, CODE)?;
    let mut read = ReadDimensions { values: Vec::new(), rows: Vec::new(), unchanged: 0, notes: Notes::default() };
    let (mut refusal, mut seen) = (FileRefusal::default(), HashMap::new());
    loop {
        match sheet.advance() {
            Ok(true) => {}
            Ok(false) => break,
            Err(reason) => {
                refusal.add([reason]);
                break;
            }
        }
        let reasons = match read_value(&sheet) {
            Ok(value) => match seen.insert((value.dimension, value.code.clone()), sheet.row()) {
                Some(before) => vec![repeated(&sheet, &value, before)],
                None => match register.get(value.dimension, &value.code) {
                    Some(known) if *known == value => {
                        read.unchanged += 1;
                        continue;
                    }
                    Some(known) => vec![differs(&sheet, known)],
                    None => {
                        read.rows.push(sheet.row());
                        read.values.push(value);
                        continue;
                    }
                },
            },
            Err(reasons) => reasons,
        };
        if !refusal.add(reasons) {
            break;
        }
    }
    refusal.unless_empty()?;
    read.notes = sheet.notes().clone();
    Ok(read)
}

fn repeated<R: Read>(sheet: &Sheet<R>, value: &DimensionValue, before: u32) -> FileReason {
    let (kind, code) = (value.dimension.chinese(), &value.code);
    sheet.refuse(CODE, "dimension_repeated", format_args!("“{kind}”编码 {code} 在第 {before} 行已经出现。请删去其中一行。"))
}

fn differs<R: Read>(sheet: &Sheet<R>, known: &DimensionValue) -> FileReason {
    let (kind, code) = (known.dimension.chinese(), &known.code);
    let parent = known.parent.as_ref().map_or("无", DimensionCode::as_str);
    let (name, remark) = (quoted(&known.name), quoted(&known.remark));
    let text = format_args!(
        "“{kind}”编码 {code} 已登记为“{name}”（上级编码 {parent}，说明“{remark}”），与文件不同。已登记的不能修改，请改用新编码，或改成一致。"
    );
    sheet.refuse(CODE, "dimension_differs", text)
}

fn read_value<R: Read>(sheet: &Sheet<R>) -> Result<DimensionValue, Vec<FileReason>> {
    let mut reasons: Vec<FileReason> = sheet.overflow().into_iter().collect();
    let mut take = |column: usize| match sheet.text(column) {
        Ok(text) => text.into_owned(),
        Err(reason) => {
            reasons.push(reason);
            String::new()
        }
    };
    let (kind, code, name, parent, remark) = (take(KIND), take(CODE), take(NAME), take(PARENT), take(REMARK));
    let dimension = kind_called(&kind);
    if dimension.is_none() {
        let words: Vec<&str> = Dimension::ALL.iter().map(|d| d.chinese()).collect();
        reasons.push(unknown_word(sheet, KIND, "dimension_kind_unknown", &words.join("、")));
    }
    let code = DimensionCode::parse(&code);
    if code.is_none() {
        reasons.push(malformed(sheet, CODE));
    }
    if name.is_empty() {
        reasons.push(sheet.refuse(NAME, "name_missing", "没有名称。请填写名称。"));
    }
    let above = DimensionCode::parse(&parent);
    if above.is_none() && !parent.is_empty() {
        reasons.push(malformed(sheet, PARENT));
    }
    match (dimension, code) {
        (Some(dimension), Some(code)) if reasons.is_empty() => {
            Ok(DimensionValue { dimension, code, name, parent: above, remark })
        }
        _ => Err(reasons),
    }
}

fn kind_called(text: &str) -> Option<Dimension> {
    match text {
        "六进渠道" => Some(Dimension::Channel),
        "往来单位" => Some(Dimension::Counterparty),
        "项目" => Some(Dimension::Fund),
        other => Dimension::parse(other),
    }
}

fn malformed<R: Read>(sheet: &Sheet<R>, column: usize) -> FileReason {
    let cell = quoted(cell::trimmed(sheet.raw(column)));
    let text =
        format_args!("“{cell}”不是编码。编码为 1 至 32 位字母、数字、“-”或“_”；长数字请设为文本格式，以免成为科学计数法。");
    sheet.refuse(column, "code_malformed", text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "辅助类别,编码,名称,上级编码,说明\n";

    #[test]
    fn the_same_file_again_adds_nothing() {
        let text = format!("{HEADER}街道,520627004,祐溪街道,,文章\ncommunity,520627004001,红旗社区,520627004,\n");
        let gb = encoding_rs::GB18030.encode(&text).0;
        let read = read_dimensions(&gb[..], &DimensionRegister::default()).expect("read");
        assert_eq!((read.values.len(), read.rows.clone(), read.unchanged), (2, vec![2, 3], 0));
        assert_eq!(read.values[0].name, "祐溪街道");
        let mut register = DimensionRegister::default();
        read.values.into_iter().for_each(|value| register.insert(value));
        let again = read_dimensions(text.as_bytes(), &register).expect("read");
        assert_eq!((again.values.len(), again.unchanged), (0, 2));
        let changed = text.replace("红旗社区", "红星社区");
        let refusal = read_dimensions(changed.as_bytes(), &register).expect_err("differs");
        assert_eq!((refusal.reasons[0].row, refusal.reasons[0].code), (Some(3), "dimension_differs"));
    }

    #[test]
    fn refusals_as_one_table() {
        for (row, codes) in [
            ("地区,a,名,,", vec!["dimension_kind_unknown"]),
            ("社区,5.20627E+11,名,,", vec!["code_malformed"]),
            ("社区,,名,上 级,", vec!["code_malformed", "code_malformed"]),
            ("社区,a,,,", vec!["name_missing"]),
            ("社区,a,名,,\n社区,a,名,,", vec!["dimension_repeated"]),
            ("社区,a,名,,出\0处", vec!["cell_malformed"]),
        ] {
            let refusal = read_dimensions(format!("{HEADER}{row}\n").as_bytes(), &DimensionRegister::default()).expect_err(row);
            assert_eq!(refusal.reasons.iter().map(|r| r.code).collect::<Vec<_>>(), codes, "{row}");
        }
    }
}
