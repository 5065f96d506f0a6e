//! 清理 and 盘点: what comes before the card, and what is looked for afterwards.

use crate::collective::Fact;
use crate::collective::assets::fixed_asset::{AssetSource, DisposalReason, Expense, FixedAssetAdded, FixedAssetDisposed};
use crate::collective::assets::report::{counted_assets, stock_takes};
use crate::collective::assets::stock_take::{AssetKind, Finding, StockRow, StockTaken};
use crate::collective::contracts::tests::contracts::{card, entrusted, step};
use crate::collective::custody::asset::{AssetCard, AssetCleared, AssetStep, Step};
use crate::collective::custody::report::{Use, custody};
use crate::collective::tests::desk::{Desk, code, date, yuan};
use crate::ledger::refusal::Rule;
use crate::ledger::{Amount, Dimension};

fn taken(kind: AssetKind, day: &str, rows: &[(&str, Finding, &str)]) -> StockTaken {
    let row = |(asset, finding, note): &(&str, Finding, &str)| StockRow {
        asset: code(asset),
        finding: *finding,
        note: (*note).to_owned(),
    };
    let rows = rows.iter().map(row).collect();
    StockTaken { date: date(day), document: "示例盘点1号".into(), kind, rows, surplus: Vec::new() }
}

fn take(kind: AssetKind, day: &str, rows: &[(&str, Finding, &str)]) -> Fact {
    Fact::StockTaken(taken(kind, day, rows))
}

/// A desk with three fixed assets from 2026-01-05 and one entrusted one from 2026-01-01.
fn desk() -> Desk {
    let mut desk = Desk::new();
    desk.name(Dimension::Asset, &["GD-1", "GD-2", "GD-3"]);
    for asset in ["GD-1", "GD-2", "GD-3"] {
        desk.take(Fact::FixedAssetAdded(FixedAssetAdded {
            already_depreciated: None,
            asset: code(asset),
            class: "设备".into(),
            community: None,
            cost: yuan("100.00"),
            date: date("2026-01-05"),
            document: "示例发票1号".into(),
            expense: Expense::Selling,
            months: 0,
            name: "示例设备".into(),
            residual_value: yuan("100.00"),
            shop: None,
            source: AssetSource::Purchased,
        }));
    }
    for fact in [card("DG-1"), Fact::AssetStepped(step(Step::Certified, "2025-12-01")), entrusted(0)] {
        desk.take(fact);
    }
    desk
}

/// Asset, finding and since when, of the open differences of one kind on a day.
fn open(desk: &Desk, kind: AssetKind, day: &str) -> Vec<(String, Finding, String)> {
    let rows = stock_takes(&desk.registers, date(day));
    let of_kind = rows.into_iter().filter(|row| row.kind == kind).flat_map(|row| row.open);
    of_kind.map(|open| (open.asset.to_string(), open.finding, open.since.to_string())).collect()
}

use AssetKind::{Entrusted, Fixed};
use Finding::{Damaged, Found, Missing};

