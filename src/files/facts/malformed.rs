//! 看不懂: why a record is no fact, in Chinese. The library that reads JSON says it in English; what it can say is little.

use crate::files::facts::schema::{Place, kinds};

/// What is wrong with a record of a kind, as a sentence without its end.
pub fn explained(kind: &str, error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
    let quoted: Vec<&str> = text.split('`').skip(1).step_by(2).collect();
    let (first, others) = quoted.split_first().map_or(("", String::new()), |(first, others)| (*first, others.join("、")));
    if text.starts_with("missing field") {
        format!("缺少字段 {}", named(kind, first))
    } else if text.starts_with("unknown field") && others.is_empty() {
        format!("没有字段 {first}，请删去")
    } else if text.starts_with("unknown field") {
        format!("没有字段 {first}，可用：{others}")
    } else if text.starts_with("unknown variant") {
        format!("“{first}”不是可用的写法，可用：{others}")
    } else if text.starts_with("duplicate field") {
        format!("字段 {} 写了两次", named(kind, first))
    } else if text.starts_with("invalid type") {
        "有的值不是带引号的文本、数组或对象（数字也要加引号）".to_owned()
    } else if text.is_ascii() {
        "不是完整的 JSON，请检查括号、引号和逗号".to_owned()
    } else {
        text.to_owned()
    }
}

/// A field with the Chinese that tables call it.
fn named(kind: &str, field: &str) -> String {
    let kind = kinds().iter().find(|one| one.word == kind);
    let columns = kind.into_iter().flat_map(|kind| kind.fields.iter().zip(&kind.columns));
    let mut found = columns.filter(|(one, _)| match one.place {
        Place::Field(name) | Place::Element(name) => name == field,
        Place::Within(_, name) | Place::OfElement(_, name) => name == field,
    });
    found.next().map_or_else(|| field.to_owned(), |(_, column)| format!("{field}（{}）", column.chinese))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collective::Fact;

    #[test]
    fn every_reason_is_said_in_chinese() {
        let carried = r#"{"amount":"1.00","code":"g1","date":"2025-01-01","document":"d","kind":"cash"}"#;
        assert!(Fact::read("balance_carried", carried.as_bytes()).is_ok());
        for (from, to, says) in [
            (r#""amount":"1.00","#, "", "缺少字段 amount（金额）"),
            (r#""amount":"1.00","#, r#""amount":"1.00","amount":"1.00","#, "字段 amount（金额） 写了两次"),
            (r#""code""#, r#""codes""#, "没有字段 codes，可用：amount、code、date、document、kind、months"),
            (r#""cash""#, r#""gold""#, "“gold”不是可用的写法，可用：supplier_payable、"),
            (r#""1.00""#, "1", "有的值不是带引号的文本"),
            (r#""1.00""#, r#""1.5""#, "“1.5”不是两位小数的金额"),
            (r#""1.00""#, r#""99999999999999999999.00""#, "或超过上限"),
            (r#""2025-01-01""#, r#""2025-1-1""#, "“2025-1-1”不是日期"),
            (r#""g1""#, r#""g 1""#, "“g 1”不是编码"),
            ("}", "", "不是完整的 JSON"),
        ] {
            let text = carried.replacen(from, to, 1);
            let error = Fact::read("balance_carried", text.as_bytes()).expect_err("malformed");
            let told = explained("balance_carried", &error);
            assert!(told.contains(says), "{error}: {told}");
        }
    }
}
