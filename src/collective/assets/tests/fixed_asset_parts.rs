//! A part of a fixed asset goes and the rest stays: what goes with it, what is refused, what is taken back.

use crate::collective::assets::fixed_asset::{AssetSource, DisposalReason, FixedAssetAdded, FixedAssetDisposed};
use crate::collective::assets::report::fixed_assets;
use crate::collective::assets::tests::fixed_assets::{depreciate, disposal, shop};
use crate::collective::fact::Withdrawal;
use crate::collective::funds::tests::funds::{expect, posted};
use crate::collective::produce::Produced;
use crate::collective::roles::role::Role::*;
use crate::collective::tests::desk::{Desk, yuan};
use crate::collective::tie::{ProducedSums, differences};
use crate::collective::{Fact, Registers};
use crate::ledger::Side::{Credit, Debit};
use crate::ledger::{Amount, Period};

fn part(cost: &str, day: &str, proceeds: &str, document: &str) -> FixedAssetDisposed {
    let part = Some(yuan(cost));
    FixedAssetDisposed { part, document: document.into(), ..disposal(DisposalReason::Sold, day, proceeds) }
}

fn dispose(disposed: &FixedAssetDisposed) -> Fact {
    Fact::FixedAssetDisposed(disposed.clone())
}

/// 300,000.00 with a residual value of 15,000.00, 1,250.00 a month from February on.
fn desk() -> Desk {
    let mut desk = Desk::new();
    desk.take(Fact::FixedAssetAdded(shop()));
    desk.take(depreciate("2026-02", &["FW-1"]));
    desk
}

#[test]
fn a_part_takes_its_share_and_the_rest_goes_on() {
    let mut desk = desk();
    let lines = posted(&mut desk, dispose(&part("100000.00", "2026-03-10", "103000.00", "示例批复1号")));
    let expected = [
        (DepreciationLeased, Debit, "1250.00", "FW-1 c1"),
        (AccumulatedDepreciation, Credit, "1250.00", "FW-1"),
        (AccumulatedDepreciation, Debit, "833.33", "FW-1"),
        (AssetDisposal, Debit, "99166.67", "FW-1"),
        (FixedAsset, Credit, "100000.00", "FW-1"),
        (Bank, Debit, "103000.00", ""),
        (AssetDisposal, Credit, "103000.00", "FW-1"),
        (AssetDisposal, Debit, "3833.33", "FW-1"),
        (DisposalGain, Credit, "3833.33", "c1"),
    ];
    assert_eq!(lines, expect(&expected), "a third of 2,500.00; the month of the disposal is the whole asset's");
    let row = fixed_assets(&desk.registers).remove(0);
    assert_eq!((row.cost, row.residual_value, row.parts_gone), (yuan("200000.00"), yuan("10000.00"), yuan("100000.00")));
    assert_eq!((row.accumulated, row.value, row.disposed), (yuan("1666.67"), yuan("198333.33"), None));
    assert_eq!(desk.registers.fixed_assets.due(Period::parse("2026-03").expect("period")), None);
    let next = posted(&mut desk, depreciate("2026-04", &["FW-1"]));
    assert_eq!(next[0].2, "833.33", "two thirds: 188,333.33 over 226 months");
    let rest = posted(&mut desk, dispose(&disposal(DisposalReason::Scrapped, "2026-05-31", "0.00")));
    assert!(rest.contains(&(FixedAsset, Credit, "200000.00".into(), "FW-1".into())), "{rest:?}");
    assert_eq!(desk.refuse(&dispose(&part("1.00", "2026-06-01", "1.00", "示例批复9号"))), ["fixed_asset_gone"]);
}

#[test]
fn what_is_no_part_is_refused() {
    let mut desk = desk();
    desk.take(dispose(&part("100000.00", "2026-03-10", "1.00", "示例批复1号")));
    for (disposed, expected) in [
        (part("199999.99", "2026-03-10", "1.00", "示例批复2号"), &[][..]),
        (part("200000.00", "2026-03-10", "1.00", "示例批复2号"), &["fixed_asset_part"]),
        (part("0.00", "2026-03-10", "1.00", "示例批复2号"), &["fixed_asset_part"]),
        (part("-1.00", "2026-03-10", "1.00", "示例批复2号"), &["fixed_asset_part"]),
        (part("1.00", "2026-03-10", "1.00", "示例批复1号"), &["fixed_asset_document"]),
        (part("1.00", "2026-03-10", "1.00", "示例/批复2号"), &["fixed_asset_document"]),
        (part("1.00", "2026-03-09", "1.00", "示例批复2号"), &["fixed_asset_date_reversed"]),
        (part("1.00", "2026-05-01", "1.00", "示例批复2号"), &["depreciation_missing"]),
        (disposal(DisposalReason::Lost, "2026-03-09", "0.00"), &["fixed_asset_date_reversed"]),
    ] {
        assert_eq!(desk.refuse(&dispose(&disposed)), expected, "{disposed:?}");
    }
}

#[test]
fn vouchers_are_taken_back_newest_first_and_the_register_ties() {
    for source in [AssetSource::Purchased, AssetSource::Opening] {
        let (mut desk, mut sums) = (Desk::new(), ProducedSums::default());
        let mut add = |produced: &[Produced], times: i64| {
            for line in produced.iter().flat_map(|one| &one.lines) {
                sums.add(line.account, line.side, Amount::from_fen(line.amount.fen() * times), &line.dimensions);
            }
            sums.clone()
        };
        let tied = [FixedAsset, AccumulatedDepreciation].map(|role| desk.registers.roles.account(role).expect("a role"));
        let untied = |registers: &Registers, sums: &ProducedSums| {
            differences(registers, sums).into_iter().filter(|one| tied.contains(&one.account)).count()
        };
        let opening = source == AssetSource::Opening;
        let card = FixedAssetAdded { source, already_depreciated: opening.then(|| yuan("60000.00")), ..shop() };
        add(&desk.take(Fact::FixedAssetAdded(card)), 1);
        let mut taken = Vec::new();
        for fact in [
            depreciate("2026-02", &["FW-1"]),
            dispose(&part("100000.01", "2026-03-10", "1.00", "示例批复1号")),
            dispose(&part("7.77", "2026-03-31", "1.00", "示例批复2号")),
            depreciate("2026-04", &["FW-1"]),
            dispose(&disposal(DisposalReason::Sold, "2026-04-30", "1.00")),
        ] {
            let before = desk.registers.clone();
            let produced = desk.take(fact);
            assert_eq!(untied(&desk.registers, &add(&produced, 1)), 0);
            taken.push((before, produced));
        }
        let back = |produced: &[Produced]| Fact::Withdrawn(Withdrawal { reference: produced[0].reference.clone() });
        while let Some((before, produced)) = taken.pop() {
            for (_, older) in &taken {
                assert_eq!(desk.refuse(&back(older)), ["reference_unknown"], "the newest first");
            }
            desk.take(back(&produced));
            assert_eq!(untied(&desk.registers, &add(&produced, -1)), 0);
            assert_eq!(desk.registers, Registers { withdrawals: desk.registers.withdrawals, ..before });
        }
    }
}
