//! Fixed assets as facts §7.2 has them (C5, H4) and their disposal, as vectors: account role, side, amount, codes.

use crate::collective::assets::fixed_asset::{
    AssetSource, AssetsDepreciated, DisposalReason, Expense, FixedAssetAdded, FixedAssetDisposed,
};
use crate::collective::assets::report::{FixedAssetRow, fixed_assets};
use crate::collective::fact::Withdrawal;
use crate::collective::funds::fund::{FundApproved, FundReceived, FundSpent, FundUse, Treatment};
use crate::collective::funds::tests::funds::{expect, posted};
use crate::collective::produce::Produced;
use crate::collective::roles::role::Role::*;
use crate::collective::tests::desk::{Desk, code, date, role, yuan};
use crate::collective::tie::{ProducedSums, differences};
use crate::collective::{Fact, Registers};
use crate::ledger::Side::{Credit, Debit};
use crate::ledger::{Amount, Dimension, Period};

/// The leased own shop of C5 and H4: 1,250.00 a month.
pub fn shop() -> FixedAssetAdded {
    FixedAssetAdded {
        already_depreciated: None,
        asset: code("FW-1"),
        class: "房屋".into(),
        community: Some(code("c1")),
        cost: yuan("300000.00"),
        date: date("2026-01-05"),
        document: "示例评估1号".into(),
        expense: Expense::Leased,
        months: 228,
        name: "示例门面".into(),
        residual_value: yuan("15000.00"),
        shop: None,
        source: AssetSource::Contributed,
    }
}

/// 100.00 over 3 months, of no community.
fn small(source: AssetSource) -> FixedAssetAdded {
    FixedAssetAdded {
        community: None,
        cost: yuan("100.00"),
        expense: Expense::Administrative,
        months: 3,
        residual_value: Amount::ZERO,
        already_depreciated: (source == AssetSource::Opening).then_some(Amount::ZERO),
        source,
        ..shop()
    }
}

fn add(card: FixedAssetAdded) -> Fact {
    Fact::FixedAssetAdded(card)
}

pub fn depreciate(month: &str, assets: &[&str]) -> Fact {
    let assets = assets.iter().map(|asset| code(asset)).collect();
    Fact::AssetsDepreciated(AssetsDepreciated { assets, period: Period::parse(month).expect("period") })
}

pub fn disposal(reason: DisposalReason, day: &str, proceeds: &str) -> FixedAssetDisposed {
    FixedAssetDisposed {
        asset: code("FW-1"),
        date: date(day),
        document: "示例处置1号".into(),
        part: None,
        proceeds: yuan(proceeds),
        reason,
        tax_basis_points: None,
    }
}

fn dispose(reason: DisposalReason, day: &str, proceeds: &str) -> Fact {
    Fact::FixedAssetDisposed(disposal(reason, day, proceeds))
}

fn row(desk: &Desk) -> FixedAssetRow {
    fixed_assets(&desk.registers).remove(0)
}

#[test]
fn the_cost_is_posted_against_where_it_comes_from() {
    for (source, against, codes) in [
        (AssetSource::Purchased, Bank, ""),
        (AssetSource::Contributed, PaidInCapital, "c1"),
        (AssetSource::Built, Construction, "c1"),
    ] {
        let lines = posted(&mut Desk::new(), add(FixedAssetAdded { source, ..shop() }));
        let both = [(FixedAsset, Debit, "300000.00", "FW-1"), (against, Credit, "300000.00", codes)];
        assert_eq!(lines, expect(&both), "H4: {source:?}");
    }
    assert!(Desk::new().take(add(small(AssetSource::Opening))).is_empty(), "the opening balances hold it");
}

#[test]
fn what_it_loses_is_the_cost_of_its_use() {
    for (expense, cost) in [
        (Expense::Leased, DepreciationLeased),
        (Expense::Selling, DepreciationSelling),
        (Expense::Administrative, DepreciationAdministrative),
    ] {
        let mut desk = Desk::new();
        desk.take(add(FixedAssetAdded { expense, ..shop() }));
        assert_eq!(desk.registers.fixed_assets.due(Period::parse("2026-01").expect("period")), None, "from the month after");
        let lines = posted(&mut desk, depreciate("2026-02", &["FW-1"]));
        let both = [(cost, Debit, "1250.00", "FW-1 c1"), (AccumulatedDepreciation, Credit, "1250.00", "FW-1")];
        assert_eq!(lines, expect(&both), "C5: {expense:?}");
    }
}

