use super::*;
use crate::ledger::chart::ChartStandard;
use crate::ledger::dimension::DimensionRegister;
use crate::ledger::{Amount, Chart, Dimension, DimensionCode, DimensionValue, Side};
use proptest::prelude::*;

const HEADER: &str = "凭证号,日期,摘要,科目编码,借方金额,贷方金额,社区\n";

struct Names {
    chart: Chart,
    dimensions: DimensionRegister,
}

fn names() -> Names {
    let mut chart = Chart::new(ChartStandard::SmallEnterprise2013);
    ChartStandard::SmallEnterprise2013.accounts().into_iter().for_each(|account| chart.add(account));
    let mut bank = chart.get(&"1002".parse_code()).expect("official").clone();
    (bank.code, bank.name, bank.official) = ("100201".parse_code(), "基本户".into(), false);
    chart.add(bank);
    let mut dimensions = DimensionRegister::default();
    for (code, name) in [("520627004001", "祐溪社区"), ("a", "同名"), ("b", "同名")] {
        let code = DimensionCode::parse(code).expect("code");
        let (dimension, parent, remark) = (Dimension::Community, None, String::new());
        dimensions.insert(DimensionValue { dimension, code, name: name.into(), parent, remark });
    }
    Names { chart, dimensions }
}

trait ParseCode {
    fn parse_code(&self) -> crate::ledger::AccountCode;
}

impl ParseCode for str {
    fn parse_code(&self) -> crate::ledger::AccountCode {
        crate::ledger::AccountCode::parse(self).expect("code")
    }
}

fn read(bytes: &[u8]) -> Result<(Vec<ReadVoucher>, Vec<FileReason>, Notes), FileRefusal> {
    let names = names();
    let mut reader = VoucherReader::new(bytes, BookNames { chart: &names.chart, dimensions: &names.dimensions })?;
    let (mut vouchers, mut reasons) = (Vec::new(), Vec::new());
    for item in &mut reader {
        match item {
            Ok(voucher) => vouchers.push(voucher),
            Err(more) => reasons.extend(more),
        }
    }
    let notes = reader.notes().clone();
    Ok((vouchers, reasons, notes))
}

fn accepted(text: &str) -> Vec<ReadVoucher> {
    let (vouchers, reasons, _) = read(text.as_bytes()).expect(text);
    assert_eq!(reasons, [], "{text}");
    vouchers
}

/// Codes with their rows, whether they stop the file or a voucher.
fn refused(bytes: &[u8]) -> Vec<(Option<u32>, &'static str)> {
    let reasons = match read(bytes) {
        Ok((_, reasons, _)) => reasons,
        Err(refusal) => refusal.reasons,
    };
    reasons.iter().map(|reason| (reason.row, reason.code)).collect()
}

const TWO_ROWS: &str = "1,2025-01-05,收款,1001,100.00,,\n1,2025-01-05,收款,5001,,100.00,520627004001\n";

