//! Facts §7.2 J6: what a community distributes, and what it pays of that.

use crate::collective::roles::role::Role::*;
use crate::collective::shares::distribution::community::register::{MemberDistributionPaid, MemberPaid, OtherDistributionPaid};
use crate::collective::shares::distribution::community::{CollectiveResolution, MemberWeight};
use crate::collective::stakes::tests::{about, desk, told, withdrawal};
use crate::collective::tests::desk::{Desk, code, date, yuan};
use crate::collective::tie::{ProducedSums, differences};
use crate::collective::{Fact, Registers, shares};
use crate::ledger::Dimension;
use crate::ledger::Side::{Credit, Debit};
use crate::ledger::chart::ChartStandard;

fn rural() -> Desk {
    desk(ChartStandard::RuralCollective2023)
}

fn collective(members: &[(&str, u32)]) -> CollectiveResolution {
    CollectiveResolution {
        code: code("R1"),
        date: date("2026-01-20"),
        member_distribution: yuan("10000.00"),
        members: members.iter().map(|(member, weight)| MemberWeight { member: code(member), weight: *weight }).collect(),
        net_income: yuan("20000.00"),
        number: "示例决议1号".into(),
        other: yuan("500.00"),
        published: date("2026-01-10"),
        reserve: yuan("4000.00"),
        reviewed: "示例审核1号".into(),
        undistributed_before: yuan("-1000.00"),
    }
}

#[test]
fn a_community_sets_aside_its_reserve_and_then_pays_its_members() {
    let resolved = about(&[(Dimension::Resolution, "R1")]);
    let to = |member: &str| about(&[(Dimension::Counterparty, member), (Dimension::Resolution, "R1")]);
    let reserve = [
        (CollectiveReserveTaken, Debit, yuan("4000.00"), resolved.clone()),
        (CollectiveReserve, Credit, yuan("4000.00"), vec![]),
        (MemberDistributionTaken, Debit, yuan("10000.00"), resolved.clone()),
    ];
    let other = [
        (OtherDistributionTaken, Debit, yuan("500.00"), resolved.clone()),
        (OtherDistributionPayable, Credit, yuan("500.00"), resolved.clone()),
    ];
    let by_member = [
        (MemberPayable, Credit, yuan("3333.34"), to("m1")),
        (MemberPayable, Credit, yuan("3333.33"), to("m2")),
        (MemberPayable, Credit, yuan("3333.33"), to("m3")),
    ];
    let in_all = [(MemberPayable, Credit, yuan("10000.00"), resolved)];
    for (members, payable) in [(&[("m3", 1), ("m2", 1), ("m1", 1)][..], &by_member[..]), (&[], &in_all[..])] {
        let mut desk = rural();
        let lines = told(&desk.lines(Fact::CollectiveDistributed(collective(members))));
        assert_eq!(lines, [&reserve[..], payable, &other[..]].concat(), "J6");
        assert_eq!(desk.refuse(&Fact::CollectiveDistributed(collective(members))), ["resolution_taken"]);
        let rows = shares::report::distributions(&desk.registers);
        let amounts: Vec<_> = rows.iter().filter(|row| row.member.is_none()).map(|row| row.amount.to_string()).collect();
        assert_eq!(amounts, ["1000.00", "4000.00", "10000.00", "500.00", "4500.00"], "losses first, and what stays");
    }
}

fn members_paid(amount: &str, document: &str, members: &[(&str, &str)]) -> MemberDistributionPaid {
    MemberDistributionPaid {
        amount: yuan(amount),
        date: date("2026-01-28"),
        document: document.into(),
        members: members.iter().map(|(member, amount)| MemberPaid { amount: yuan(amount), member: code(member) }).collect(),
        resolution: code("R1"),
    }
}

fn other_paid(amount: &str, document: &str) -> OtherDistributionPaid {
    OtherDistributionPaid { amount: yuan(amount), date: date("2026-01-28"), document: document.into(), resolution: code("R1") }
}

