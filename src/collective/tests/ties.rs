//! Registers and accounts agree after every fact, and a register that says something else is told.

use crate::collective::contracts::money::Money;
use crate::collective::contracts::terms::ContractKind;
use crate::collective::contracts::tests::contracts::{card, entrusted, money, step, terms};
use crate::collective::custody::asset::Step;
use crate::collective::fact::Withdrawal;
use crate::collective::produce::Produced;
use crate::collective::roles::role::{Role, RoleAccount, RolesAssigned};
use crate::collective::tests::desk::{Desk, code};
use crate::collective::tie::{ProducedSums, differences};
use crate::collective::{Fact, Registers};
use crate::ledger::{Amount, Dimension, DimensionSet, Side};

pub fn add(sums: &mut ProducedSums, produced: &[Produced]) {
    for line in produced.iter().flat_map(|one| &one.lines) {
        sums.add(line.account, line.side, line.amount, &line.dimensions);
    }
}

#[test]
fn registers_tie_to_what_their_facts_have_posted() {
    let (mut desk, mut sums) = (Desk::new(), ProducedSums::default());
    let facts = [
        card("DG-1"),
        Fact::AssetStepped(step(Step::Certified, "2025-12-01")),
        entrusted(4_000),
        Fact::ContractSigned(terms("HT-1", ContractKind::Lease)),
        money("HT-1", Money::Deposit, "5000.00", "hd-2"),
        money("HT-1", Money::DepositRefunded, "2000.00", "hd-3"),
    ];
    for fact in facts {
        let word = fact.word();
        add(&mut sums, &desk.take(fact));
        assert_eq!(differences(&desk.registers, &sums), [], "{word}");
    }
    // The register forgets a deposit that the account still holds.
    desk.take(Fact::Withdrawn(Withdrawal { reference: "money_received/HT-1/hd-3".into() }));
    let found = differences(&desk.registers, &sums);
    assert_eq!(found.len(), 1);
    assert_eq!((&found[0].code, found[0].register, found[0].posted), (&code("HT-1"), -500_000, -300_000));
    // And the account holds an asset that no card tells of.
    let asset = desk.take(Fact::AssetStepped(step(Step::Returned, "2026-12-31")));
    add(&mut sums, &asset);
    add(&mut sums, &asset);
    assert_eq!(differences(&desk.registers, &sums).len(), 3, "asset, its contra, and the deposit");
}

/// One account for two debts that are told apart by different codes: neither can be told from it.
#[test]
fn an_account_that_is_told_apart_in_two_ways_is_not_tied() {
    let mut desk = Desk::new();
    let mut sums = ProducedSums::default();
    let payable = desk.registers.roles.account(Role::SupplierPayable).expect("an account");
    let line = |dimension: Dimension, text: &str| {
        let mut dimensions = DimensionSet::new();
        dimensions.insert(dimension, code(text));
        dimensions
    };
    sums.add(payable, Side::Credit, Amount::from_fen(100), &line(Dimension::Counterparty, "z1"));
    assert_eq!(differences(&desk.registers, &sums).len(), 1, "owed to a supplier that delivered nothing");
    let consignments = RoleAccount { account: payable, role: Role::ConsignmentPayable };
    let mut registers = Registers::default();
    registers
        .roles
        .apply(&RolesAssigned { roles: vec![RoleAccount { role: Role::SupplierPayable, ..consignments }, consignments] });
    desk.registers = registers;
    assert_eq!(differences(&desk.registers, &sums), [], "or owed to a grower");
}
