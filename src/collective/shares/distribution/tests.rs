use super::*;
use proptest::prelude::*;

fn yuan(text: &str) -> Amount {
    Amount::parse(text).expect("test amount")
}

fn code(number: usize) -> DimensionCode {
    DimensionCode::parse(&format!("520627{number:03}")).expect("test code")
}

fn holders(paid_in: &[&str]) -> Vec<(DimensionCode, Holding)> {
    let holding = |paid_in| Holding { subscribed: yuan("1000000"), paid_in: yuan(paid_in) };
    paid_in.iter().enumerate().map(|(at, paid_in)| (code(at), holding(paid_in))).collect()
}

fn result(net_profit: &str, before: &str, reserve: &str) -> CompanyResult {
    CompanyResult {
        net_profit: yuan(net_profit),
        undistributed_before: yuan(before),
        statutory_reserve_before: yuan(reserve),
        registered_capital: yuan("1000000"),
    }
}

fn resolved(dividend: &str, optional_reserve: &str) -> Resolution {
    Resolution {
        agreement: None,
        date: Date::constant(2025, 12, 31),
        dividend: yuan(dividend),
        number: "示例决议〔2025〕2号".into(),
        optional_reserve: yuan(optional_reserve),
    }
}

fn codes<T: std::fmt::Debug>(refused: Result<T, Vec<Rule>>) -> Vec<&'static str> {
    refused.map_or_else(|rules| rules.iter().map(Rule::code).collect(), |stands| panic!("stands: {stands:?}"))
}

/// The domain facts, §7.2 J1 to J3.
#[test]
fn a_year_of_27_communities_is_distributed() {
    let distribution = distribute_company(
        &result("410400.00", "0.00", "0.00"),
        &resolved("369360.00", "0.00"),
        &holders(&["20000.00"; 27]),
        &[],
    );
    let distribution = distribution.expect("distribution");
    assert_eq!(distribution.statutory_reserve, yuan("41040.00"));
    assert_eq!(distribution.dividends.len(), 27);
    assert!(distribution.dividends.iter().all(|part| part.1 == yuan("13680.00")));
    assert_eq!((distribution.undistributed_after, distribution.losses_covered), (Amount::ZERO, Amount::ZERO));
    assert_eq!(distribution.pay_by, Date::constant(2026, 6, 30));
}

#[test]
fn losses_come_before_the_reserve_and_the_reserve_stops_at_half_the_capital() {
    // net profit, undistributed before, reserve before: losses covered, reserve, left
    for (net_profit, before, reserve_before, covered, reserve, left) in [
        ("1000.00", "-400.00", "0.00", "400.00", "60.00", "540.00"),
        ("1000.00", "400.00", "0.00", "0.00", "100.00", "1300.00"),
        ("0.00", "400.00", "0.00", "0.00", "0.00", "400.00"), // earlier profit: its reserve was taken then
        ("-100.00", "400.00", "0.00", "100.00", "0.00", "300.00"),
        ("1000.00", "0.00", "499950.00", "0.00", "50.00", "950.00"),
        ("1000.00", "0.00", "500000.00", "0.00", "0.00", "1000.00"),
        ("1000.00", "0.00", "600000.00", "0.00", "0.00", "1000.00"),
        ("0.05", "0.00", "0.00", "0.00", "0.01", "0.04"), // half up
        ("0.04", "0.00", "0.00", "0.00", "0.00", "0.04"),
        ("123.45", "0.00", "0.00", "0.00", "12.35", "111.10"),
    ] {
        let company = result(net_profit, before, reserve_before);
        let made = distribute_company(&company, &resolved("0.00", "0.00"), &holders(&["1.00"]), &[]).expect("distribution");
        let found = (made.losses_covered, made.statutory_reserve, made.undistributed_after);
        assert_eq!(found, (yuan(covered), yuan(reserve), yuan(left)), "{company:?}");
    }
}