#[test]
fn differences_stay_open_until_the_asset_is_gone_or_found() {
    let mut desk = desk();
    let first = [("GD-1", Missing, "示例去向不明"), ("GD-2", Damaged, "示例漏水"), ("GD-3", Missing, "示例外借")];
    let surplus = vec!["示例柜台一个".to_owned()];
    assert!(desk.take(Fact::StockTaken(StockTaken { surplus, ..taken(Fixed, "2026-06-30", &first) })).is_empty());
    let shown = stock_takes(&desk.registers, date("2026-06-30"));
    let row = &shown[0];
    assert_eq!((shown.len(), row.found, row.missing, row.damaged, row.surplus.len(), row.open.len()), (1, 0, 2, 1, 1, 3));
    desk.take(take(Fixed, "2026-12-31", &[("GD-1", Missing, "示例报案"), ("GD-2", Damaged, "示例漏水"), ("GD-3", Found, "")]));
    let both = [("GD-1".into(), Missing, "2026-06-30".into()), ("GD-2".into(), Damaged, "2026-06-30".into())];
    assert_eq!(open(&desk, Fixed, "2026-12-31"), both, "since the first, and what was found is settled");
    desk.take(Fact::FixedAssetDisposed(FixedAssetDisposed {
        asset: code("GD-1"),
        date: date("2027-01-05"),
        document: "示例处置1号".into(),
        part: None,
        proceeds: Amount::ZERO,
        reason: DisposalReason::Lost,
        tax_basis_points: None,
    }));
    assert_eq!(open(&desk, Fixed, "2027-01-04").len(), 2, "on the day before");
    assert_eq!(open(&desk, Fixed, "2027-01-05"), both[1..], "gone");
    desk.take(take(Fixed, "2027-01-05", &[("GD-2", Found, ""), ("GD-3", Damaged, "示例碰坏")]));
    assert_eq!(open(&desk, Fixed, "2027-01-05"), [("GD-3".into(), Damaged, "2027-01-05".into())]);
    // A day that is past shows what was known then.
    assert_eq!(open(&desk, Fixed, "2026-12-31"), both);
    assert_eq!((open(&desk, Fixed, "2026-12-30").len(), open(&desk, Fixed, "2026-06-29")), (3, vec![]));
}

#[test]
fn each_asset_has_its_last_count() {
    let mut desk = desk();
    let counts = |desk: &Desk, day: &str| -> Vec<_> {
        let rows = counted_assets(&desk.registers, Fixed, date(day)).into_iter();
        rows.map(|row| (row.asset.to_string(), row.last.map(|last| (last.date.to_string(), last.finding)))).collect()
    };
    assert!(counts(&desk, "2026-01-04").is_empty(), "nothing stands yet");
    desk.take(take(Fixed, "2026-06-30", &[("GD-1", Missing, "示例去向不明"), ("GD-2", Found, ""), ("GD-3", Found, "")]));
    desk.take(Fact::FixedAssetDisposed(FixedAssetDisposed {
        asset: code("GD-1"),
        date: date("2026-07-05"),
        document: "示例处置1号".into(),
        part: None,
        proceeds: Amount::ZERO,
        reason: DisposalReason::Lost,
        tax_basis_points: None,
    }));
    desk.take(take(Fixed, "2026-12-31", &[("GD-2", Damaged, "示例漏水"), ("GD-3", Found, "")]));
    let counted = |asset: &str, day: &str, finding| (asset.to_owned(), Some((day.to_owned(), finding)));
    assert_eq!(counts(&desk, "2026-06-29")[0], ("GD-1".into(), None));
    assert_eq!(counts(&desk, "2026-07-04")[0], counted("GD-1", "2026-06-30", Missing));
    assert_eq!(counts(&desk, "2026-12-31"), [counted("GD-2", "2026-12-31", Damaged), counted("GD-3", "2026-12-31", Found)]);
}

#[test]
fn an_entrusted_asset_is_taken_while_it_is_in_custody() {
    let mut desk = desk();
    assert_eq!(desk.refuse(&take(Entrusted, "2026-01-01", &[])), ["stock_take_incomplete"]);
    assert!(desk.refuse(&take(Entrusted, "2025-12-31", &[])).is_empty(), "not in custody yet");
    desk.take(take(Entrusted, "2026-06-30", &[("DG-1", Missing, "示例拆除")]));
    assert_eq!(open(&desk, Entrusted, "2026-06-30").len(), 1);
    assert_eq!(open(&desk, Fixed, "2026-06-30"), []);
    desk.take(Fact::AssetStepped(AssetStep { date: date("2026-07-10"), ..step(Step::Lost, "2026-07-10") }));
    assert_eq!(open(&desk, Entrusted, "2026-07-10"), []);
    assert!(desk.refuse(&take(Entrusted, "2026-07-10", &[])).is_empty());
    assert_eq!(desk.refuse(&take(Entrusted, "2026-07-09", &[])), ["stock_take_incomplete"], "it stood on that day");
}

