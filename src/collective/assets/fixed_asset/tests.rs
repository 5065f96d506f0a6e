//! Properties of depreciation, whatever the asset.

use super::*;
use proptest::prelude::*;

fn code(number: usize) -> DimensionCode {
    DimensionCode::parse(&format!("G-{number:05}")).expect("code")
}

fn card(number: usize, cost: i64, residual: i64, months: u32) -> FixedAssetAdded {
    FixedAssetAdded {
        already_depreciated: None,
        asset: code(number),
        class: "示例类".into(),
        community: None,
        cost: Amount::from_fen(cost),
        date: Date::constant(2026, 1, 31),
        document: "示例发票".into(),
        expense: Expense::Leased,
        months,
        name: "示例资产".into(),
        residual_value: Amount::from_fen(residual),
        shop: None,
        source: AssetSource::Purchased,
    }
}

fn month(number: u32) -> Period {
    (0..number).try_fold(Period::new(2026, 1).expect("period"), |period, _| period.next()).expect("period")
}

fn scrapped(number: u32, document: &str) -> FixedAssetDisposed {
    FixedAssetDisposed {
        asset: code(1),
        date: month(number).last_day(),
        document: document.into(),
        part: None,
        proceeds: Amount::ZERO,
        reason: DisposalReason::Scrapped,
        tax_basis_points: None,
    }
}

proptest! {
    #[test]
    fn months_sum_to_what_is_to_be_depreciated(
        cost in 1_i64..=1_000_000_000_000_000,
        residual_share in 0_i64..1_000,
        months in 1_u32..=840,
        disposal in 0_u32..900,
        skip in 2_u32..9,
    ) {
        let residual = i64::try_from(i128::from(cost) * i128::from(residual_share) / 1_000).expect("a part");
        let whole = Amount::from_fen(cost - residual);
        let mut register = FixedAssetRegister::default();
        let card = card(1, cost, residual, months);
        prop_assert!(register.examine_added(&card, None).is_empty());
        register.add(&card);
        prop_assert_eq!(register.due(month(0)), None, "not in its first month");
        // Months that were left out come with the next.
        for number in (1..disposal).filter(|number| number % skip == 0 || number + 1 == disposal) {
            if let Some(due) = register.due(month(number)) {
                prop_assert!(register.examine_depreciated(&due).is_empty());
                register.depreciate(&due);
            }
        }
        let gone = scrapped(disposal, "示例批复");
        prop_assert!(register.examine_disposed(&gone).is_empty());
        register.dispose(&gone);
        let asset = register.get(&code(1)).expect("the asset");
        let exact = i128::from(whole.fen()) * i128::from(disposal.min(months));
        let off = i128::from(asset.accumulated().fen()) * i128::from(months) - exact;
        prop_assert!(off.abs() * 2 <= i128::from(months), "as many months as it stood after the first, to half a fen");
        if disposal >= months {
            prop_assert_eq!(asset.accumulated(), whole);
        }
        prop_assert_eq!(register.due(month(disposal + 1)), None, "none after");
        let left: Vec<Amount> = register.expected_balances().into_iter().map(|(_, _, amount)| amount).collect();
        prop_assert_eq!(left, [Amount::ZERO, Amount::ZERO]);
    }
}

proptest! {
    /// Whatever parts go when, of whatever life: nothing is lost on the way, and the rest ends at its own residual value.
    #[test]
    fn parts_and_the_rest_sum_to_the_whole(
        cost in 2_i64..=1_000_000_000_000_000,
        residual_share in 0_i64..=1_000,
        months in 1_u32..=840,
        parts in prop::collection::vec((1_u32..300, 1_i64..1_000), 1..8),
    ) {
        let residual = i64::try_from(i128::from(cost) * i128::from(residual_share) / 1_000).expect("a part");
        let mut register = FixedAssetRegister::default();
        let months = if residual == cost { 0 } else { months };
        let card = card(1, cost, residual, months);
        prop_assert!(register.examine_added(&card, None).is_empty());
        register.add(&card);
        let asset = |register: &FixedAssetRegister| register.get(&code(1)).expect("the asset").clone();
        // What went with the parts: cost and what it had lost; and what the vouchers of months and parts came to.
        let (mut gone_cost, mut gone_lost, mut charged, mut now) = (0, 0, 0, 0_u32);
        let month_end = |register: &mut FixedAssetRegister, number: u32| {
            let before = asset(register).accumulated().fen();
            if let Some(due) = register.due(month(number)) {
                register.depreciate(&due);
            }
            asset(register).accumulated().fen() - before
        };
        for (number, (wait, thousandth)) in parts.into_iter().enumerate() {
            // Months that were left out come with the next.
            for month in [now + wait / 2, now + wait - 1] {
                charged += month_end(&mut register, month);
            }
            now += wait;
            let before = asset(&register);
            let part = i64::try_from(i128::from(before.cost().fen()) * i128::from(thousandth) / 1_000).expect("a part");
            let disposed = FixedAssetDisposed { part: Some(Amount::from_fen(part)), ..scrapped(now, &format!("示例{number}")) };
            if part == 0 {
                prop_assert!(!register.examine_disposed(&disposed).is_empty());
                continue;
            }
            prop_assert!(register.examine_disposed(&disposed).is_empty());
            let going = before.going(&disposed);
            register.dispose(&disposed);
            let after = asset(&register);
            (gone_cost, gone_lost, charged) = (gone_cost + part, gone_lost + going.lost.fen(), charged + going.last.fen());
            prop_assert_eq!(after.cost().fen() + gone_cost, cost);
            prop_assert_eq!(after.accumulated().fen() + gone_lost, charged);
            // A fair share, to a fen; nothing is to be taken back from the rest.
            let exact = (i128::from(before.accumulated().fen()) + i128::from(going.last.fen())) * i128::from(part);
            prop_assert!((i128::from(going.lost.fen()) * i128::from(before.cost().fen()) - exact).abs() * 2 <= i128::from(before.cost().fen()));
            let left = after.cost().fen() - after.residual_value().fen() - after.accumulated().fen();
            prop_assert!(left >= 0 && after.residual_value() >= Amount::ZERO && after.residual_value() <= before.residual_value());
            prop_assert!(left == 0 || now < months, "what has had its life has nothing left to lose");
            prop_assert_eq!(register.due(month(now)), None, "the month went with the part");
        }
        let rest = asset(&register);
        charged += month_end(&mut register, months.max(now));
        prop_assert_eq!(asset(&register).accumulated().fen(), rest.cost().fen() - rest.residual_value().fen());
        prop_assert_eq!(asset(&register).accumulated().fen() + gone_lost, charged);
        let end = scrapped(months.max(now), "示例完");
        prop_assert!(register.examine_disposed(&end).is_empty());
        register.dispose(&end);
        let left: Vec<Amount> = register.expected_balances().into_iter().map(|(_, _, amount)| amount).collect();
        prop_assert_eq!(left, [Amount::ZERO, Amount::ZERO]);
    }
}

#[test]
fn a_month_end_of_ten_thousand_assets_is_one_pass() {
    let mut register = FixedAssetRegister::default();
    for number in 0..10_000 {
        register.add(&card(number, 120_000, 0, 12));
    }
    for number in 1..=12 {
        let due = register.due(month(number)).expect("due");
        assert_eq!(due.assets.len(), 10_000);
        assert!(register.examine_depreciated(&due).is_empty());
        register.depreciate(&due);
    }
    assert_eq!(register.due(month(13)), None);
    assert!(register.iter().all(|asset| asset.accumulated() == asset.card.cost));
}