#[test]
fn the_dividend_follows_what_is_paid_in_unless_all_agree() {
    let company = result("1000.00", "0.00", "0.00");
    let three = holders(&["10.00", "0.00", "20.00"]);
    let amounts = |made: CompanyDistribution| made.dividends.iter().map(|part| part.1.to_string()).collect::<Vec<_>>();
    let by_paid_in = distribute_company(&company, &resolved("100.00", "50.00"), &three, &[]).expect("distribution");
    assert_eq!((by_paid_in.optional_reserve, by_paid_in.undistributed_after), (yuan("50.00"), yuan("750.00")));
    assert_eq!(amounts(by_paid_in), ["33.33", "0.00", "66.67"]);
    let agreement = Resolution { agreement: Some("示例约定〔2025〕1号".into()), ..resolved("100.00", "0.00") };
    let agreed = [(code(2), 1), (code(0), 1), (code(1), 2)];
    let own_ratio = distribute_company(&company, &agreement, &three, &agreed).expect("distribution");
    assert_eq!(amounts(own_ratio), ["25.00", "50.00", "25.00"]);
}

#[test]
fn a_loss_year_distributes_what_is_left_of_earlier_profit() {
    let two = holders(&["10.00", "20.00"]);
    let company = result("-10000.00", "100000.00", "0.00");
    let made = distribute_company(&company, &resolved("50000.00", "0.00"), &two, &[]).expect("allowed");
    let found = (made.losses_covered, made.statutory_reserve, made.undistributed_after);
    assert_eq!(found, (yuan("10000.00"), Amount::ZERO, yuan("40000.00")), "公司法 §210-211");
    assert!(distribute_company(&company, &resolved("90000.00", "0.00"), &two, &[]).is_ok(), "and no more than that");
    assert!(distribute_company(&company, &resolved("90000.01", "0.00"), &two, &[]).is_err());
}

#[test]
fn an_unlawful_distribution_is_refused() {
    let two = holders(&["10.00", "20.00"]);
    let profit = result("1000.00", "0.00", "0.00");
    for (company, resolution, holders, expected) in [
        (result("-1.00", "0.00", "0.00"), resolved("1.00", "0.00"), &two[..], &["distribution_without_profit"][..]),
        (result("-1.00", "100.00", "0.00"), resolved("99.01", "0.00"), &two, &["distribution_exceeds_profit"]),
        (result("100.00", "-100.00", "0.00"), resolved("1.00", "0.00"), &two, &["distribution_without_profit"]),
        (result("100.00", "-200.00", "0.00"), resolved("0.00", "0.00"), &two, &["distribution_without_profit"]),
        (profit, resolved("900.01", "0.00"), &two, &["distribution_exceeds_profit"]),
        (profit, resolved("900.00", "0.01"), &two, &["distribution_exceeds_profit"]),
        (profit, resolved("-1.00", "0.00"), &two, &["distribution_negative"]),
        (profit, resolved("1.00", "-1.00"), &two, &["distribution_negative"]),
        (profit, resolved("1.00", "0.00"), &[], &["distribution_without_holder"]),
        (profit, resolved("1.00", "0.00"), &holders(&["0.00"]), &["distribution_without_holder"]),
        (result("1000.00", "0.00", "-1.00"), resolved("1.00", "0.00"), &two, &["distribution_capital_unsound"]),
        (
            CompanyResult { registered_capital: Amount::ZERO, ..profit },
            resolved("1.00", "0.00"),
            &two,
            &["distribution_capital_unsound"],
        ),
        (profit, Resolution { number: "　".into(), ..resolved("1.00", "0.00") }, &two, &["resolution_number_missing"]),
        (profit, Resolution { number: "二\t号".into(), ..resolved("1.00", "0.00") }, &two, &["text_malformed"]),
        (profit, Resolution { date: Date::MAX, ..resolved("1.00", "0.00") }, &two, &["resolution_date_out_of_range"]),
        (
            result("-1.00", "0.00", "0.00"),
            Resolution { number: String::new(), ..resolved("1.00", "0.00") },
            &[],
            &["resolution_number_missing", "distribution_without_profit", "distribution_without_holder"],
        ),
    ] {
        let refused = distribute_company(&company, &resolution, holders, &[]);
        assert_eq!(codes(refused), expected, "{company:?} {resolution:?}");
    }
    let most = distribute_company(&profit, &resolved("900.00", "0.00"), &two, &[]).expect("all of it");
    assert_eq!(most.undistributed_after, Amount::ZERO);
}

