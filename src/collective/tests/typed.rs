//! What people type beside the facts: it leaves alone what only facts keep, and calls no rent income that is the treasury's.

use crate::collective::Fact;
use crate::collective::contracts::tests::contracts::{card, entrusted, step};
use crate::collective::custody::asset::Step;
use crate::collective::reference::FACTS_KEY;
use crate::collective::roles::role::Role::{self, *};
use crate::collective::tests::desk::{Desk, code, date, yuan};
use crate::ledger::Side::{self, Credit, Debit};
use crate::ledger::voucher::{Line, Reversed, Signatures, Source};
use crate::ledger::{AccountCode, Dimension, DimensionSet, Period, Purpose, Voucher, VoucherNumber, Word};

fn desk(kept: u32) -> Desk {
    let mut desk = Desk::new();
    for fact in [card("DG-1"), Fact::AssetStepped(step(Step::Certified, "2025-12-01")), entrusted(kept)] {
        desk.take(fact);
    }
    desk
}

/// One line of DG-1.
fn voucher(account: AccountCode, side: Side, amount: &str) -> Voucher {
    let mut dimensions = DimensionSet::new();
    dimensions.insert(Dimension::Asset, code("DG-1"));
    let line = Line { account, account_name: String::new(), side, amount: yuan(amount), dimensions, memo: String::new() };
    Voucher {
        number: VoucherNumber { word: Word::General, serial: 1 },
        date: date("2026-03-01"),
        period: Period::new(2026, 3).expect("period"),
        purpose: Purpose::Ordinary,
        memo: "示例".into(),
        lines: vec![line],
        attachment_count: 1,
        attachments: Vec::new(),
        signatures: Signatures::default(),
        posted_by: "示例系统".into(),
        source: Source { reference: "asset_stepped/DG-1/entrusted/2026-01-01".into(), ..Source::default() },
        reverses: None,
    }
}

fn told(desk: &Desk, voucher: &Voucher) -> Vec<(usize, &'static str)> {
    desk.registers.examine_voucher(voucher, &desk.book).iter().map(|(line, rule)| (*line, rule.code())).collect()
}

fn produced(voucher: &Voucher) -> Voucher {
    Voucher { source: Source { key: format!("{FACTS_KEY}1"), ..Source::default() }, ..voucher.clone() }
}

fn reversing(voucher: &Voucher) -> Voucher {
    let reverses = Reversed { seq: 1, leaf: [0; 32], period: voucher.period, number: voucher.number };
    Voucher { reverses: Some(reverses), ..voucher.clone() }
}

#[test]
fn what_facts_keep_is_not_typed() {
    let desk = desk(0);
    let of = |role: Role, side, amount| voucher(desk.registers.roles.account(role).expect("a role"), side, amount);
    for role in [CustodyAsset, CustodyContra, WorkingFundHeld, WorkingFundContra] {
        for side in [Debit, Credit] {
            let typed = of(role, side, "1.00");
            assert_eq!(told(&desk, &typed), [(1, "account_kept_by_facts")], "{role:?}, whatever its reference says");
            let opening = Voucher { purpose: Purpose::Opening, ..typed.clone() };
            for fine in [opening, produced(&typed), reversing(&typed)] {
                assert!(told(&desk, &fine).is_empty(), "{fine:?}");
            }
        }
    }
    // 坐支, in black and in red.
    for (side, amount, expected) in [
        (Debit, "1.00", &[(1, "account_kept_by_facts")][..]),
        (Credit, "-1.00", &[(1, "account_kept_by_facts")]),
        (Credit, "1.00", &[]),
        (Debit, "-1.00", &[]),
    ] {
        assert_eq!(told(&desk, &of(TreasuryPayable, side, amount)), expected, "{side:?} {amount}");
    }
    assert!(told(&desk, &of(Bank, Debit, "1.00")).is_empty());
}

#[test]
fn rent_of_which_nothing_is_kept_is_not_typed_as_income() {
    let income = |side, amount| voucher(AccountCode::parse("5051").expect("code"), side, amount);
    let typed = income(Credit, "6000.00");
    let all_due = desk(0);
    assert_eq!(told(&all_due, &typed), [(1, "rent_not_kept")]);
    for fine in [income(Debit, "6000.00"), income(Credit, "-6000.00"), produced(&typed), reversing(&typed)] {
        assert!(told(&all_due, &fine).is_empty(), "{fine:?}");
    }
    assert!(told(&desk(4_000), &typed).is_empty());
    let early = Voucher { date: date("2025-12-31"), ..typed };
    assert_eq!(told(&desk(4_000), &early), [(1, "rent_destination_missing")], "before custody began");
}