#[test]
fn the_same_voucher_in_many_dresses() {
    let plain = accepted(&format!("{HEADER}{TWO_ROWS}"));
    assert_eq!(plain.len(), 1);
    let (draft, lines) = (&plain[0].draft, &plain[0].draft.lines);
    assert_eq!((draft.date.to_string().as_str(), draft.word, draft.purpose), ("2025-01-05", Word::General, Purpose::Ordinary));
    assert_eq!((lines[0].side, lines[0].amount), (Side::Debit, Amount::from_fen(10_000)));
    assert_eq!(lines[1].dimensions.get(Dimension::Community).map(DimensionCode::as_str), Some("520627004001"));
    assert_eq!((draft.source.row, draft.source.reference.as_str(), plain[0].rows.as_slice()), (2, "1", &[2, 3][..]));
    for (what, text) in [
        ("CRLF", format!("{HEADER}{TWO_ROWS}").replace('\n', "\r\n")),
        ("trailing commas", format!("{HEADER}{TWO_ROWS}").replace('\n', ",,,\n")),
        ("no line end", format!("{HEADER}{TWO_ROWS}").trim_end().to_owned()),
        (
            "dirty cells",
            format!("{HEADER} 1 ,2025/1/5,\"收款\",1001\t,\" ¥100 \",-,\n1,20250105,收款,5001,--,\"100.0\",祐溪社区\n"),
        ),
        ("full width", format!("{HEADER}1,2025年1月5日,收款,=\"1001\",１００．００,,\n1,,,5001,0.00,100.00,祐溪社区\n")),
        ("english header", format!("voucher,DATE,Memo,account,debit,credit,Community\n{TWO_ROWS}")),
        ("full-width header", format!("凭证号,日 期,摘要,科目编码,借方金额（元）,贷方金额(元),社区编码\n{TWO_ROWS}")),
        ("semicolons", format!("{HEADER}{TWO_ROWS}").replace(',', ";")),
        ("tabs", format!("{HEADER}{TWO_ROWS}").replace(',', "\t")),
    ] {
        let mut read = accepted(&text);
        read.iter_mut().for_each(|voucher| voucher.draft.source.row = 2);
        assert_eq!(read, plain, "{what}");
    }
    let utf8 = format!("{HEADER}{TWO_ROWS}");
    let gb = encoding_rs::GB18030.encode(&utf8).0;
    let marked = [b"\xEF\xBB\xBF", utf8.as_bytes()].concat();
    for bytes in [gb.as_ref(), &marked] {
        assert_eq!(read(bytes).expect("read").0, plain);
    }
}

#[test]
fn titles_blanks_totals_and_repeated_headers_are_passed_over() {
    let text = format!(
        "某公司记账凭证,,,\n单位：元,,,\n\n{HEADER}1,2025-01-05,收款,1001,100.00,,\n,,,,,,\n\n小 计,,,,100.00,,\n{HEADER}1,2025-01-05,收款,5001,,100.00,\n合计：,,,,100.00,100.00,\n"
    );
    let (vouchers, reasons, notes) = read(text.as_bytes()).expect("read");
    assert_eq!((vouchers.len(), reasons.len()), (1, 0));
    assert_eq!(vouchers[0].rows, [5, 10]);
    assert_eq!((notes.skipped_rows, notes.skipped_count), (vec![8, 9, 11], 3));
}

#[test]
fn unknown_columns_are_noted_and_rows_count_line_breaks_once() {
    let text =
        "凭证号,日期,摘要,余额,科目编码,借方,贷方\n1,2025-01-05,\"第一行\n第二行\",9,1001,1,\n1,2025-01-05,别的,9,5001,,x\n";
    let (_, reasons, notes) = read(text.as_bytes()).expect("read");
    assert_eq!(notes.ignored_columns, ["余额"]);
    assert_eq!((reasons[0].row, reasons[0].column.as_deref(), reasons[0].code), (Some(3), Some("贷方金额"), "amount_malformed"));
    assert!(reasons[0].message.starts_with("第 3 行“贷方金额”列：“x”不是金额。"), "{}", reasons[0].message);
}

#[test]
fn memos_words_and_months() {
    let text = "凭证号,日期,凭证字,摘要,行摘要,科目编码,借方金额,贷方金额,用途,附单据数,制单,审核,审核时间\n\
        1,2025-01-31,收,甲,,1001,1,,,2,张三,李四,2025-02-01 09:00\n1,2025-01-31,收,乙,,5001,,1,,,,,\n\
        1,2025-01-31,付,丙,,1001,1,,,0,张三,李四,\n1,2025-01-31,,丙,行,5001,,1,,0,张三,李四,\n\
        1,2025-02-28,付,丁,,1001,-1,,结转,0,张三,李四,\n1,2025-02-28,付,丁,,5001,,-1,结转,0,张三,李四,\n\
        转-9,2025-02-28,,戊,,1001,1,,,0,张三,李四,\n\
        x,2025-02-28,,己,,1001,1,,期初,0,张三,李四,\n";
    let vouchers = accepted(text);
    let seen: Vec<_> =
        vouchers.iter().map(|v| (v.draft.word, v.draft.memo.as_str(), v.draft.lines.last().map(|l| l.memo.as_str()))).collect();
    assert_eq!(
        seen,
        [
            (Word::Receipt, "甲", Some("乙")),
            (Word::Payment, "丙", Some("行")),
            (Word::Payment, "丁", Some("")),
            (Word::Transfer, "戊", Some("")),
            (Word::Opening, "己", Some("")),
        ]
    );
    assert_eq!(vouchers[0].draft.signatures.approved_at, "2025-02-01T09:00:00+08:00");
    assert_eq!((vouchers[0].draft.attachment_count, vouchers[2].draft.purpose), (2, Purpose::CarryForward));
}