/// Part, member, paid and owed of the parts that are owed to somebody.
fn open(registers: &Registers) -> Vec<(String, String, String)> {
    let rows = shares::report::distributions(registers).into_iter();
    let name = |row: &shares::report::DistributionRow| row.member.as_ref().map_or(row.part.to_owned(), ToString::to_string);
    rows.filter_map(|row| Some((name(&row), row.paid?.to_string(), row.owed?.to_string()))).collect()
}

fn row(part: &str, paid: &str, owed: &str) -> (String, String, String) {
    (part.into(), paid.into(), owed.into())
}

#[test]
fn members_and_others_are_paid_from_the_bank() {
    let resolved = about(&[(Dimension::Resolution, "R1")]);
    let mut desk = rural();
    desk.take(Fact::CollectiveDistributed(collective(&[])));
    let lines = told(&desk.lines(Fact::MemberDistributionPaid(members_paid("6000.00", "ff-1", &[]))));
    let paid = yuan("6000.00");
    assert_eq!(lines, [(MemberPayable, Debit, paid, resolved.clone()), (Bank, Credit, paid, vec![])], "in all, by a list");
    let lines = told(&desk.lines(Fact::OtherDistributionPaid(other_paid("500.00", "hd-1"))));
    let paid = yuan("500.00");
    assert_eq!(lines, [(OtherDistributionPayable, Debit, paid, resolved), (Bank, Credit, paid, vec![])]);
    assert_eq!(open(&desk.registers), [row("向成员分配", "6000.00", "4000.00"), row("其他", "500.00", "0.00")]);

    let mut desk = rural();
    desk.take(Fact::CollectiveDistributed(collective(&[("m1", 1), ("m2", 1), ("m3", 1)])));
    let list = members_paid("5333.34", "ff-1", &[("m1", "3333.34"), ("m2", "2000.00")]);
    let lines = told(&desk.lines(Fact::MemberDistributionPaid(list)));
    let to = |member: &str| about(&[(Dimension::Counterparty, member), (Dimension::Resolution, "R1")]);
    let expected = [
        (MemberPayable, Debit, yuan("3333.34"), to("m1")),
        (MemberPayable, Debit, yuan("2000.00"), to("m2")),
        (Bank, Credit, yuan("5333.34"), vec![]),
    ];
    assert_eq!(lines, expected, "by member, and one transfer");
    let members = [row("m1", "3333.34", "0.00"), row("m2", "2000.00", "1333.33"), row("m3", "0.00", "3333.33")];
    let all = [&[row("向成员分配", "5333.34", "4666.66")], &members[..], &[row("其他", "0.00", "500.00")]].concat();
    assert_eq!(open(&desk.registers), all);
}

