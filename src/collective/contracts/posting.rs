//! 合同: what follows its terms, and the posting patterns of rent, deposits and accruals (facts §7.2 B, C, D, G).

mod service;

use crate::collective::contracts::accrual;
use crate::collective::contracts::advance::refund_net;
use crate::collective::contracts::money::{Money, MoneyReceived};
use crate::collective::contracts::recognition::{Recognition, taxed};
use crate::collective::contracts::register::{Accrual, Contract, ContractEnd, ContractVoid, Month, unknown};
use crate::collective::contracts::schedule::whole_term;
use crate::collective::contracts::tax::{Taxed, to_move_early};
use crate::collective::contracts::terms::{ContractKind, ContractTerms};
use crate::collective::custody::asset::EntrustedAsset;
use crate::collective::custody::posting::contract_rules;
use crate::collective::produce::{Lines, Produced};
use crate::collective::record::Record;
use crate::collective::registers::Registers;
use crate::collective::roles::role::Role;
use crate::ledger::amount::less;
use crate::ledger::refusal::Rule;
use crate::ledger::{Amount, Book, Dimension, DimensionCode, Period};
use jiff::civil::Date;

impl Record for ContractTerms {
    fn codes(&self) -> Vec<(Dimension, &DimensionCode)> {
        let mut codes = vec![
            (Dimension::Contract, &self.code),
            (Dimension::Community, &self.community),
            (Dimension::Counterparty, &self.counterparty),
            (Dimension::IncomeType, &self.income_type),
        ];
        codes.extend(self.asset.as_ref().map(|code| (Dimension::Asset, code)));
        codes
    }

    fn implied(&self) -> i128 {
        whole_term(self)
    }

    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        let mut rules = registers.contracts.examine_terms(self);
        if registers.consignments.get(&self.code).is_some() {
            rules.push(Rule::business(
                "contract_code_taken",
                format!("合同 {} 已是代销合同。编码不能重复使用，请换一个。", self.code),
            ));
        }
        rules.extend(contract_rules(self, registers));
        rules
    }

    fn apply(&self, registers: &mut Registers) {
        let asset = self.asset.as_ref().and_then(|asset| registers.assets.get(asset));
        let entrusted = asset.is_some_and(|asset| asset.in_custody_on(self.start));
        registers.contracts.sign(self, entrusted);
    }
}

impl Record for ContractEnd {
    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        registers.contracts.examine_end(self)
    }

    fn apply(&self, registers: &mut Registers) {
        registers.contracts.end(self);
    }
}

/// A code is a contract's or a consignment's, never both: either can be void.
impl Record for ContractVoid {
    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        match registers.consignments.get(&self.contract) {
            Some(_) => registers.consignments.examine_void(self),
            None => registers.contracts.examine_void(self),
        }
    }

    fn apply(&self, registers: &mut Registers) {
        registers.contracts.void(self);
        registers.consignments.void(self);
    }
}

impl Record for Accrual {
    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        let mut rules = Vec::new();
        if self.contracts.is_empty() {
            rules.push(Rule::NothingDeclared);
        }
        if self.contracts.windows(2).any(|pair| pair[0] >= pair[1]) {
            rules.push(Rule::business("accrual_order", "合同要按编码排列，每份只写一次。"));
        }
        let due = accrual::due(&registers.contracts, self.period);
        for code in &self.contracts {
            if registers.contracts.get(code).is_none() {
                rules.push(unknown(code));
            } else if due.binary_search(code).is_err() {
                let message = format!("合同 {code} 在 {} 没有要计提的收入，或已经计提。", self.period);
                rules.push(Rule::business("accrual_not_due", message));
            }
        }
        rules
    }

    fn apply(&self, registers: &mut Registers) {
        for code in &self.contracts {
            let month = registers.contracts.get(code).and_then(|contract| accrual::month(contract, self.period).ok());
            // What has no amount was refused a voucher, and with it the fact.
            registers.contracts.accrue(code, self.period, month.unwrap_or_default());
        }
    }

    /// C1, C3, D1: one draft a contract.
    fn produce(&self, registers: &Registers, book: &Book) -> Result<Vec<Produced>, Rule> {
        self.contracts.iter().map(|code| accrue(registers, book, code, self.period)).collect()
    }

    fn withdraw(registers: &mut Registers, parts: &[&str]) -> Option<()> {
        let &[contract, period] = parts else { return None };
        registers.contracts.withdraw_accrual(&DimensionCode::parse(contract)?, Period::parse(period)?)
    }
}