#[test]
fn refusals_of_rows_as_one_table() {
    for (rows, expected) in [
        ("1,2025-01-05,收,1001,1,2,", vec![(2, "both_sides_filled")]),
        ("1,2025-01-05,收,1001,,,", vec![(2, "amount_missing")]),
        ("1,2025-01-05,收,1001,0,0.00,", vec![(2, "amount_zero")]),
        ("1,2025-01-05,收,1001,一百,,", vec![(2, "amount_malformed")]),
        ("1,2025-01-05,收,1001,1.005,,", vec![(2, "amount_too_fine")]),
        ("1,2025-01-05,收,1001,1e9,x,", vec![(2, "amount_malformed"), (2, "amount_malformed")]),
        ("1,2025-01-05,收,1001,99999999999999,,", vec![(2, "amount_too_large")]),
        ("1,45662,收,1001,1,,", vec![(2, "date_malformed")]),
        ("1,,收,1001,1,,", vec![(2, "date_malformed")]),
        (",2025-01-05,收,1001,1,,", vec![(2, "voucher_key_missing")]),
        ("1,2025-01-05,收,,1,,", vec![(2, "account_missing")]),
        ("1,2025-01-05,收,现金,1,,", vec![(2, "account_malformed")]),
        ("1,2025-01-05,收,1001,1,,同名", vec![(2, "dimension_name_ambiguous")]),
        ("1,2025-01-05,收,1001,1,,无此社区", vec![(2, "dimension_unknown")]),
        ("1,2025-01-05,收,1001,1,,5.20627E+11", vec![(2, "dimension_unknown")]),
        ("1,2025-01-05,收\0,1001,1,,", vec![(2, "cell_malformed")]),
        ("1,2025-01-05,收,1001,1,234.00,,,5", vec![(2, "both_sides_filled"), (2, "cells_too_many")]),
        ("1,2025-01-05,收,1001,1,000.00,,", vec![(2, "amount_malformed")]),
        ("1,2025-01-05,收,1001,1,,\n2,2025-01-05,收,1001,1,,\n1,2025-01-05,收,1001,1,,", vec![(4, "voucher_rows_scattered")]),
        ("1,2025-01-05,收,1001,1,,\n1,2025-01-06,收,1001,1,,", vec![(3, "voucher_head_differs")]),
        ("1,2025-01-05,收,1001,\"1,,\n", vec![(2, "quote_unclosed")]),
    ] {
        let mut codes = refused(format!("{HEADER}{rows}").as_bytes());
        codes.sort_unstable();
        let mut expected: Vec<_> = expected.into_iter().map(|(row, code)| (Some(row), code)).collect();
        expected.sort_unstable();
        assert_eq!(codes, expected, "{rows}");
    }
    let account_name = "凭证号,日期,科目编码,科目名称,借方金额,贷方金额\n1,2025-01-05,100201,银行存款-基本户,1,\n1,2025-01-05,1002.01,基本户,,1\n1,2025-01-05,100201,一般户,1,\n";
    assert_eq!(refused(account_name.as_bytes()), [(Some(4), "account_name_differs")]);
    let words = "凭证号,日期,凭证字,科目编码,借方金额,贷方金额,用途,附单据数,制单时间\n1,2025-01-05,凭,1001,1,,调整,三,刚才\n";
    let codes: Vec<&str> = refused(words.as_bytes()).into_iter().map(|(_, code)| code).collect();
    assert_eq!(codes, ["purpose_unknown", "word_unknown", "count_malformed", "time_malformed"]);
}