#[test]
fn no_more_than_is_owed_is_paid_and_only_once() {
    let mut in_all = rural();
    let first = members_paid("6000.00", "ff-1", &[]);
    assert_eq!(in_all.refuse(&Fact::MemberDistributionPaid(first.clone())), ["resolution_unknown"]);
    assert_eq!(in_all.refuse(&Fact::OtherDistributionPaid(other_paid("1.00", "hd-1"))), ["resolution_unknown"]);
    in_all.take(Fact::CollectiveDistributed(collective(&[])));
    in_all.take(Fact::MemberDistributionPaid(first));
    in_all.take(Fact::OtherDistributionPaid(other_paid("499.99", "hd-1")));
    let early = |payment: MemberDistributionPaid| MemberDistributionPaid { date: date("2026-01-19"), ..payment };
    for (payment, expected) in [
        (members_paid("4000.01", "ff-2", &[]), &["payment_exceeds_owed"][..]),
        (members_paid("0.00", "ff-2", &[]), &["payment_exceeds_owed"]),
        (members_paid("1.00", "ff-1", &[]), &["payment_document"]),
        (members_paid("1.00", " ", &[]), &["payment_document"]),
        (members_paid("1.00", "ff/2", &[]), &["payment_document"]),
        (members_paid("1.00", &"长".repeat(101), &[]), &["text_too_long"]),
        (early(members_paid("1.00", "ff-2", &[])), &["payment_date_reversed"]),
        (members_paid("1.00", "ff-2", &[("m1", "1.00")]), &["payment_members_differ"]),
    ] {
        assert_eq!(in_all.refuse(&Fact::MemberDistributionPaid(payment.clone())), expected, "{payment:?}");
    }
    for (payment, expected) in [
        (other_paid("0.02", "hd-2"), &["payment_exceeds_owed"][..]),
        (other_paid("0.01", "hd-1"), &["payment_document"]),
        (OtherDistributionPaid { date: date("2026-01-19"), ..other_paid("0.01", "hd-2") }, &["payment_date_reversed"]),
    ] {
        assert_eq!(in_all.refuse(&Fact::OtherDistributionPaid(payment.clone())), expected, "{payment:?}");
    }
    in_all.take(Fact::MemberDistributionPaid(members_paid("4000.00", "ff-2", &[])));

    let mut by_member = rural();
    by_member.take(Fact::CollectiveDistributed(collective(&[("m1", 3), ("m2", 1)])));
    by_member.take(Fact::MemberDistributionPaid(members_paid("2500.00", "ff-1", &[("m2", "2500.00")])));
    for (payment, expected) in [
        (members_paid("1.00", "ff-2", &[]), &["payment_members_differ"][..]),
        (members_paid("1.00", "ff-2", &[("m2", "1.00")]), &["payment_exceeds_owed"]),
        (members_paid("1.00", "ff-2", &[("m3", "1.00")]), &["payment_exceeds_owed"]),
        (members_paid("2.00", "ff-2", &[("m1", "1.00")]), &["payment_total_differs"]),
        (members_paid("2.00", "ff-2", &[("m1", "1.00"), ("m1", "1.00")]), &["payment_order"]),
        (members_paid("1.00", "ff-2", &[("m1", "2.00"), ("m2", "-1.00")]), &["payment_exceeds_owed"]),
    ] {
        assert_eq!(by_member.refuse(&Fact::MemberDistributionPaid(payment.clone())), expected, "{payment:?}");
    }
    by_member.take(Fact::MemberDistributionPaid(members_paid("7500.00", "ff-2", &[("m1", "7500.00")])));
}

#[test]
fn payments_are_taken_back_before_their_resolution_and_the_accounts_follow() {
    for members in [&[][..], &[("m1", 1)]] {
        let (mut desk, mut sums) = (rural(), ProducedSums::default());
        let list: &[(&str, &str)] = if members.is_empty() { &[] } else { &[("m1", "6000.00")] };
        let mut taken: Vec<(Registers, String)> = Vec::new();
        for fact in [
            Fact::CollectiveDistributed(collective(members)),
            Fact::MemberDistributionPaid(members_paid("6000.00", "ff-1", list)),
            Fact::OtherDistributionPaid(other_paid("500.00", "ff-1")),
        ] {
            let (before, word) = (desk.registers.clone(), fact.word());
            let produced = desk.take(fact).remove(0);
            let add = |line: &crate::ledger::DraftLine| sums.add(line.account, line.side, line.amount, &line.dimensions);
            produced.lines.iter().for_each(add);
            assert_eq!(differences(&desk.registers, &sums), [], "{word}");
            taken.push((before, produced.reference));
        }
        assert_eq!(desk.refuse(&withdrawal(&taken[0].1)), ["reference_unknown"], "not while something is paid on it");
        // Without their vouchers the account holds more than the register.
        let mut astray = desk.registers.clone();
        withdrawal("member_distribution_paid/R1/ff-1").apply(&mut astray);
        let found = differences(&astray, &sums);
        assert_eq!(found.iter().map(|one| (one.register, one.posted)).collect::<Vec<_>>(), [(-1_000_000, -400_000)]);
        while let Some((before, reference)) = taken.pop() {
            desk.take(withdrawal(&reference));
            assert_eq!(desk.registers, Registers { withdrawals: desk.registers.withdrawals, ..before }, "{reference}");
            assert_eq!(desk.refuse(&withdrawal(&reference)), ["reference_unknown"], "once only");
        }
    }
}
