//! 社区工作经费 (facts §7.2 H6): on the books of a community, in memorandum accounts of a company that only keeps it.

use crate::collective::funds::working_fund::{WorkingFundReceived, WorkingFundSpent};
use crate::collective::produce::{Lines, Produced};
use crate::collective::record::Record;
use crate::collective::registers::Registers;
use crate::collective::roles::role::Role;
use crate::ledger::amount::negated;
use crate::ledger::chart::ChartStandard;
use crate::ledger::refusal::Rule;
use crate::ledger::{Amount, Book, Dimension, DimensionCode, DraftLine, Element};

impl Record for WorkingFundReceived {
    fn codes(&self) -> Vec<(Dimension, &DimensionCode)> {
        vec![(Dimension::Community, &self.community)]
    }

    fn examine(&self, registers: &Registers, book: &Book) -> Vec<Rule> {
        let mut rules = registers.working_funds.examine_received(self);
        rules.extend(outside(registers, book));
        rules.extend(shared_income(registers, book));
        rules
    }

    fn apply(&self, registers: &mut Registers) {
        registers.working_funds.receive(self);
    }

    fn produce(&self, registers: &Registers, book: &Book) -> Result<Vec<Produced>, Rule> {
        let lines = match book.profile.standard {
            ChartStandard::SmallEnterprise2013 => kept(registers, book, &self.community, self.amount)?,
            ChartStandard::RuralCollective2023 => {
                pair(registers, book, Role::WorkingFundBank, Role::WorkingFundIncome, &self.community, self.amount)?
            }
        };
        Ok(vec![Produced {
            reference: format!("working_fund_received/{}/{}/{}", self.community, self.year, self.document),
            date: self.date,
            memo: format!("社区{} {} 年度工作经费到账：{}（{}）", self.community, self.year, self.grantor, self.document),
            lines,
        }])
    }

    fn withdraw(registers: &mut Registers, parts: &[&str]) -> Option<()> {
        let (community, year, document) = key(parts)?;
        registers.working_funds.withdraw_received(&community, year, document)
    }
}

impl Record for WorkingFundSpent {
    fn codes(&self) -> Vec<(Dimension, &DimensionCode)> {
        vec![(Dimension::Community, &self.community)]
    }

    fn examine(&self, registers: &Registers, book: &Book) -> Vec<Rule> {
        let mut rules = registers.working_funds.examine_spent(self);
        rules.extend(outside(registers, book));
        rules
    }

    fn apply(&self, registers: &mut Registers) {
        registers.working_funds.spend(self);
    }

    fn produce(&self, registers: &Registers, book: &Book) -> Result<Vec<Produced>, Rule> {
        let lines = match book.profile.standard {
            ChartStandard::SmallEnterprise2013 => {
                // In red, as custody ends: what is kept is less by it.
                let gone = negated(self.amount);
                kept(registers, book, &self.community, gone)?
            }
            ChartStandard::RuralCollective2023 => {
                pair(registers, book, Role::OperatingCost, Role::WorkingFundBank, &self.community, self.amount)?
            }
        };
        Ok(vec![Produced {
            reference: format!("working_fund_spent/{}/{}/{}", self.community, self.year, self.document),
            date: self.date,
            memo: format!("社区{} {} 年度工作经费支出：{}（{}）", self.community, self.year, self.purpose, self.document),
            lines,
        }])
    }

    fn withdraw(registers: &mut Registers, parts: &[&str]) -> Option<()> {
        let (community, year, document) = key(parts)?;
        registers.working_funds.withdraw_spent(&community, year, document)
    }
}

fn key<'a>(parts: &[&'a str]) -> Option<(DimensionCode, u32, &'a str)> {
    let &[community, year, document] = parts else { return None };
    Some((DimensionCode::parse(community)?, year.parse().ok()?, document))
}

fn pair(
    registers: &Registers,
    book: &Book,
    debit: Role,
    credit: Role,
    community: &DimensionCode,
    amount: Amount,
) -> Result<Vec<DraftLine>, Rule> {
    let tags = [(Dimension::Community, community)];
    let mut lines = Lines::new(registers, book);
    lines.debit(debit, amount, &tags)?;
    lines.credit(credit, amount, &tags)?;
    Ok(lines.done())
}

/// A company keeps the money for others: memorandum only.
fn kept(registers: &Registers, book: &Book, community: &DimensionCode, amount: Amount) -> Result<Vec<DraftLine>, Rule> {
    pair(registers, book, Role::WorkingFundHeld, Role::WorkingFundContra, community, amount)
}

/// What is left out of income tables by its account must be alone on it.
fn shared_income(registers: &Registers, book: &Book) -> Option<Rule> {
    if book.profile.standard != ChartStandard::RuralCollective2023 {
        return None;
    }
    let account = registers.roles.account(Role::WorkingFundIncome).ok()?;
    let (other, _) = registers.roles.iter().find(|(role, found)| *found == account && *role != Role::WorkingFundIncome)?;
    let message = format!(
        "“{}”与“{}”用了同一个科目 {account}，工作经费就分不出来。请在 503 下自设一个明细科目，再设置科目对应。",
        Role::WorkingFundIncome.chinese(),
        other.chinese()
    );
    Some(Rule::business("working_fund_income_shared", message))
}

/// Fiscal money never stands in a company's income, nor in any account of its statements (facts §2.1).
fn outside(registers: &Registers, book: &Book) -> Vec<Rule> {
    if book.profile.standard != ChartStandard::SmallEnterprise2013 {
        return Vec::new();
    }
    let wrong = |role: Role| {
        let account = registers.roles.account(role).ok()?;
        let element = book.chart.get(&account)?.element;
        (element != Element::Memorandum).then(|| {
            let name = role.chinese();
            let message = format!(
                "公司只代管社区工作经费，“{name}”要用表外科目，科目 {account} 不是。请自设 9 开头的科目，再设置科目对应。"
            );
            Rule::business("working_fund_not_memorandum", message)
        })
    };
    [Role::WorkingFundHeld, Role::WorkingFundContra].into_iter().filter_map(wrong).collect()
}
