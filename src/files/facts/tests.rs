use super::schema::kinds;
use super::*;
use crate::files::names::tests::with_names;
use crate::files::refusal::FileRefusal;
use crate::ledger::Dimension;

fn read(word: &str, text: &[u8]) -> Result<ReadFacts, FileRefusal> {
    with_names(&[], |book| read_facts(kind(word), text, book))
}

fn kind(word: &str) -> &'static Kind {
    kinds().iter().find(|kind| kind.word == word).expect("a kind of the table")
}

#[test]
fn codes_may_be_called_by_their_names() {
    let values = [
        (Dimension::Contract, "HT-1", "示例门面合同"),
        (Dimension::Contract, "HT-2", "同名"),
        (Dimension::Contract, "HT-3", "同名"),
        (Dimension::Community, "c1", "祐溪社区"),
    ];
    with_names(&values, |book| {
        let read = |word, text: &str| read_facts(kind(word), text.as_bytes(), book);
        let text = "合同编码,日期,性质,金额,回单号\n示例门面合同,2025-01-01,租金,5,hd-1\nHT-1,2025-01-01,租金,5,hd-1\n";
        let facts = read("money_received", text).expect("read").facts;
        assert_eq!(facts[0], facts[1]);
        let text = "月份,合同编码\n2025-01,示例门面合同\n2025-01,HT-9\n";
        let listed = read("contracts_accrued", text).expect("read").facts.remove(0).encode();
        let codes = r#"{"contracts":["HT-1","HT-9"],"period":"2025-01"}"#;
        assert_eq!(String::from_utf8_lossy(&listed), codes, "in a list; whether HT-9 is registered the books say");
        for (cell, code) in [("同名", "dimension_name_ambiguous"), ("祐溪社区", "dimension_unknown")] {
            let refused = read("contracts_accrued", &format!("月份,合同编码\n2025-01,{cell}\n")).expect_err(cell);
            assert_eq!((refused.reasons[0].code, refused.reasons[0].column.as_deref()), (code, Some("合同编码")), "{cell}");
        }
    });
}

fn records(word: &str, text: &str) -> Vec<String> {
    let read = read(word, text.as_bytes()).unwrap_or_else(|refusal| panic!("{refusal}"));
    read.facts.iter().map(|fact| String::from_utf8(fact.encode()).expect("JSON")).collect()
}

#[test]
fn cells_become_records_as_people_write_them() {
    for (word, text, expected) in [
        (
            "asset_stepped",
            "资产编码,变动,日期,文号,代管社区,租金去向文号,留用比例,代管到期日,备注\n\
             DG-1,确权颁证,2025/1/3,示例证1号,,,,,示例\n\
             DG-1,entrusted,2025年1月4日,示例移交1号,c1,示例批复1号,40%,,\n",
            vec![
                r#"{"asset":"DG-1","date":"2025-01-03","document":"示例证1号","step":"certified"}"#,
                r#"{"asset":"DG-1","custodian":"c1","date":"2025-01-04","document":"示例移交1号","rent_destination":{"document":"示例批复1号","kept_basis_points":"4000"},"step":"entrusted"}"#,
            ],
        ),
        (
            "asset_registered",
            "名录,,\n资产编码,资产名称,产权单位,坐落,面积（平方米）,账面原值,造册日期,造册文号\nDG-1,门面,示例局,示例路,86,\"¥120,000\",20250102,示例1号\n合计,,,,86,,,\n",
            vec![
                r#"{"address":"示例路","area":"86.00","class":"","code":"DG-1","date":"2025-01-02","document":"示例1号","name":"门面","original_value":"120000.00","owner":"示例局"}"#,
            ],
        ),
        (
            "contract_signed",
            "code,kind,signed,start,end,community,counterparty,income_type,frequency,advance,rent,resolution,deposit,escalation_basis_points\n\
             HT-1,租赁,2025-01-01,2025-01-01,2025-12-31,c1,z1,02,每月,否,\"1,050\",示例决议,,0.5％\n",
            vec![
                r#"{"advance":"no","code":"HT-1","community":"c1","counterparty":"z1","deposit":"0.00","end":"2025-12-31","escalation_basis_points":"50","floor":"0.00","frequency":"monthly","income_type":"02","kind":"lease","late_fee_basis_points":"0","rent":"1050.00","rent_free_days":"0","resolution":"示例决议","signed":"2025-01-01","start":"2025-01-01"}"#,
            ],
        ),
    ] {
        assert_eq!(records(word, text), expected, "{word}");
    }
}

