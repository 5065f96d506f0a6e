use super::*;
use crate::collective::roles::role::{RoleAccount, RolesAssigned};
use crate::collective::shares::holding::{ContributionForm, ShareChange};
use crate::ledger::DimensionCode;
use crate::ledger::balance::Movement;
use crate::ledger::book::BookProfile;

const STANDARD: ChartStandard = ChartStandard::SmallEnterprise2013;

fn book(first: Period) -> Book {
    let mut book = Book::new(BookProfile {
        code: "demo".into(),
        name: "示例账".into(),
        organisation: "示例公司".into(),
        standard: STANDARD,
        first_period: first,
        attachments_required: true,
    });
    book.apply_accounts(&STANDARD.accounts());
    book
}

fn month(text: &str) -> Period {
    Period::parse(text).expect("period")
}

fn day(text: &str) -> Date {
    text.parse().expect("date")
}

fn account(text: &str) -> AccountCode {
    AccountCode::parse(text).expect("code")
}

fn registers() -> Registers {
    let mut registers = Registers::default();
    let reserve = RoleAccount { account: account("3101"), role: Role::StatutoryReserve };
    registers.roles.apply(&RolesAssigned { roles: vec![reserve] });
    registers.shares.apply(ShareChange {
        date: day("2024-01-01"),
        document: "示例章程".into(),
        due: day("2028-12-31"),
        form: ContributionForm::Cash,
        holder: DimensionCode::parse("c1").expect("code"),
        paid_in: Amount::from_fen(1),
        subscribed: Amount::from_fen(60_000),
    });
    registers
}

/// Month, account, purpose, and credit less debit in fen.
type Row = (&'static str, &'static str, Purpose, i64);

fn balances(rows: &[Row]) -> Balances {
    let mut balances = Balances::default();
    for (period, code, purpose, fen) in rows {
        let key = BalanceKey { period: month(period), account: account(code), purpose: *purpose, dimension_set: 0 };
        balances.add(key, Movement::of(Side::Credit, Amount::from_fen(*fen)));
    }
    balances
}

fn figures(first: &str, rows: &[Row], year_ends: &YearEnds, on: &str) -> (i16, [i64; 4]) {
    let (book, registers, balances) = (book(month(first)), registers(), balances(rows));
    let accounts = Accounts { book: &book, registers: &registers, balances: &balances, year_ends };
    let found = accounts.company(day(on)).expect("a reserve");
    let all = [found.net_profit, found.undistributed_before, found.statutory_reserve_before, found.registered_capital];
    (found.year, all.map(Amount::fen))
}

#[test]
fn figures_are_of_the_last_year_that_has_ended() {
    use Purpose::{CarryForward, Opening, Ordinary};
    let none = YearEnds::default();
    let earned =
        [("2025-01", "3104", Opening, 1_000), ("2025-03", "5051", Ordinary, 7_000), ("2025-12", "5602", Ordinary, -2_000)];
    // Income to 3103, and that to 3104.
    let closed = [
        ("2025-12", "5051", CarryForward, -7_000),
        ("2025-12", "5602", CarryForward, 2_000),
        ("2025-12", "3104", CarryForward, 5_000),
    ];
    let later = [("2026-01", "5051", Ordinary, 300), ("2026-05", "5051", Ordinary, 40)];
    for (what, rows, on, expected) in [
        ("the year before, of which there is the opening alone", &earned[..], "2025-04-18", (2024, [0, 1_000])),
        ("the year itself on its last day", &earned[..], "2025-12-31", (2025, [5_000, 1_000])),
        ("the day before it is not over", &earned[..], "2025-12-30", (2024, [0, 1_000])),
        ("carried forward it is the same", &[earned, closed].concat(), "2025-12-31", (2025, [5_000, 1_000])),
        ("a running year is left out", &[&earned[..], &closed[..], &later[..]].concat(), "2026-04-18", (2025, [5_000, 1_000])),
        ("and is in it when it is over", &[&earned[..], &later[..]].concat(), "2026-12-31", (2026, [340, 6_000])),
    ] {
        assert_eq!(figures("2025-01", rows, &none, on), (expected.0, [expected.1[0], expected.1[1], 0, 60_000]), "{what}");
    }
    // A book that began in June: what 3103 and the year's accounts were opened with is of that year.
    let within = [("2025-06", "3103", Opening, 500), ("2025-06", "3104", Opening, 80), ("2025-07", "5051", Ordinary, 20)];
    assert_eq!(figures("2025-06", &within, &none, "2025-12-31"), (2025, [520, 80, 0, 60_000]));
    assert_eq!(figures("2025-06", &within, &none, "2025-08-01"), (2024, [0, 80, 0, 60_000]));
}