impl Record for MoneyReceived {
    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        registers.contracts.examine_money(self)
    }

    fn apply(&self, registers: &mut Registers) {
        if let Some((asset, due)) = treasury_part(registers, self) {
            registers.treasury.collect(&asset, self, due);
        }
        let contract = registers.contracts.get(&self.contract).filter(|_| self.kind == Money::Rent);
        let moved = contract.and_then(|contract| moved_with(contract, self).ok()).unwrap_or_default();
        registers.contracts.receive(self, moved);
    }

    fn produce(&self, registers: &Registers, book: &Book) -> Result<Vec<Produced>, Rule> {
        money_received(registers, book, self).map(|one| vec![one])
    }

    fn withdraw(registers: &mut Registers, parts: &[&str]) -> Option<()> {
        let &[contract, document] = parts else { return None };
        let contract = DimensionCode::parse(contract)?;
        if let Some(asset) = registers.contracts.get(&contract)?.terms.asset.clone() {
            registers.treasury.withdraw_collected(&asset, &contract, document)?;
        }
        registers.contracts.withdraw_money(&contract, document)
    }
}

/// The entrusted asset that a contract is over: one that was in custody when the contract began.
pub fn entrusted<'a>(registers: &'a Registers, contract: &'a Contract) -> Option<(&'a DimensionCode, &'a EntrustedAsset)> {
    let code = contract.terms.asset.as_ref()?;
    Some((code, registers.assets.get(code).filter(|_| contract.entrusted)?))
}

/// What of a receipt is the treasury's, with the asset that earned it.
fn treasury_part(registers: &Registers, money: &MoneyReceived) -> Option<(DimensionCode, Amount)> {
    let contract = registers.contracts.get(&money.contract).filter(|_| money.kind == Money::Rent)?;
    let (code, asset) = entrusted(registers, contract)?;
    Some((code.clone(), asset.rent_destination_on(money.date)?.split(money.amount).0))
}

fn money_received(registers: &Registers, book: &Book, money: &MoneyReceived) -> Result<Produced, Rule> {
    let contract = registers.contracts.get(&money.contract).ok_or_else(|| unknown(&money.contract))?;
    let terms = &contract.terms;
    let party = party(contract);
    let mut lines = Lines::new(registers, book);
    match money.kind {
        Money::Rent => rent(&mut lines, contract, money)?,
        // C4
        Money::Deposit => {
            lines.debit(Role::Bank, money.amount, &[])?;
            lines.credit(Role::DepositPayable, money.amount, &party)?;
        }
        Money::DepositRefunded => {
            lines.debit(Role::DepositPayable, money.amount, &party)?;
            lines.credit(Role::Bank, money.amount, &[])?;
        }
        Money::DepositForfeited => {
            lines.debit(Role::DepositPayable, money.amount, &party)?;
            lines.credit(Role::PenaltyIncome, money.amount, &[])?;
        }
        Money::RentRefunded => refund(&mut lines, contract, money)?,
        // C6
        Money::LateFee => {
            lines.debit(Role::Bank, money.amount, &[])?;
            lines.credit(Role::PenaltyIncome, money.amount, &[])?;
        }
    }
    Ok(Produced {
        reference: format!("money_received/{}/{}", money.contract, money.document),
        date: money.date,
        memo: format!("{}合同{}：{}（{}）", terms.kind.chinese(), terms.code, money.kind.chinese_of(terms.kind), money.document),
        lines: lines.done(),
    })
}

/// What rent becomes when it arrives depends on whose asset it is and when it was earned.
fn rent(lines: &mut Lines, contract: &Contract, money: &MoneyReceived) -> Result<(), Rule> {
    let terms = &contract.terms;
    let (registers, amount) = (lines.registers, money.amount);
    lines.debit(Role::Bank, amount, &[])?;
    if let Some((code, asset)) = entrusted(registers, contract) {
        // B1, B2: the treasury's share is nobody's income.
        let to = asset.rent_destination_on(money.date).ok_or_else(|| destination_missing(code, money.date))?;
        let (due, kept) = to.split(amount);
        lines.credit(Role::TreasuryPayable, due, &[(Dimension::Asset, code)])?;
        let (net, tax) = taxed(terms.kind, kept, money.date)?;
        let tags =
            [(Dimension::Community, &terms.community), (Dimension::IncomeType, &terms.income_type), (Dimension::Asset, code)];
        let income = if terms.kind == ContractKind::Participation { Role::InvestmentIncome } else { Role::EntrustedIncome };
        lines.credit(income, net, &tags)?;
        return lines.credit(Role::Vat, tax, &[]);
    }
    match contract.recognition() {
        // G1: what was confirmed before is paid first, the rest is earned now.
        Recognition::OnReceipt => {
            let confirmed = contract.services.covered_by(amount);
            lines.credit(Role::ServiceReceivable, confirmed, &party(contract))?;
            let (net, tax) = taxed(terms.kind, less(amount, confirmed), money.date)?;
            lines.credit(Role::IntermediaryIncome, net, &income_tags(contract))?;
            lines.credit(Role::Vat, tax, &[])
        }
        // C2, D3: tax is due with the money, income comes month by month.
        Recognition::Advance => {
            let (net, tax) = taxed(terms.kind, amount, money.date)?;
            lines.credit(Role::RentAdvance, net, &[(Dimension::Contract, &terms.code)])?;
            lines.credit(Role::Vat, tax, &[])
        }
        Recognition::Receivable => {
            lines.credit(terms.receivable(), amount, &party(contract))?;
            wait_for_tax(lines, contract, Amount::ZERO, moved_with(contract, money)?)
        }
    }
}