#[test]
fn a_shops_fixtures_cost_the_shop() {
    let mut desk = Desk::new();
    desk.name(Dimension::Shop, &["S1"]);
    let fixtures = FixedAssetAdded { shop: Some(code("S1")), expense: Expense::Selling, ..small(AssetSource::Purchased) };
    desk.take(add(fixtures.clone()));
    assert_eq!(
        posted(&mut desk, depreciate("2026-02", &["FW-1"]))[0],
        expect(&[(DepreciationSelling, Debit, "33.33", "FW-1 S1")])[0]
    );
    let lines = posted(&mut desk, dispose(DisposalReason::Scrapped, "2026-03-05", "0.00"));
    assert_eq!(
        lines.iter().find(|line| line.0 == DisposalLoss).map(|line| (line.2.as_str(), line.3.as_str())),
        Some(("33.33", "S1"))
    );
    let unknown = FixedAssetAdded { asset: code("DG-1"), shop: Some(code("S2")), ..fixtures };
    assert_eq!(desk.refuse(&add(unknown)), ["dimension_unknown"]);
}

#[test]
fn every_asset_has_a_draft_and_rounding_sums_to_the_whole() {
    let mut desk = Desk::new();
    desk.take(add(small(AssetSource::Purchased)));
    desk.take(add(FixedAssetAdded { asset: code("DG-1"), ..shop() }));
    let drafts = desk.take(depreciate("2026-02", &["DG-1", "FW-1"]));
    let told: Vec<_> = drafts.iter().map(|one| (one.reference.as_str(), one.date, one.lines[0].amount.to_string())).collect();
    let last = date("2026-02-28");
    let both =
        [("assets_depreciated/DG-1/2026-02", last, "1250.00".into()), ("assets_depreciated/FW-1/2026-02", last, "33.33".into())];
    assert_eq!(told, both);
    // March was left out: April brings both.
    assert_eq!(posted(&mut desk, depreciate("2026-04", &["FW-1"]))[0].2, "66.67");
    assert_eq!(desk.refuse(&depreciate("2026-05", &["FW-1"])), ["depreciation_not_due"]);
}

#[test]
fn a_disposal_takes_the_cost_out_and_the_difference_to_profit_or_loss() {
    let sold = FixedAssetDisposed { tax_basis_points: Some(300), ..disposal(DisposalReason::Sold, "2026-03-10", "309000.00") };
    let at_cost = disposal(DisposalReason::Sold, "2026-03-10", "297500.00");
    let (scrapped, lost) = (DisposalReason::Scrapped, DisposalReason::Lost);
    // February's 1,250.00 stands before; March's is a part of the disposal.
    let begin = [
        (DepreciationLeased, Debit, "1250.00", "FW-1 c1"),
        (AccumulatedDepreciation, Credit, "1250.00", "FW-1"),
        (AccumulatedDepreciation, Debit, "2500.00", "FW-1"),
        (AssetDisposal, Debit, "297500.00", "FW-1"),
        (FixedAsset, Credit, "300000.00", "FW-1"),
    ];
    let gain = [
        (Bank, Debit, "309000.00", ""),
        (AssetDisposal, Credit, "300000.00", "FW-1"),
        (Vat, Credit, "9000.00", ""),
        (AssetDisposal, Debit, "2500.00", "FW-1"),
        (DisposalGain, Credit, "2500.00", "c1"),
    ];
    let even = [(Bank, Debit, "297500.00", ""), (AssetDisposal, Credit, "297500.00", "FW-1")];
    let partly = [
        (Bank, Debit, "500.00", ""),
        (AssetDisposal, Credit, "500.00", "FW-1"),
        (DisposalLoss, Debit, "297000.00", "c1"),
        (AssetDisposal, Credit, "297000.00", "FW-1"),
    ];
    let wholly = [(DisposalLoss, Debit, "297500.00", "c1"), (AssetDisposal, Credit, "297500.00", "FW-1")];
    for (fact, rest) in [
        (Fact::FixedAssetDisposed(sold), &gain[..]),
        (Fact::FixedAssetDisposed(at_cost), &even),
        (dispose(scrapped, "2026-03-31", "500.00"), &partly),
        (dispose(lost, "2026-03-01", "0.00"), &wholly),
    ] {
        let mut desk = Desk::new();
        desk.take(add(shop()));
        desk.take(depreciate("2026-02", &["FW-1"]));
        let lines = desk.lines(fact.clone());
        let cleared = lines.iter().filter(|line| role(line) == AssetDisposal);
        let signed = |line: &crate::ledger::DraftLine| if line.side == Debit { line.amount.fen() } else { -line.amount.fen() };
        assert_eq!(cleared.map(signed).sum::<i64>(), 0, "1606 holds nothing");
        assert_eq!(lines.iter().map(signed).sum::<i64>(), 0, "balanced");
        let mut again = Desk::new();
        again.take(add(shop()));
        again.take(depreciate("2026-02", &["FW-1"]));
        assert_eq!(posted(&mut again, fact), expect(&[&begin[..], rest].concat()));
        let shown = row(&again);
        assert_eq!((shown.accumulated, shown.value), (yuan("2500.00"), Amount::ZERO));
        assert_eq!(desk.refuse(&depreciate("2026-04", &["FW-1"])), ["depreciation_not_due"], "none after");
    }
}