#[test]
fn rows_below_add_to_lists() {
    let paid = "决议编码,支付日期,回单号,社区,金额\nR1,2025-06-01,hd-1,c1,300\n,,,c2,200.5\nR1,2025-06-01,hd-1,c3,1\nR1,2025-06-01,hd-2,c1,5\n";
    assert_eq!(
        records("dividend_paid", paid),
        [
            r#"{"date":"2025-06-01","document":"hd-1","payments":[{"amount":"300.00","holder":"c1"},{"amount":"200.50","holder":"c2"},{"amount":"1.00","holder":"c3"}],"resolution":"R1"}"#,
            r#"{"date":"2025-06-01","document":"hd-2","payments":[{"amount":"5.00","holder":"c1"}],"resolution":"R1"}"#,
        ]
    );
    let accrued = "月份,合同编码\n2025-01,HT-1\n2025-01,HT-2\n2025年2月,HT-1\n";
    assert_eq!(
        records("contracts_accrued", accrued),
        [r#"{"contracts":["HT-1","HT-2"],"period":"2025-01"}"#, r#"{"contracts":["HT-1"],"period":"2025-02"}"#]
    );
    let read = read("contracts_accrued", accrued.as_bytes()).expect("read");
    assert_eq!((read.rows, read.latest), (vec![2, 4], Some(Date::constant(2025, 2, 28))));
    // A list nobody fills is empty, and its columns may be missing.
    let resolved = "决议编码,决议文号,决议日期,净利润,注册资本,分配利润\nR1,示例1号,2025-01-31,1000,60000,900\n";
    assert!(records("dividend_resolved", resolved)[0].starts_with(r#"{"agreed":[],"code":"R1""#));
}

#[test]
fn refusals_as_one_table() {
    let shares = "股东社区,变动日期,认缴变动,实缴变动,出资形式,缴足期限,文号\n";
    let steps = "资产编码,变动,日期,文号,租金去向文号,留用比例\n";
    let paid = "决议编码,支付日期,回单号,社区,金额\n";
    for (word, header, row, wanted) in [
        (
            "share_changed",
            shares,
            "c 1,2025-02-30,1,0.001,现金,,x",
            vec!["dimension_unknown", "date_malformed", "amount_too_fine", "word_unknown", "cell_missing"],
        ),
        ("share_changed", shares, "c1,2025-02-03,-,,货币,2026-01-01,示例,多", vec!["cells_too_many"]),
        ("share_changed", shares, "c1,2025-02-03,1.2E+05,,货币,2026-01-01,示\u{1}例", vec!["amount_malformed", "cell_malformed"]),
        ("asset_stepped", steps, "DG-1,委托代管,2025-01-01,示例,,四成", vec!["rate_malformed"]),
        ("asset_stepped", steps, "DG-1,委托代管,2025-01-01,示例,,4000", vec!["fact_malformed"]),
        ("dividend_paid", paid, "R1,2025-06-01,hd-1,c1,", vec!["cell_missing"]),
        ("dividend_paid", paid, "R1,2025-06-01,hd-1,c1,一百\n,,,c2,5", vec!["amount_malformed"]),
        ("contracts_accrued", "月份,合同编码\n", "2025,HT-1", vec!["period_malformed"]),
        ("contracts_accrued", "月份,合同\n", "2025-01,HT-1", vec![]),
    ] {
        let found = read(word, format!("{header}{row}\n").as_bytes());
        let codes: Vec<_> =
            found.err().map_or_else(Vec::new, |refusal| refusal.reasons.iter().map(|reason| reason.code).collect());
        assert_eq!(codes, wanted, "{word} {row}");
    }
    let refusal =
        read("share_changed", "股东社区,变动日期,出资形式\nc1,2025-01-01,货币\n".as_bytes()).expect_err("columns are missing");
    assert_eq!(refusal.reasons[0].code, "columns_missing");
}

#[test]
fn what_stands_is_told_by_row() {
    let refusal = read(
        "money_received",
        "合同编码,日期,性质,金额,回单号\nHT-1,2025-01-01,租金,5,hd-1\nHT-1,2025-01-01,租钱,,hd-1\n".as_bytes(),
    );
    let refusal = refusal.expect_err("a word that is none");
    let places: Vec<_> = refusal.reasons.iter().map(|reason| (reason.row, reason.column.as_deref())).collect();
    assert_eq!(places, [(Some(3), Some("性质")), (Some(3), Some("金额"))]);
    assert!(refusal.reasons[0].message.contains("可填：租金（rent）、押金（deposit）"), "{}", refusal.reasons[0].message);
}

/// The cells of one golden record by column, a row an element of its longest list; lists of one record stand beside each
/// other.
fn cells_of(kind: &Kind, record: &Value) -> Vec<Vec<String>> {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let list = |array: &str| record[array].as_array().map_or(&[][..], Vec::as_slice);
    let rows = kind.arrays.iter().map(|array| list(array).len()).max().unwrap_or_default().max(1);
    let cell = |row: usize, place: Place| match place {
        Place::Field(field) if row == 0 => text(record.get(field)),
        Place::Within(object, field) if row == 0 => text(record[object].get(field)),
        Place::Element(array) => text(list(array).get(row)),
        Place::OfElement(array, field) => text(list(array).get(row).and_then(|element| element.get(field))),
        Place::Field(_) | Place::Within(..) => String::new(),
    };
    (0..rows).map(|row| kind.fields.iter().map(|field| cell(row, field.place)).collect()).collect()
}

#[test]
fn every_kind_of_fact_comes_back_from_its_table() {
    // Roles are replaced, not added to; a shop's day has a table of its own; nobody records a withdrawal.
    let elsewhere = ["roles_assigned", "shop_day_reported", "withdrawn"];
    let mut seen = std::collections::BTreeSet::new();
    for line in include_str!("../../../tests/vectors/journal/facts.txt").lines() {
        let (word, json) = line.split_once(' ').expect("a word and a record");
        let Some(kind) = kinds().iter().find(|kind| kind.word == word) else { continue };
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(kind.columns.iter().map(|column| column.chinese)).expect("header");
        for row in cells_of(kind, &serde_json::from_str(json).expect("JSON")) {
            writer.write_record(row).expect("row");
        }
        let table = String::from_utf8(writer.into_inner().expect("written")).expect("UTF-8");
        assert_eq!(records(word, &table), [json], "{word}\n{table}");
        seen.insert(word);
    }
    let without: Vec<_> = Fact::WORDS.iter().filter(|word| !seen.contains(**word) && !elsewhere.contains(word)).collect();
    assert!(without.is_empty(), "no columns in schemas/facts.csv, or no golden record: {without:?}");
}

#[test]
fn the_guide_names_every_column() {
    let guide = include_str!("../../../docs/importing.md");
    for kind in kinds() {
        let row = guide.lines().find(|line| line.starts_with('|') && line.contains(&format!("`{}`", kind.word)));
        let cells: Vec<&str> = row.unwrap_or_else(|| panic!("{} is not in the guide", kind.word)).split('|').collect();
        let [_, _, required, optional, lists, _] = cells[..] else { panic!("{} has another row", kind.word) };
        for (column, field) in kind.columns.iter().zip(&kind.fields) {
            let place = match field.place.array() {
                Some(_) => lists,
                None if column.required => required,
                None => optional,
            };
            assert!(place.trim().split('、').any(|name| name == column.chinese), "{}: {}", kind.word, column.chinese);
        }
    }
}
