//! Facts §7.5: money of a share is posted as it arrives, and the share register shows what of it stands in the accounts,
//! beside assets (H4) and support funds (H3).

use crate::collective::assets::fixed_asset::FixedAssetAdded;
use crate::collective::assets::tests::fixed_assets::shop;
use crate::collective::fact::Withdrawal;
use crate::collective::funds::fund::{FundApproved, FundReceived, Treatment};
use crate::collective::funds::tests::funds::{expect, posted};
use crate::collective::produce::Produced;
use crate::collective::roles::role::Role::{Bank, PaidInCapital};
use crate::collective::shares::capital::CapitalPaid;
use crate::collective::shares::holding::{ContributionForm, ShareChange};
use crate::collective::shares::report::shares;
use crate::collective::tests::desk::{Desk, code, date, yuan};
use crate::collective::tie::{ProducedSums, differences};
use crate::collective::{Fact, Registers};
use crate::ledger::Side::{Credit, Debit};
use crate::ledger::{Amount, Dimension};

fn share(holder: &str, form: ContributionForm, day: &str, paid_in: &str) -> Fact {
    Fact::ShareChanged(ShareChange {
        date: date(day),
        document: "示例章程".into(),
        due: date("2030-12-31"),
        form,
        holder: code(holder),
        paid_in: yuan(paid_in),
        subscribed: yuan(if paid_in.starts_with('-') { "0.00" } else { "500000.00" }),
    })
}

fn paid(holder: &str, amount: &str, document: &str) -> CapitalPaid {
    CapitalPaid { amount: yuan(amount), date: date("2026-02-01"), document: document.into(), holder: code(holder) }
}

fn contributed() -> Fact {
    Fact::FixedAssetAdded(FixedAssetAdded { date: date("2026-03-01"), ..shop() })
}

fn fund() -> [Fact; 2] {
    let approved = FundApproved {
        amount: yuan("100000.00"),
        charter: Some("示例章程修正案".into()),
        code: code("ZJ-1"),
        community: Some(code("c2")),
        date: date("2026-01-01"),
        document: "示例批复1号".into(),
        grantor: "示例局".into(),
        name: "示例帮扶资金".into(),
        treatment: Treatment::Capital,
    };
    let (amount, document) = (yuan("100000.00"), "hd-9".into());
    let received = FundReceived { amount, date: date("2026-04-01"), document, fund: code("ZJ-1") };
    [Fact::FundApproved(approved), Fact::FundReceived(received)]
}

fn desk() -> Desk {
    let mut desk = Desk::new();
    desk.name(Dimension::Fund, &["ZJ-1"]);
    desk
}

/// Holder, paid in and posted of every row.
fn told(desk: &Desk, day: &str) -> Vec<(String, String, String)> {
    let rows = shares(&desk.registers, date(day)).into_iter();
    rows.map(|row| (row.holder.to_string(), row.paid_in.to_string(), row.posted.to_string())).collect()
}

fn row(holder: &str, paid_in: &str, posted: &str) -> (String, String, String) {
    (holder.into(), paid_in.into(), posted.into())
}