#[test]
fn an_opening_asset_goes_on_from_what_it_had_lost() {
    let mut desk = Desk::new();
    let already_depreciated = Some(yuan("60000.00"));
    let card = FixedAssetAdded { already_depreciated, months: 180, source: AssetSource::Opening, ..shop() };
    desk.take(add(FixedAssetAdded { date: date("2025-12-31"), ..card }));
    assert_eq!(posted(&mut desk, depreciate("2026-01", &["FW-1"]))[0].2, "1250.00", "(300000 - 15000 - 60000) / 180");
    assert_eq!((row(&desk).accumulated, row(&desk).value), (yuan("61250.00"), yuan("238750.00")));
    let lines = posted(&mut desk, dispose(DisposalReason::Lost, "2026-01-31", "0.00"));
    assert_eq!(
        lines[..2],
        expect(&[(AccumulatedDepreciation, Debit, "61250.00", "FW-1"), (AssetDisposal, Debit, "238750.00", "FW-1")])
    );
}

/// A fund has paid for the asset FW-1.
fn fund(desk: &mut Desk) -> Vec<Produced> {
    desk.name(Dimension::Fund, &["ZJ-1"]);
    let (amount, fund, day) = (yuan("100.00"), code("ZJ-1"), date("2026-01-02"));
    desk.take(Fact::FundApproved(FundApproved {
        amount,
        charter: None,
        code: fund.clone(),
        community: None,
        date: day,
        document: "示例批复1号".into(),
        grantor: "示例局".into(),
        name: "示例资金".into(),
        treatment: Treatment::Asset,
    }));
    desk.take(Fact::FundReceived(FundReceived { amount, date: day, document: "hd-1".into(), fund: fund.clone() }));
    desk.take(Fact::FundSpent(FundSpent {
        amount,
        asset: Some(code("FW-1")),
        date: day,
        document: "hd-2".into(),
        fund,
        months: 3,
        purpose: "示例购置".into(),
        use_: FundUse::Asset,
    }))
}

#[test]
fn the_cost_of_a_funded_asset_is_posted_once() {
    let mut desk = Desk::new();
    assert_eq!(desk.refuse(&add(small(AssetSource::Funded))), ["fixed_asset_not_funded"]);
    fund(&mut desk);
    for source in [AssetSource::Purchased, AssetSource::Built] {
        assert_eq!(desk.refuse(&add(small(source))), ["fixed_asset_funded"]);
    }
    let low = FixedAssetAdded { cost: yuan("99.99"), ..small(AssetSource::Funded) };
    assert_eq!(desk.refuse(&add(low)), ["fixed_asset_funded_cost"]);
    assert!(desk.take(add(small(AssetSource::Funded))).is_empty());
    assert_eq!(posted(&mut desk, depreciate("2026-02", &["FW-1"]))[0].2, "33.33");
}

