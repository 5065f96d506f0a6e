use super::*;
use crate::collective::shares::distribution::{CompanyResult, Resolution, distribute_company};
use crate::collective::shares::holding::Holding;
use jiff::civil::Date;

fn account(text: &str) -> AccountCode {
    AccountCode::parse(text).expect("test account")
}

fn code(text: &str) -> DimensionCode {
    DimensionCode::parse(text).expect("test code")
}

fn yuan(text: &str) -> Amount {
    Amount::parse(text).expect("test amount")
}

fn accounts() -> DistributionAccounts {
    DistributionAccounts {
        dividend_taken: account("310402"),
        optional_reserve: account("310102"),
        optional_reserve_taken: account("310404"),
        payable: account("223201"),
        statutory_reserve: account("310101"),
        statutory_reserve_taken: account("310401"),
    }
}

/// The year of the domain's test vector: 410,400.00 of profit, 27 communities with equal shares.
fn distribution(dividend: &str, optional_reserve: &str) -> CompanyDistribution {
    let result = CompanyResult {
        net_profit: yuan("410400.00"),
        undistributed_before: Amount::ZERO,
        statutory_reserve_before: Amount::ZERO,
        registered_capital: yuan("1000000.00"),
    };
    let resolution = Resolution {
        agreement: None,
        date: Date::constant(2025, 12, 31),
        dividend: yuan(dividend),
        number: "示例决议〔2025〕2号".into(),
        optional_reserve: yuan(optional_reserve),
    };
    let holding = Holding { subscribed: yuan("20000.00"), paid_in: yuan("20000.00") };
    let holders: Vec<_> = (1..=27).map(|n| (code(&format!("C{n:02}")), holding)).collect();
    distribute_company(&result, &resolution, &holders, &[]).expect("distribution")
}

/// `借 310401 41040.00 resolution=R`, for comparing whole vouchers.
fn told(lines: &[DraftLine]) -> Vec<String> {
    let tell = |line: &DraftLine| {
        let dimensions: String = line.dimensions.iter().map(|(kind, code)| format!(" {}={code}", kind.word())).collect();
        format!("{} {} {}{dimensions}", line.side.chinese(), line.account, line.amount)
    };
    lines.iter().map(tell).collect()
}

fn total(lines: &[DraftLine], side: Side) -> Option<Amount> {
    crate::ledger::amount::sum(lines.iter().filter(|line| line.side == side).map(|line| line.amount))
}

#[test]
fn reserves_are_taken_by_resolution() {
    let statutory = ["借 310401 41040.00 resolution=R2", "贷 310101 41040.00"];
    let lines = reserve_lines(&distribution("369360.00", "0.00"), &code("R2"), &accounts());
    assert_eq!(told(&lines), statutory);
    let lines = reserve_lines(&distribution("0.00", "1000.00"), &code("R2"), &accounts());
    assert_eq!(told(&lines[..2]), statutory);
    assert_eq!(told(&lines[2..]), ["借 310404 1000.00 resolution=R2", "贷 310102 1000.00"]);
}

#[test]
fn the_dividend_is_owed_and_paid_to_each_of_27_communities() {
    let made = distribution("369360.00", "0.00");
    let declared = declaration_lines(&made, &code("R2"), &accounts());
    assert_eq!(declared.len(), 28);
    let told_declared = told(&declared);
    assert_eq!(told_declared[0], "借 310402 369360.00 resolution=R2");
    assert_eq!(told_declared[1], "贷 223201 13680.00 community=C01 resolution=R2");
    assert_eq!(told_declared[27], "贷 223201 13680.00 community=C27 resolution=R2");
    let paid = payment_lines(&made.dividends, &code("R2"), accounts().payable, account("100201"));
    assert_eq!(told(&paid[..2]), ["借 223201 13680.00 community=C01 resolution=R2", "贷 100201 13680.00"]);
    for lines in [&declared, &paid] {
        assert_eq!(total(lines, Side::Debit), Some(yuan("369360.00")));
        assert_eq!(total(lines, Side::Credit), Some(yuan("369360.00")));
        assert!(lines.iter().all(|line| !line.memo.is_empty()));
    }
    assert_eq!(declaration_lines(&distribution("0.00", "0.00"), &code("R2"), &accounts()), []);
}