#[test]
fn money_of_a_share_is_posted_for_its_holder_and_no_more_than_the_register_has() {
    let mut desk = desk();
    assert_eq!(desk.refuse(&Fact::CapitalPaid(paid("c1", "0.01", "hd-1"))), ["capital_exceeds_paid_in"]);
    desk.take(share("c1", ContributionForm::Cash, "2026-01-01", "10000.00"));
    desk.take(share("c1", ContributionForm::InKind, "2026-01-01", "300000.00"));
    let lines = posted(&mut desk, Fact::CapitalPaid(paid("c1", "6000.00", "hd-1")));
    assert_eq!(lines, expect(&[(Bank, Debit, "6000.00", ""), (PaidInCapital, Credit, "6000.00", "c1")]));
    for (fact, expected) in [
        (paid("c1", "4000.01", "hd-2"), &["capital_exceeds_paid_in"][..]),
        (paid("c1", "0.00", "hd-2"), &["capital_amount"]),
        (paid("c1", "-1.00", "hd-2"), &["capital_amount"]),
        (paid("c1", "1.00", "hd-1"), &["capital_document_taken"]),
        (paid("c1", "1.00", " "), &["capital_document"]),
        (paid("c2", "1.00", "hd/1"), &["capital_document", "capital_exceeds_paid_in"]),
        (paid("c9", "1.00", "hd-2"), &["capital_exceeds_paid_in", "dimension_unknown"]),
    ] {
        assert_eq!(desk.refuse(&Fact::CapitalPaid(fact.clone())), expected, "{fact:?}");
    }
    // Less is paid in after a reduction, and what is posted stays.
    desk.take(share("c1", ContributionForm::Cash, "2026-02-02", "-3000.00"));
    assert_eq!(desk.refuse(&Fact::CapitalPaid(paid("c1", "1000.01", "hd-2"))), ["capital_exceeds_paid_in"]);
    desk.take(Fact::CapitalPaid(paid("c1", "1000.00", "hd-2")));
    desk.take(share("c1", ContributionForm::Cash, "2026-02-03", "-1.00"));
    assert_eq!(desk.refuse(&Fact::CapitalPaid(paid("c1", "0.01", "hd-3"))), ["capital_exceeds_paid_in"]);
}

#[test]
fn the_register_shows_what_of_every_form_is_posted() {
    let mut desk = desk();
    desk.take(share("c1", ContributionForm::Cash, "2026-01-01", "10000.00"));
    desk.take(share("c1", ContributionForm::InKind, "2026-01-01", "300000.00"));
    let facts = [Fact::CapitalPaid(paid("c1", "6000.00", "hd-1")), contributed()].into_iter().chain(fund());
    facts.for_each(|fact| drop(desk.take(fact)));
    for (day, expected) in [
        ("2026-01-31", vec![row("c1", "310000.00", "0.00")]),
        ("2026-02-01", vec![row("c1", "310000.00", "6000.00")]),
        ("2026-03-01", vec![row("c1", "310000.00", "306000.00")]),
        // The accounts have what the register was not told of.
        ("2026-04-01", vec![row("c1", "310000.00", "306000.00"), row("c2", "0.00", "100000.00")]),
    ] {
        assert_eq!(told(&desk, day), expected, "{day}");
    }
}

#[test]
fn capital_of_every_form_ties_and_is_taken_back() {
    let (mut desk, mut sums) = (desk(), ProducedSums::default());
    desk.take(share("c1", ContributionForm::Cash, "2026-01-01", "10000.00"));
    let account = desk.registers.roles.account(PaidInCapital).expect("a role");
    let mut add = |produced: &[Produced], times: i64| {
        for line in produced.iter().flat_map(|one| &one.lines) {
            sums.add(line.account, line.side, Amount::from_fen(line.amount.fen() * times), &line.dimensions);
        }
        sums.clone()
    };
    let untied = |registers: &Registers, sums: &ProducedSums| {
        differences(registers, sums).into_iter().filter(|one| one.account == account).count()
    };
    let [approved, received] = fund();
    desk.take(approved);
    let mut taken = Vec::new();
    for fact in [Fact::CapitalPaid(paid("c1", "6000.00", "hd-1")), contributed(), received] {
        let before = desk.registers.clone();
        let produced = desk.take(fact);
        assert_eq!(untied(&desk.registers, &add(&produced, 1)), 0);
        taken.push((before, produced));
    }
    while let Some((before, produced)) = taken.pop() {
        let back = Fact::Withdrawn(Withdrawal { reference: produced[0].reference.clone() });
        desk.take(back.clone());
        assert_eq!(untied(&desk.registers, &add(&produced, -1)), 0);
        assert_eq!(desk.registers, Registers { withdrawals: desk.registers.withdrawals, ..before });
        assert_eq!(desk.refuse(&back), ["reference_unknown"], "once only");
    }
    // Twice in the accounts, once in the register.
    let produced = desk.take(Fact::CapitalPaid(paid("c1", "6000.00", "hd-1")));
    assert_eq!(untied(&desk.registers, &add(&produced, 2)), 1);
}