#[test]
fn no_reserve_is_taken_twice_from_one_year() {
    use Purpose::Ordinary;
    let earned = [("2025-03", "5051", Ordinary, 5_000)];
    let taken = |period| [earned[0], (period, "3104", Ordinary, -500), (period, "3101", Ordinary, 500)];
    let year_ends = |date: &str| {
        let mut sums = YearEnds::default();
        sums.add(day(date), account("3101"), Side::Credit, Amount::from_fen(500));
        sums
    };
    for (what, period, on_its_day, on, expected) in [
        ("on the last day of the year", "2025-12", "2025-12-31", "2026-04-18", [0, 4_500]),
        ("on that day itself", "2025-12", "2025-12-31", "2025-12-31", [0, 4_500]),
        ("in December, of the year before", "2025-12", "2025-12-20", "2026-04-18", [5_000, -500]),
        ("in the year after", "2026-03", "2026-03-20", "2026-04-18", [0, 4_500]),
    ] {
        let found = figures("2025-01", &taken(period), &year_ends(on_its_day), on);
        assert_eq!(found, (2025, [expected[0], expected[1], 500, 60_000]), "{what}");
    }
}

#[test]
fn only_what_differs_is_told_and_only_of_distributions() {
    let (book, registers, year_ends) = (book(month("2025-01")), registers(), YearEnds::default());
    let balances = balances(&[("2025-03", "5051", Purpose::Ordinary, 5_000)]);
    let accounts = Accounts { book: &book, registers: &registers, balances: &balances, year_ends: &year_ends };
    let company = |net: &str| {
        let record = format!(
            r#"{{"agreed":[],"code":"R1","date":"2025-12-31","dividend":"0.00","net_profit":"{net}","number":"示例决议1号","optional_reserve":"0.00","registered_capital":"600.00","statutory_reserve_before":"0.00","undistributed_before":"0.00"}}"#
        );
        Fact::read("dividend_resolved", record.as_bytes()).expect("a fact")
    };
    let community = |net: &str| {
        let record = format!(
            r#"{{"code":"R1","date":"2025-12-31","member_distribution":"0.00","members":[],"net_income":"{net}","number":"示例决议1号","other":"0.00","published":"2025-12-01","reserve":"1.00","reviewed":"示例审核1号","undistributed_before":"0.00"}}"#
        );
        Fact::read("collective_distributed", record.as_bytes()).expect("a fact")
    };
    for (fact, expected) in [
        (company("50.00"), None),
        (company("50.01"), Some(("dividend_figures_differ", "净利润账面 50.00、填写 50.01"))),
        (community("50.00"), None),
        (community("49.99"), Some(("distribution_figures_differ", "净收益账面 50.00、填写 49.99"))),
    ] {
        let found = accounts.examine(&fact);
        assert_eq!(found.as_ref().map(Rule::code), expected.map(|(code, _)| code));
        let message = found.map(|rule| rule.message()).unwrap_or_default();
        assert!(message.contains(expected.map_or("", |(_, told)| told)), "{message}");
        assert!(!message.contains('；'), "only what differs: {message}");
    }
}