#[test]
fn an_own_ratio_needs_everybodys_agreement() {
    let two = holders(&["10.00", "20.00"]);
    let all = [(code(0), 1), (code(1), 1)];
    for (document, agreed, expected) in [
        (None, &all[..], &["agreement_document_missing"][..]),
        (Some(" "), &all, &["agreement_document_missing"]),
        (Some("约定1号"), &[], &["agreement_weights_missing"]),
        (Some("约定1号"), &all[..1], &["agreement_holders_differ"]),
        (Some("约定1号"), &[(code(0), 1), (code(1), 1), (code(2), 1)], &["agreement_holders_differ"]),
        (Some("约定1号"), &[(code(0), 1), (code(1), 1), (code(1), 1)], &["distribution_without_holder"]),
        (Some("约定1号"), &[(code(0), 2), (code(1), -1)], &["distribution_without_holder"]),
        (Some("约定\n1号"), &all, &["text_malformed"]),
    ] {
        let resolution = Resolution { agreement: document.map(str::to_owned), ..resolved("100.00", "0.00") };
        let refused = distribute_company(&result("1000.00", "0.00", "0.00"), &resolution, &two, agreed);
        assert_eq!(codes(refused), expected, "{document:?} {agreed:?}");
    }
}

#[test]
fn payment_is_due_half_a_year_after_the_resolution() {
    for (date, due) in [("2025-08-31", "2026-02-28"), ("2025-12-31", "2026-06-30"), ("2025-05-20", "2025-11-20")] {
        let resolution = Resolution { date: date.parse().expect("date"), ..resolved("1.00", "0.00") };
        let made = distribute_company(&result("10.00", "0.00", "0.00"), &resolution, &holders(&["1.00"]), &[]);
        assert_eq!(made.expect("distribution").pay_by.to_string(), due);
    }
}

proptest! {
    #[test]
    fn nothing_is_lost_between_the_result_and_its_uses(
        (net_profit, before) in (-1_000_000..1_000_000i64, -1_000_000..1_000_000i64),
        reserve_before in 0..500_000i64,
        (dividend, optional) in (0..500_000i64, 0..100_000i64),
        paid_in in prop::collection::vec(1..1_000_000i64, 1..30),
    ) {
        let fen = Amount::from_fen;
        let company = CompanyResult {
            net_profit: fen(net_profit),
            undistributed_before: fen(before),
            statutory_reserve_before: fen(reserve_before),
            registered_capital: fen(800_001),
        };
        let resolution = Resolution { dividend: fen(dividend), optional_reserve: fen(optional), ..resolved("0.00", "0.00") };
        let holding = |paid_in| Holding { subscribed: fen(paid_in), paid_in: fen(paid_in) };
        let holders: Vec<_> = paid_in.iter().enumerate().map(|(at, paid_in)| (code(at), holding(*paid_in))).collect();
        match distribute_company(&company, &resolution, &holders, &[]) {
            Ok(made) => {
                let paid: i64 = made.dividends.iter().map(|part| part.1.fen()).sum();
                prop_assert_eq!(paid, dividend);
                let used = made.statutory_reserve.fen() + optional + dividend + made.undistributed_after.fen();
                prop_assert_eq!(used, net_profit + before);
                prop_assert!(made.undistributed_after >= Amount::ZERO);
                prop_assert!(made.statutory_reserve.is_zero() || reserve_before + made.statutory_reserve.fen() <= 400_001);
            }
            Err(rules) => {
                prop_assert!(rules.len() == 1, "{:?}", rules);
                prop_assert!(net_profit + before < optional + dividend + net_profit.max(0) / 10 + 1, "what is there may go");
            }
        }
    }
}
