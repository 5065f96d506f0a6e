use super::*;

const DAY: Date = Date::constant(2025, 3, 1);
const DUE: Date = Date::constant(2030, 3, 1);

fn code(text: &str) -> DimensionCode {
    DimensionCode::parse(text).expect("test code")
}

/// Amounts in yuan.
fn change(holder: &str, date: Date, subscribed: i64, paid_in: i64) -> ShareChange {
    ShareChange {
        date,
        document: "示例章程〔2025〕1号".into(),
        due: DUE,
        form: ContributionForm::Cash,
        holder: code(holder),
        paid_in: Amount::from_fen(paid_in * 100),
        subscribed: Amount::from_fen(subscribed * 100),
    }
}

fn holding(subscribed: i64, paid_in: i64) -> Holding {
    Holding { subscribed: Amount::from_fen(subscribed * 100), paid_in: Amount::from_fen(paid_in * 100) }
}

fn register(changes: &[ShareChange]) -> ShareRegister {
    let mut register = ShareRegister::default();
    for change in changes {
        assert_eq!(register.examine(change), []);
        register.apply(change.clone());
    }
    register
}

fn codes(rules: &[Rule]) -> Vec<&'static str> {
    rules.iter().map(Rule::code).collect()
}

#[test]
fn a_change_has_one_spelling() {
    let change = change("C1", DAY, 100, -50);
    let text = concat!(
        r#"{"date":"2025-03-01","document":"示例章程〔2025〕1号","due":"2030-03-01","form":"cash","holder":"C1","#,
        r#""paid_in":"-50.00","subscribed":"100.00"}"#
    );
    assert_eq!(serde_json::to_string(&change).expect("text"), text);
    assert_eq!(serde_json::from_str::<ShareChange>(text).expect("change"), change);
    for form in [ContributionForm::InKind, ContributionForm::FundQuantised] {
        let word = serde_json::to_string(&form).expect("word");
        assert!(word == r#""in_kind""# || word == r#""fund_quantised""#, "{word}");
    }
    for (from, to) in [
        ("2025-03-01", "20250301"),
        ("-50.00", "-50"),
        (r#""cash""#, r#""gold""#),
        (r#""holder":"C1","#, r#""holder":"C1","note":"","#),
        (r#""holder":"C1","#, ""),
    ] {
        assert!(serde_json::from_str::<ShareChange>(&text.replace(from, to)).is_err(), "{from} → {to}");
    }
}

#[test]
fn changes_that_cannot_stand_are_refused_with_a_reason() {
    let register = register(&[change("C1", DAY, 100, 60)]);
    let later = Date::constant(2025, 6, 1);
    let with = |edit: fn(&mut ShareChange)| {
        let mut changed = change("C1", DAY, 10, 10);
        edit(&mut changed);
        changed
    };
    for (change, expected) in [
        (change("C1", DAY, 10, 10), &[][..]),
        (change("C1", later, 0, 40), &[]),
        (change("C1", later, -40, 0), &[]),
        (change("C1", later, -100, -60), &[]),
        (change("C2", Date::constant(2024, 1, 1), 0, 0), &["share_nothing_changed"]),
        (change("C1", Date::constant(2025, 2, 28), 0, 1), &["share_date_before_newest"]),
        (change("C1", later, 0, 41), &["share_paid_in_exceeds_subscribed"]),
        (change("C1", later, -41, 0), &["share_paid_in_exceeds_subscribed"]),
        (change("C1", later, -101, -60), &["share_below_zero"]),
        (change("C1", later, 0, -61), &["share_below_zero"]),
        (change("C2", later, -1, 0), &["share_below_zero"]),
        (change("C2", later, 10_000_000_000_000 - 99, 0), &["share_amount_too_large"]),
        (change("C2", later, 10_000_000_000_000 - 100, 0), &[]),
        (with(|c| c.subscribed = Amount::from_fen(i64::MAX)), &["share_amount_too_large"]),
        (with(|c| c.due = Date::constant(2030, 3, 2)), &["share_due_too_late"]),
        (with(|c| c.due = Date::constant(2999, 3, 2)), &["share_date_out_of_range"]),
        (with(|c| c.date = Date::MAX), &["share_date_out_of_range"]),
        (with(|c| c.document = " ".into()), &["share_document_missing"]),
        (with(|c| c.document = "章\n程".into()), &["text_malformed"]),
        (with(|c| c.document = "号".repeat(101)), &["text_too_long"]),
    ] {
        assert_eq!(codes(&register.examine(&change)), expected, "{change:?}");
    }
    let nothing_right = ShareChange { document: String::new(), ..change("C1", Date::constant(2024, 7, 2), 200, 900) };
    let all = ["share_document_missing", "share_date_before_newest", "share_due_too_late", "share_paid_in_exceeds_subscribed"];
    assert_eq!(codes(&register.examine(&nothing_right)), all);
}

#[test]
fn a_due_date_matters_only_where_something_is_subscribed() {
    let paying = ShareChange { due: Date::constant(2040, 1, 1), ..change("C1", DAY, 0, 60) };
    assert_eq!(register(&[change("C1", DAY, 100, 0)]).examine(&paying), []);
    let last_free_day = Date::constant(2024, 6, 30);
    assert_eq!(register(&[]).examine(&change("C1", last_free_day, 100, 0)), []);
    assert_eq!(codes(&register(&[]).examine(&change("C1", YEARS_TO_PAY_SINCE, 100, 0))), ["share_due_too_late"]);
}

#[test]
fn holders_are_as_they_were_on_the_day() {
    let moved = Date::constant(2025, 9, 1);
    let changes = [
        change("C2", DAY, 100, 60),
        change("C1", Date::constant(2025, 4, 1), 50, 50),
        change("C2", moved, -100, -60),
        change("C1", moved, 100, 60),
    ];
    let register = register(&changes);
    for (date, expected) in [
        (Date::constant(2025, 2, 28), vec![]),
        (DAY, vec![(code("C2"), holding(100, 60))]),
        (Date::constant(2025, 8, 31), vec![(code("C1"), holding(50, 50)), (code("C2"), holding(100, 60))]),
        (moved, vec![(code("C1"), holding(150, 110))]),
    ] {
        assert_eq!(register.holders_at(date), expected, "{date}");
    }
    assert_eq!(register.totals(), holding(150, 110));
    assert_eq!(register.history(&code("C2")), [changes[0].clone(), changes[2].clone()]);
    assert_eq!(register.history(&code("C9")), []);
}

#[test]
fn what_fell_due_and_is_not_paid_is_overdue() {
    let second = ShareChange { due: Date::constant(2031, 1, 1), ..change("C1", Date::constant(2026, 1, 1), 100, 0) };
    let register = register(&[
        change("C1", DAY, 100, 60),
        second,
        change("C1", Date::constant(2032, 1, 1), -30, 0),
        change("C1", Date::constant(2033, 1, 1), 0, 110),
        change("C2", DAY, 100, 100),
    ]);
    for (date, unpaid) in [
        (DUE, 0),
        (Date::constant(2030, 3, 2), 40),
        (Date::constant(2031, 1, 2), 140),
        (Date::constant(2032, 1, 1), 110),
        (Date::constant(2033, 1, 1), 0),
    ] {
        let overdue = register.overdue(date);
        let expected: Vec<_> = (unpaid > 0).then(|| (code("C1"), Amount::from_fen(unpaid * 100))).into_iter().collect();
        assert_eq!(overdue, expected, "{date}");
    }
}