#[test]
fn refusals_of_files_as_one_table() {
    let long = format!("{HEADER}1,2025-01-05,{},1001,1,,\n", "长".repeat(1_000_000));
    let wide = format!("{HEADER}{}\n", ",".repeat(300));
    let bad_byte = [HEADER.as_bytes(), TWO_ROWS.as_bytes(), b"2,2025-01-05,\xFF\xFF,1001,1,,\n"].concat();
    for (what, bytes, expected) in [
        ("empty", vec![], (None, "header_missing")),
        ("no header", "a,b\n1,2\n".into(), (None, "header_missing")),
        ("missing", "凭证号,日期,摘要,科目编码\n".into(), (Some(1), "columns_missing")),
        ("duplicated", "凭证号,日期,科目编码,借方金额,贷方金额,借方\n".into(), (Some(1), "column_repeated")),
        ("long cell", long.into(), (Some(2), "cell_too_long")),
        ("wide", wide.into(), (Some(2), "columns_too_many")),
        ("bad byte", bad_byte, (Some(4), "text_encoding")),
        ("xlsx", b"PK\x03\x04....".to_vec(), (None, "file_is_spreadsheet")),
        ("NULs", vec![0; 1_000], (None, "header_missing")),
    ] {
        assert_eq!(refused(&bytes), [expected], "{what}");
    }
}

#[test]
fn a_voucher_of_too_many_lines_is_refused_in_bounded_memory() {
    let text = format!("{HEADER}{}", "1,2025-01-05,收,1001,1,,\n".repeat(LINES_MAX + 1));
    assert_eq!(refused(text.as_bytes()), [(Some(2), "lines_too_many")]);
}

#[test]
fn people_are_put_where_the_file_names_none() {
    let names = names();
    let text = format!("{},制单\n1,2025-01-05,甲,1001,1,,,张三\n2,2025-01-05,乙,1001,1,,,\n", HEADER.trim_end());
    let people = Signatures { prepared_by: "甲".into(), approved_by: "乙".into(), ..Signatures::default() };
    let book = BookNames { chart: &names.chart, dimensions: &names.dimensions };
    let reader = VoucherReader::new(text.as_bytes(), book).expect("header").with_people(people);
    let signed = reader.map(|read| read.expect("read").draft.signatures).map(|s| (s.prepared_by, s.approved_by));
    let expected = [("张三", "乙"), ("甲", "乙")].map(|(by, approved)| (by.to_owned(), approved.to_owned()));
    assert_eq!(signed.collect::<Vec<_>>(), expected);
}

#[test]
fn a_bad_voucher_does_not_hide_the_next_one() {
    let text = format!("{HEADER}0,昨天,收,1001,1,,\n{TWO_ROWS}2,2025-01-05,收,1001,x,,\n");
    let (vouchers, reasons, _) = read(text.as_bytes()).expect("read");
    assert_eq!((vouchers.len(), reasons.len()), (1, 2));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_end_in_vouchers_or_reasons(
        head in prop::bool::ANY,
        bytes in prop::collection::vec(any::<u8>(), 0..2_000),
    ) {
        let text = if head { [HEADER.as_bytes(), &bytes].concat() } else { bytes };
        let _ = read(&text);
    }

    #[test]
    fn any_cells_end_in_vouchers_or_reasons(
        rows in prop::collection::vec("[0-9,，\"\n\r\t¥年月日()（）.=' a\u{feff}合计1祐-]{0,60}", 0..20),
    ) {
        let _ = read(format!("{HEADER}{}", rows.join("\n")).as_bytes());
    }

    #[test]
    fn every_amount_survives_being_written(fen in -1_000_000_000_000_000_i64..=1_000_000_000_000_000) {
        let amount = Amount::from_fen(fen);
        prop_assert_eq!(cell::amount(&amount.to_string()), Ok(Some(amount)));
    }
}
