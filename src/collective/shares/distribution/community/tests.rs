use super::*;

fn yuan(text: &str) -> Amount {
    Amount::parse(text).expect("test amount")
}

fn resolution(net_income: &str, before: &str, parts: [&str; 3]) -> CollectiveResolution {
    CollectiveResolution {
        code: DimensionCode::parse("R1").expect("code"),
        date: Date::constant(2026, 1, 20),
        member_distribution: yuan(parts[1]),
        members: Vec::new(),
        net_income: yuan(net_income),
        number: "示例决议1号".into(),
        other: yuan(parts[2]),
        published: Date::constant(2026, 1, 10),
        reserve: yuan(parts[0]),
        reviewed: "示例审核1号".into(),
        undistributed_before: yuan(before),
    }
}

fn members(weights: &[u32]) -> Vec<MemberWeight> {
    let member = |(at, weight): (usize, &u32)| MemberWeight {
        member: DimensionCode::parse(&format!("m{at:03}")).expect("code"),
        weight: *weight,
    };
    weights.iter().enumerate().map(member).collect()
}

fn codes(resolution: &CollectiveResolution) -> Vec<&'static str> {
    let refused = distribute_collective(resolution).expect_err("refused");
    refused.iter().map(Rule::code).collect()
}

/// The domain facts, §7.3: the first ten of 27 get the ten fen left over, in a community as in a company.
#[test]
fn a_hundred_thousand_among_27_members_adds_up_to_the_fen() {
    let whole = CollectiveResolution { members: members(&[1; 27]), ..resolution("120000", "0", ["20000", "100000", "0"]) };
    let made = distribute_collective(&whole).expect("stands");
    let expected: Vec<Amount> = (0..27).map(|at| yuan(if at < 10 { "3703.71" } else { "3703.70" })).collect();
    assert_eq!(made.members.iter().map(|part| part.1).collect::<Vec<_>>(), expected);
    assert_eq!(crate::ledger::amount::sum(expected), Some(yuan("100000")));
    let uneven = CollectiveResolution { members: members(&[16, 17, 17]), ..resolution("1", "0", ["0.01", "0.10", "0"]) };
    let made = distribute_collective(&uneven).expect("stands");
    assert_eq!(made.members.iter().map(|part| part.1.fen()).collect::<Vec<_>>(), [3, 4, 3], "3.2, 3.4, 3.4");
}

#[test]
fn losses_come_first_and_what_is_left_stays() {
    for (net_income, before, parts, covered, after) in [
        ("10000", "0", ["4000", "5000", "500"], "0", "500"),
        ("10000", "-3000", ["4000", "3000", "0"], "3000", "0"),
        ("10000", "2000", ["4000", "8000", "0"], "0", "0"),
    ] {
        let made = distribute_collective(&resolution(net_income, before, parts)).expect("stands");
        assert_eq!((made.losses_covered, made.undistributed_after), (yuan(covered), yuan(after)), "{net_income} {before}");
    }
    // What is distributed is the year's income: an earlier year's surplus waits for a year that has some.
    let refused = distribute_collective(&resolution("0", "2000", ["0", "2000", "0"])).expect_err("no income");
    assert_eq!(refused[0].code(), "distribution_loss_year");
}

#[test]
fn what_speaks_against_a_distribution_is_said_at_once() {
    let good = || resolution("10000", "0", ["4000", "5000", "500"]);
    let early = Date::constant(2025, 4, 30);
    for (refused, expected) in [
        (resolution("-1", "9000", ["1", "0", "0"]), &["distribution_loss_year"][..]),
        (resolution("-1", "0", ["1", "0", "0"]), &["distribution_loss_year", "distribution_without_profit"]),
        (resolution("1000", "-1000", ["1", "0", "0"]), &["distribution_without_profit"]),
        (resolution("1000", "0", ["1000", "0.01", "0"]), &["distribution_exceeds_profit"]),
        (resolution("1000", "-1", ["1000", "0", "0"]), &["distribution_exceeds_profit"]),
        (resolution("1000", "0", ["0", "1", "0"]), &["reserve_before_members"]),
        (resolution("1000", "0", ["0", "0", "1"]), &["reserve_before_members"]),
        (resolution("1000", "0", ["1", "-1", "0"]), &["distribution_negative"]),
        (resolution("1000", "0", ["0", "0", "0"]), &["nothing_declared"]),
        (CollectiveResolution { number: " ".into(), ..good() }, &["resolution_number_missing"]),
        (CollectiveResolution { reviewed: " ".into(), ..good() }, &["distribution_review_missing"]),
        (CollectiveResolution { published: Date::constant(2026, 1, 11), ..good() }, &["distribution_published_late"]),
        (CollectiveResolution { date: early, published: Date::constant(2025, 5, 1), ..good() }, &["distribution_published_late"]),
        (CollectiveResolution { members: members(&[0, 0]), ..good() }, &["distribution_members_unsound"]),
        (CollectiveResolution { members: [members(&[1]), members(&[1])].concat(), ..good() }, &["distribution_members_unsound"]),
    ] {
        assert_eq!(codes(&refused), expected, "{refused:?}");
    }
    let before_the_law = CollectiveResolution { date: early, published: early, ..good() };
    assert!(distribute_collective(&before_the_law).is_ok(), "no ten days before the law");
}