#[test]
fn cards_and_accounts_agree_after_every_fact() {
    for source in [AssetSource::Purchased, AssetSource::Opening, AssetSource::Built, AssetSource::Funded] {
        let (mut desk, mut sums) = (Desk::new(), ProducedSums::default());
        let mut add_up = |produced: &[Produced]| {
            for line in produced.iter().flat_map(|one| &one.lines) {
                sums.add(line.account, line.side, line.amount, &line.dimensions);
            }
            sums.clone()
        };
        if source == AssetSource::Funded {
            add_up(&fund(&mut desk));
        }
        for fact in
            [add(small(source)), depreciate("2026-02", &["FW-1"]), dispose(DisposalReason::Scrapped, "2026-03-05", "1.00")]
        {
            let word = fact.word();
            let sums = add_up(&desk.take(fact));
            let of_assets = |account| {
                [FixedAsset, AccumulatedDepreciation].iter().any(|role| desk.registers.roles.account(*role).ok() == Some(account))
            };
            let found: Vec<_> = differences(&desk.registers, &sums).into_iter().filter(|one| of_assets(one.account)).collect();
            assert_eq!(found, [], "{source:?} {word}");
        }
        // A card that forgets its disposal is told.
        desk.take(Fact::Withdrawn(Withdrawal { reference: "fixed_asset_disposed/FW-1".into() }));
        let sums = add_up(&[]);
        let told = differences(&desk.registers, &sums);
        assert_eq!(told.iter().filter(|one| one.code == code("FW-1")).count(), 2, "{source:?}: cost and what it had lost");
    }
}

#[test]
fn cards_are_refused_with_every_reason() {
    let mut desk = Desk::new();
    let plain = small(AssetSource::Purchased);
    let opening = FixedAssetAdded { already_depreciated: Some(yuan("60.00")), ..small(AssetSource::Opening) };
    for (card, codes) in [
        (FixedAssetAdded { class: " ".into(), ..plain.clone() }, &["fixed_asset_card_incomplete"][..]),
        (FixedAssetAdded { cost: Amount::ZERO, ..plain.clone() }, &["fixed_asset_value"]),
        (FixedAssetAdded { cost: Amount::from_fen(10_000_000_000_001), ..plain.clone() }, &["amount_too_large"]),
        (FixedAssetAdded { residual_value: yuan("-0.01"), ..plain.clone() }, &["fixed_asset_value"]),
        (FixedAssetAdded { residual_value: yuan("100.01"), ..plain.clone() }, &["fixed_asset_value"]),
        (FixedAssetAdded { residual_value: yuan("40.01"), ..opening.clone() }, &["fixed_asset_value"]),
        (FixedAssetAdded { months: 0, ..plain.clone() }, &["fixed_asset_months"]),
        (FixedAssetAdded { months: 841, ..plain.clone() }, &["fixed_asset_months"]),
        (FixedAssetAdded { residual_value: yuan("100.00"), ..plain.clone() }, &["fixed_asset_months"]),
        (FixedAssetAdded { already_depreciated: None, ..opening }, &["fixed_asset_already_depreciated"]),
        (FixedAssetAdded { already_depreciated: Some(Amount::ZERO), ..plain.clone() }, &["fixed_asset_already_depreciated"]),
        (FixedAssetAdded { source: AssetSource::Contributed, ..plain.clone() }, &["fixed_asset_contributor"]),
        (FixedAssetAdded { asset: code("FW-9"), ..plain.clone() }, &["dimension_unknown"]),
        (FixedAssetAdded { community: Some(code("c9")), ..plain.clone() }, &["dimension_unknown"]),
    ] {
        assert_eq!(desk.refuse(&add(card.clone())), codes, "{card:?}");
    }
    // Land is not depreciated, and an asset of a card stays one.
    desk.take(add(FixedAssetAdded { months: 0, residual_value: yuan("100.00"), ..plain.clone() }));
    assert_eq!(desk.refuse(&add(plain.clone())), ["fixed_asset_code_taken"]);
    for fact in [
        crate::collective::contracts::tests::contracts::card("DG-1"),
        Fact::AssetStepped(crate::collective::contracts::tests::contracts::step(
            crate::collective::custody::asset::Step::Certified,
            "2025-12-01",
        )),
        crate::collective::contracts::tests::contracts::entrusted(0),
    ] {
        desk.take(fact);
    }
    assert_eq!(desk.refuse(&add(FixedAssetAdded { asset: code("DG-1"), ..plain })), ["fixed_asset_entrusted"]);
}