/// The tax that a receipt moves because it came in a month before it was due.
fn moved_with(contract: &Contract, money: &MoneyReceived) -> Result<Taxed, Rule> {
    let mut paid = contract.clone();
    paid.money.insert(money.document.clone(), money.clone());
    to_move_early(&paid, money.date)
}

/// What was received too much goes back where it stands; its tax in red, as with goods that come back (F6).
fn refund(lines: &mut Lines, contract: &Contract, money: &MoneyReceived) -> Result<(), Rule> {
    let terms = &contract.terms;
    if contract.recognition() == Recognition::Advance {
        let net = refund_net(contract, money.amount)?;
        lines.debit(Role::RentAdvance, net, &[(Dimension::Contract, &terms.code)])?;
        lines.credit(Role::Vat, less(net, money.amount), &[])?;
    } else {
        lines.debit(terms.receivable(), money.amount, &party(contract))?;
    }
    lines.credit(Role::Bank, money.amount, &[])
}

/// Who owes, and by which contract.
pub fn party(contract: &Contract) -> [(Dimension, &DimensionCode); 2] {
    [(Dimension::Counterparty, &contract.terms.counterparty), (Dimension::Contract, &contract.terms.code)]
}

/// Whose income it is: also of an asset of one's own, where the contract is over one (facts §7.2 C1).
pub fn income_tags(contract: &Contract) -> Vec<(Dimension, &DimensionCode)> {
    let terms = &contract.terms;
    let mut tags = vec![
        (Dimension::Community, &terms.community),
        (Dimension::IncomeType, &terms.income_type),
        (Dimension::Contract, &terms.code),
    ];
    tags.extend(terms.asset.as_ref().map(|asset| (Dimension::Asset, asset)));
    tags
}

/// C1: the tax of what was recognised waits, and what has had its tax point is due; in one month the two are one.
fn wait_for_tax(lines: &mut Lines, contract: &Contract, recognised: Amount, moved: Taxed) -> Result<(), Rule> {
    let (waiting, tags) = (less(recognised, moved.tax), [(Dimension::Contract, &contract.terms.code)]);
    if waiting > Amount::ZERO {
        lines.credit(Role::DeferredVat, waiting, &tags)?;
    } else {
        lines.debit(Role::DeferredVat, less(Amount::ZERO, waiting), &tags)?;
    }
    lines.credit(Role::Vat, moved.tax, &[])
}

fn destination_missing(asset: &DimensionCode, day: Date) -> Rule {
    let message = format!(
        "代管资产 {asset} 在 {day} 还没有租金去向的批准文号，租金不能入账（国令738 §25-26）。请先登记委托代管，或核对日期。"
    );
    Rule::business("rent_destination_missing", message)
}

fn accrue(registers: &Registers, book: &Book, code: &DimensionCode, period: Period) -> Result<Produced, Rule> {
    let contract = registers.contracts.get(code).ok_or_else(|| unknown(code))?;
    let terms = &contract.terms;
    let income = match terms.kind {
        ContractKind::Lease => Role::LeaseIncome,
        ContractKind::Contracting => Role::ContractingIncome,
        ContractKind::Intermediary => Role::IntermediaryIncome,
        ContractKind::Participation => Role::InvestmentIncome,
    };
    let day = period.last_day();
    let mut lines = Lines::new(registers, book);
    let Month { gross, tax, moved } = accrual::month(contract, period)?;
    if terms.advance {
        lines.debit(Role::RentAdvance, gross, &[(Dimension::Contract, code)])?;
        lines.credit(income, gross, &income_tags(contract))?;
    } else {
        lines.debit(terms.receivable(), gross, &party(contract))?;
        lines.credit(income, less(gross, tax), &income_tags(contract))?;
        wait_for_tax(&mut lines, contract, tax, moved)?;
    }
    let verb = if terms.advance { "确认" } else { "计提" };
    Ok(Produced {
        reference: format!("contracts_accrued/{code}/{period}"),
        date: day,
        memo: format!("{verb}{}合同{code} {period} 收入", terms.kind.chinese()),
        lines: lines.done(),
    })
}
