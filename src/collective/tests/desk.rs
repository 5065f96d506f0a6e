//! A desk for tests: a book in which every role has an account of its own, so that lines can be read back as roles.

use crate::collective::contracts::register::ContractRegister;
use crate::collective::produce::Produced;
use crate::collective::roles::role::{Role, RoleAccount, RolesAssigned};
use crate::collective::{Fact, Registers};
use crate::ledger::book::BookProfile;
use crate::ledger::chart::ChartStandard;
use crate::ledger::refusal::Rule;
use crate::ledger::{AccountCode, Amount, Book, Dimension, DimensionCode, DimensionValue, DraftLine, Period, Side};
use jiff::civil::Date;

pub fn code(text: &str) -> DimensionCode {
    DimensionCode::parse(text).expect("code")
}

pub fn yuan(text: &str) -> Amount {
    Amount::parse_canonical(text).expect("amount")
}

pub fn date(text: &str) -> Date {
    text.parse().expect("date")
}

/// Accounts of a desk start here: 8000 plays the first role.
const FIRST_ACCOUNT: usize = 8000;

fn book(standard: ChartStandard) -> Book {
    let mut book = Book::new(BookProfile {
        code: "demo".into(),
        name: "示例账".into(),
        organisation: "示例公司".into(),
        standard,
        first_period: Period::new(2026, 1).expect("period"),
        attachments_required: true,
    });
    book.apply_accounts(&standard.accounts());
    book
}

/// Takes facts in as the writer does: examined, drafted, applied.
pub struct Desk {
    pub book: Book,
    pub registers: Registers,
}

impl Desk {
    /// A small enterprise's book with two communities, a counterparty, two assets and a few contracts.
    pub fn new() -> Desk {
        let mut desk = Desk::of(ChartStandard::SmallEnterprise2013);
        for (dimension, codes) in [
            (Dimension::Community, &["c1", "c2"][..]),
            (Dimension::IncomeType, &["02"]),
            (Dimension::Counterparty, &["z1"]),
            (Dimension::Asset, &["DG-1", "FW-1"]),
            (Dimension::Contract, &["HT-1", "HT-2", "HT-3", "HT-4", "HT-5"]),
        ] {
            desk.name(dimension, codes);
        }
        desk
    }

    /// A book of a standard in which every role has its account and no code is registered yet.
    pub fn of(standard: ChartStandard) -> Desk {
        let book = book(standard);
        let registers = Registers::of_book(book.profile.first_period.first_day());
        let mut desk = Desk { book, registers };
        let account = |index: usize| AccountCode::parse(&(FIRST_ACCOUNT + index).to_string()).expect("code");
        let roles = Role::ALL.iter().enumerate().map(|(index, role)| RoleAccount { role: *role, account: account(index) });
        desk.registers.roles.apply(&RolesAssigned { roles: roles.collect() });
        desk
    }

    /// The same desk, but its book began in another month.
    pub fn begun(mut self, first_period: &str) -> Desk {
        let first_period = Period::parse(first_period).expect("period");
        self.book.profile.first_period = first_period;
        self.registers.contracts = ContractRegister::of_book(first_period.first_day()).into();
        self
    }

    /// Registers codes of a dimension.
    pub fn name(&mut self, dimension: Dimension, codes: &[&str]) {
        let value = |text: &&str| DimensionValue {
            dimension,
            code: code(text),
            name: format!("示例{text}"),
            parent: None,
            remark: "示例".into(),
        };
        self.book.apply_dimension_values(&codes.iter().map(value).collect::<Vec<_>>());
    }

    pub fn refuse(&self, fact: &Fact) -> Vec<&'static str> {
        let rules = fact.examine(&self.registers, &self.book);
        if matches!(fact, Fact::Withdrawn(_)) && !rules.is_empty() {
            let mut registers = self.registers.clone();
            fact.apply(&mut registers);
            assert!(registers == self.registers, "{fact:?} is refused and changes nothing");
        }
        rules.iter().map(Rule::code).collect()
    }

    pub fn take(&mut self, fact: Fact) -> Vec<Produced> {
        let before = self.registers.clone();
        let rules = fact.examine(&self.registers, &self.book);
        assert!(rules.is_empty(), "{rules:?}");
        let produced = fact.produce(&self.registers, &self.book).expect("produced");
        // The bytes say what the fact says.
        assert_eq!(Fact::decode(fact.word(), &fact.encode()).as_ref(), Some(&fact));
        fact.apply(&mut self.registers);
        if let Fact::Withdrawn(_) = fact {
            let counted = Registers { withdrawals: self.registers.withdrawals, ..before };
            assert_ne!(self.registers, counted, "{fact:?} is not refused and takes something back");
        }
        produced
    }

    /// The lines of the one voucher that a fact asks for.
    pub fn one(&mut self, fact: Fact) -> Vec<(Role, Side, Amount)> {
        self.lines(fact).iter().map(|line| (role(line), line.side, line.amount)).collect()
    }

    /// The same with the codes that each line carries.
    pub fn lines(&mut self, fact: Fact) -> Vec<DraftLine> {
        let mut produced = self.take(fact);
        assert_eq!(produced.len(), 1);
        produced.remove(0).lines
    }
}

/// The role that a line's account plays.
pub fn role(line: &DraftLine) -> Role {
    let number: usize = line.account.as_str().parse().expect("a number");
    Role::ALL[number - FIRST_ACCOUNT]
}