#[test]
fn months_and_disposals_are_refused_with_every_reason() {
    let mut desk = Desk::new();
    assert_eq!(desk.refuse(&depreciate("2026-02", &["FW-1"])), ["fixed_asset_unknown"]);
    assert_eq!(desk.refuse(&dispose(DisposalReason::Lost, "2026-02-01", "0.00")), ["fixed_asset_unknown"]);
    desk.take(add(small(AssetSource::Purchased)));
    let sold = disposal(DisposalReason::Sold, "2026-02-01", "1.00");
    for (fact, codes) in [
        (depreciate("2026-02", &[]), &["nothing_declared"][..]),
        (depreciate("2026-02", &["FW-1", "FW-1"]), &["fixed_asset_order"]),
        (depreciate("2026-01", &["FW-1"]), &["depreciation_not_due"]),
        (dispose(DisposalReason::Sold, "2026-02-01", "0.00"), &["fixed_asset_proceeds"]),
        (dispose(DisposalReason::Lost, "2026-02-01", "-0.01"), &["fixed_asset_proceeds"]),
        (dispose(DisposalReason::Lost, "2026-01-04", "0.00"), &["fixed_asset_date_reversed"]),
        (dispose(DisposalReason::Lost, "2026-04-01", "0.00"), &["depreciation_missing"]),
        (Fact::FixedAssetDisposed(FixedAssetDisposed { document: "".into(), ..sold.clone() }), &["fixed_asset_document"]),
        (Fact::FixedAssetDisposed(FixedAssetDisposed { tax_basis_points: Some(10_001), ..sold.clone() }), &["fixed_asset_tax"]),
        (
            Fact::FixedAssetDisposed(FixedAssetDisposed {
                tax_basis_points: Some(300),
                ..disposal(DisposalReason::Scrapped, "2026-02-01", "1.00")
            }),
            &["fixed_asset_tax"],
        ),
    ] {
        assert_eq!(desk.refuse(&fact), codes, "{fact:?}");
    }
    // The refusal says from which month.
    desk.take(depreciate("2026-02", &["FW-1"]));
    let rules = dispose(DisposalReason::Lost, "2026-05-01", "0.00").examine(&desk.registers, &desk.book);
    let crate::ledger::refusal::Rule::Business { message, .. } = &rules[0] else { panic!("{rules:?}") };
    assert!(message.contains("从 2026-03 起"), "{message}");
    desk.take(depreciate("2026-03", &["FW-1"]));
    let early = dispose(DisposalReason::Lost, "2026-02-20", "0.00");
    assert_eq!(desk.refuse(&early), ["depreciation_after_disposal"]);
    desk.take(Fact::FixedAssetDisposed(FixedAssetDisposed { date: date("2026-03-20"), ..sold }));
    assert_eq!(desk.refuse(&dispose(DisposalReason::Lost, "2026-03-21", "0.00")), ["fixed_asset_gone"]);
}

#[test]
fn taking_a_voucher_back_takes_the_card_back_newest_first() {
    let mut desk = Desk::new();
    let mut taken = Vec::new();
    for fact in [
        add(small(AssetSource::Purchased)),
        depreciate("2026-02", &["FW-1"]),
        depreciate("2026-03", &["FW-1"]),
        dispose(DisposalReason::Sold, "2026-04-05", "7.00"),
    ] {
        let before = desk.registers.clone();
        let reference = desk.take(fact).remove(0).reference;
        assert_ne!(desk.registers, before);
        taken.push((before, Fact::Withdrawn(Withdrawal { reference })));
    }
    while let Some((before, back)) = taken.pop() {
        for (_, older) in &taken {
            assert_eq!(desk.refuse(older), ["reference_unknown"], "{older:?}");
        }
        desk.take(back.clone());
        let withdrawals = desk.registers.withdrawals;
        assert_eq!(desk.registers, Registers { withdrawals, ..before });
        assert_eq!(desk.refuse(&back), ["reference_unknown"], "once only");
    }
}