#[test]
fn takes_are_refused_with_every_reason() {
    let mut desk = desk();
    let all = [("GD-1", Found, ""), ("GD-2", Found, ""), ("GD-3", Found, "")];
    let whole = taken(Fixed, "2026-06-30", &all);
    for (fact, codes) in [
        (take(Fixed, "2026-06-30", &all[1..2]), &["stock_take_incomplete"][..]),
        (take(Fixed, "2026-06-30", &[all[1], all[0], all[2]]), &["stock_take_order"]),
        (take(Fixed, "2026-06-30", &[all[0], all[0], all[1], all[2]]), &["stock_take_order"]),
        (take(Fixed, "2026-01-04", &all), &["stock_take_not_standing"]),
        (take(Fixed, "2026-06-30", &[("DG-1", Found, ""), all[0], all[1], all[2]]), &["stock_take_not_standing"]),
        (take(Fixed, "2026-06-30", &[all[0], all[1], ("GD-3", Damaged, " ")]), &["stock_take_note"]),
        (Fact::StockTaken(StockTaken { document: "".into(), ..whole.clone() }), &["stock_take_document"]),
        (Fact::StockTaken(StockTaken { surplus: vec![" ".into()], ..whole.clone() }), &["stock_take_surplus"]),
    ] {
        assert_eq!(desk.refuse(&fact), codes, "{fact:?}");
    }
    let rules = take(Fixed, "2026-06-30", &all[1..2]).examine(&desk.registers, &desk.book);
    let Rule::Business { message, .. } = &rules[0] else { panic!("{rules:?}") };
    assert!(message.contains("缺：GD-1、GD-3。"), "{message}");
    desk.take(Fact::StockTaken(whole));
    assert_eq!(desk.refuse(&take(Fixed, "2026-06-29", &all)), ["stock_take_date_reversed"]);
    assert!(desk.refuse(&take(Fixed, "2026-06-30", &all)).is_empty(), "the same day again puts it right");
    assert!(desk.refuse(&take(Entrusted, "2026-06-29", &[("DG-1", Found, "")])).is_empty(), "each kind has its own takes");
}

fn cleared() -> AssetCleared {
    AssetCleared {
        address: "示例路1号".into(),
        asset: code("DG-1"),
        date: date("2025-10-01"),
        document: "示例清理1号".into(),
        name: "示例门面".into(),
        owner: "示例局".into(),
    }
}

#[test]
fn an_asset_is_cleared_before_it_has_a_card() {
    let mut desk = Desk::new();
    assert!(desk.take(Fact::AssetCleared(cleared())).is_empty());
    desk.take(card("FW-1"));
    let shown = |desk: &Desk| -> Vec<_> {
        custody(&desk.registers, date("2026-01-01")).into_iter().map(|row| (row.asset.to_string(), row.use_)).collect()
    };
    assert_eq!(shown(&desk), [("DG-1".into(), Use::Cleared), ("FW-1".into(), Use::Registered)]);
    let Fact::AssetRegistered(plain) = card("DG-1") else { panic!("a card") };
    for (card, refused) in [
        (AssetCard { date: date("2025-09-30"), ..plain.clone() }, "asset_date_reversed"),
        (AssetCard { owner: "示例另一局".into(), ..plain }, "asset_owner_differs"),
    ] {
        assert_eq!(desk.refuse(&Fact::AssetRegistered(card)), [refused]);
    }
    for (fact, refused) in [
        (cleared(), "asset_cleared_twice"),
        (AssetCleared { asset: code("FW-1"), ..cleared() }, "asset_code_taken"),
        (AssetCleared { asset: code("FW-9"), ..cleared() }, "dimension_unknown"),
    ] {
        assert_eq!(desk.refuse(&Fact::AssetCleared(fact)), [refused]);
    }
    let silent = AssetCleared { owner: " ".into(), ..cleared() };
    assert_eq!(Desk::new().refuse(&Fact::AssetCleared(silent)), ["asset_card_incomplete"]);
    desk.take(card("DG-1"));
    assert_eq!(shown(&desk)[0], ("DG-1".into(), Use::Registered));
}
