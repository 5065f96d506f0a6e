//! 业务生成凭证: a fact becomes drafts by the posting patterns of facts §7.2, so that nobody types what the books know.
//! The reference ties a voucher to its fact; taking the voucher back takes the fact's effect back.

mod dividend;

use crate::collective::accrual::{month_amount, taxed};
use crate::collective::asset::{AssetStep, Step};
use crate::collective::contract::{Accrual, Contract, Money, MoneyReceived, unknown};
use crate::collective::fact::Fact;
use crate::collective::reference;
use crate::collective::register::Registers;
use crate::collective::role::Role;
use crate::collective::schedule::rounded;
use crate::collective::shop::{Settlement, ShopAccounts, ShopDay};
use crate::collective::terms::ContractKind;
use crate::ledger::refusal::Rule;
use crate::ledger::voucher::{Signatures, Source};
use crate::ledger::{Amount, Dimension, DimensionCode, DimensionSet, Draft, DraftLine, Period, Purpose, Side, Word};
use jiff::civil::Date;

/// What a fact asks to be posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Produced {
    /// `<word of the fact>/<what it is about>`: stands in the voucher's source.
    pub reference: String,
    pub date: Date,
    pub memo: String,
    pub lines: Vec<DraftLine>,
}

impl Produced {
    /// The draft, signed and tied to its request. What proves it (a contract, a handover, a bank slip) is one document.
    pub fn into_draft(self, signatures: &Signatures, key: &str, row: u32) -> Draft {
        Draft {
            date: self.date,
            period: None,
            word: Word::General,
            purpose: Purpose::Ordinary,
            memo: self.memo,
            lines: self.lines,
            attachment_count: 1,
            attachments: Vec::new(),
            signatures: signatures.clone(),
            source: Source { key: key.to_owned(), reference: self.reference, row },
            reverses: None,
        }
    }
}

/// Lines of one draft in the making.
struct Lines<'a> {
    registers: &'a Registers,
    lines: Vec<DraftLine>,
}

type Tags<'a> = &'a [(Dimension, &'a DimensionCode)];

impl Lines<'_> {
    /// Adds a line unless its amount is zero.
    fn add(&mut self, role: Role, side: Side, amount: Amount, tags: Tags) -> Result<(), Rule> {
        if amount.is_zero() {
            return Ok(());
        }
        let mut dimensions = DimensionSet::new();
        for (dimension, code) in tags {
            dimensions.insert(*dimension, (*code).clone());
        }
        let account = self.registers.roles.account(role)?;
        self.lines.push(DraftLine { account, side, amount, dimensions, memo: String::new() });
        Ok(())
    }

    fn debit(&mut self, role: Role, amount: Amount, tags: Tags) -> Result<(), Rule> {
        self.add(role, Side::Debit, amount, tags)
    }

    fn credit(&mut self, role: Role, amount: Amount, tags: Tags) -> Result<(), Rule> {
        self.add(role, Side::Credit, amount, tags)
    }
}

/// The drafts of a fact, as the registers stand before it. A fact that moves no money gives none.
pub fn produce(registers: &Registers, fact: &Fact) -> Result<Vec<Produced>, Rule> {
    match fact {
        Fact::AssetStepped(step) => Ok(custody(registers, step)?.into_iter().collect()),
        Fact::MoneyReceived(money) => money_received(registers, money).map(|one| vec![one]),
        Fact::ContractsAccrued(accrual) => accruals(registers, accrual),
        Fact::ShopDayReported(day) => shop_day(registers, day).map(|one| vec![one]),
        Fact::SettlementArrived(settlement) => settled(registers, settlement).map(|one| vec![one]),
        Fact::DividendResolved(resolution) => dividend::resolved(registers, resolution).map(|one| vec![one]),
        Fact::DividendPaid(payment) => dividend::paid(registers, payment).map(|one| vec![one]),
        Fact::ShareChanged(_)
        | Fact::RolesAssigned(_)
        | Fact::AssetRegistered(_)
        | Fact::ContractSigned(_)
        | Fact::ContractEnded(_)
        | Fact::Withdrawn(_) => Ok(Vec::new()),
    }
}

/// A1, A2: memorandum accounts follow the register, in black when custody begins and in red when it ends.
fn custody(registers: &Registers, step: &AssetStep) -> Result<Option<Produced>, Rule> {
    let Some(asset) = registers.assets.get(&step.asset) else { return Ok(None) };
    let value = asset.card.original_value;
    let amount = match step.step {
        Step::Entrusted => value,
        step if step.ends_custody() => value.checked_neg().unwrap_or(Amount::ZERO),
        _ => return Ok(None),
    };
    let mut lines = Lines { registers, lines: Vec::new() };
    let tags = [(Dimension::Asset, &step.asset)];
    lines.debit(Role::CustodyAsset, amount, &tags)?;
    lines.credit(Role::CustodyContra, amount, &tags)?;
    Ok(Some(Produced {
        reference: reference::asset_step(&step.asset, step.step, step.date),
        date: step.date,
        memo: format!("{}：{}（{}）", step.step.chinese(), asset.card.name, step.document),
        lines: lines.lines,
    }))
}

fn money_received(registers: &Registers, money: &MoneyReceived) -> Result<Produced, Rule> {
    let contract = registers.contracts.get(&money.contract).ok_or_else(|| unknown(&money.contract))?;
    let terms = &contract.terms;
    let party = [(Dimension::Counterparty, &terms.counterparty), (Dimension::Contract, &terms.code)];
    let mut lines = Lines { registers, lines: Vec::new() };
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
        // C6
        Money::LateFee => {
            lines.debit(Role::Bank, money.amount, &[])?;
            lines.credit(Role::PenaltyIncome, money.amount, &[])?;
        }
    }
    Ok(Produced {
        reference: format!("money_received/{}/{}", money.contract, money.document),
        date: money.date,
        memo: format!("{}合同{}：{}（{}）", terms.kind.chinese(), terms.code, money.kind.chinese(), money.document),
        lines: lines.lines,
    })
}

/// What rent becomes when it arrives depends on whose asset it is and when it was earned.
fn rent(lines: &mut Lines, contract: &Contract, money: &MoneyReceived) -> Result<(), Rule> {
    let terms = &contract.terms;
    let (registers, amount) = (lines.registers, money.amount);
    lines.debit(Role::Bank, amount, &[])?;
    let entrusted = terms.asset.as_ref().and_then(|code| registers.assets.get(code).map(|asset| (code, asset)));
    if let Some((code, asset)) = entrusted {
        // B1, B2: the treasury's share is nobody's income.
        let to = asset.rent_destination().ok_or_else(|| destination_missing(code))?;
        let kept = rounded(i128::from(amount.fen()) * i128::from(to.kept_basis_points), 10_000);
        let due = amount.checked_sub(kept).unwrap_or(Amount::ZERO);
        lines.credit(Role::TreasuryPayable, due, &[(Dimension::Asset, code)])?;
        let (net, tax) = taxed(terms.kind, kept, money.date)?;
        let tags =
            [(Dimension::Community, &terms.community), (Dimension::IncomeType, &terms.income_type), (Dimension::Asset, code)];
        lines.credit(Role::EntrustedIncome, net, &tags)?;
        return lines.credit(Role::Vat, tax, &[]);
    }
    if terms.kind == ContractKind::Intermediary {
        // G1: earned when the result is confirmed and paid.
        let (net, tax) = taxed(terms.kind, amount, money.date)?;
        lines.credit(Role::IntermediaryIncome, net, &income_tags(contract))?;
        return lines.credit(Role::Vat, tax, &[]);
    }
    if terms.advance {
        // C2, D3: tax is due with the money, income comes month by month.
        let (net, tax) = taxed(terms.kind, amount, money.date)?;
        lines.credit(Role::RentAdvance, net, &[(Dimension::Contract, &terms.code)])?;
        return lines.credit(Role::Vat, tax, &[]);
    }
    lines.credit(
        Role::RentReceivable,
        amount,
        &[(Dimension::Counterparty, &terms.counterparty), (Dimension::Contract, &terms.code)],
    )
}

fn income_tags(contract: &Contract) -> [(Dimension, &DimensionCode); 3] {
    let terms = &contract.terms;
    [(Dimension::Community, &terms.community), (Dimension::IncomeType, &terms.income_type), (Dimension::Contract, &terms.code)]
}

fn destination_missing(asset: &DimensionCode) -> Rule {
    Rule::Business {
        code: "rent_destination_missing",
        message: format!("代管资产 {asset} 没有租金去向的批准文号，租金不能入账（国令738 §25-26）。请先登记委托代管。"),
    }
}

/// C1, C3, D1: one draft a contract.
fn accruals(registers: &Registers, accrual: &Accrual) -> Result<Vec<Produced>, Rule> {
    accrual.contracts.iter().map(|code| accrue(registers, code, accrual.period)).collect()
}

fn accrue(registers: &Registers, code: &DimensionCode, period: Period) -> Result<Produced, Rule> {
    let contract = registers.contracts.get(code).ok_or_else(|| unknown(code))?;
    let terms = &contract.terms;
    let income = match terms.kind {
        ContractKind::Lease => Role::LeaseIncome,
        ContractKind::Contracting | ContractKind::Intermediary => Role::ContractingIncome,
    };
    let day = period.last_day();
    let mut lines = Lines { registers, lines: Vec::new() };
    if terms.advance {
        let net = month_amount(contract, period, true)?;
        lines.debit(Role::RentAdvance, net, &[(Dimension::Contract, code)])?;
        lines.credit(income, net, &income_tags(contract))?;
    } else {
        let gross = month_amount(contract, period, false)?;
        let (net, tax) = taxed(terms.kind, gross, day)?;
        let party = [(Dimension::Counterparty, &terms.counterparty), (Dimension::Contract, code)];
        lines.debit(Role::RentReceivable, gross, &party)?;
        lines.credit(income, net, &income_tags(contract))?;
        lines.credit(Role::Vat, tax, &[])?;
    }
    let verb = if terms.advance { "确认" } else { "计提" };
    Ok(Produced {
        reference: format!("contracts_accrued/{code}/{period}"),
        date: day,
        memo: format!("{verb}{}合同{code} {period} 收入", terms.kind.chinese()),
        lines: lines.lines,
    })
}

/// F1, F6: one balanced draft a shop-day.
fn shop_day(registers: &Registers, day: &ShopDay) -> Result<Produced, Rule> {
    let lines = day.draft_lines(&shop_accounts(registers)?).ok_or_else(|| too_large("营业日报"))?;
    Ok(Produced {
        reference: format!("shop_day_reported/{}/{}/{}", day.shop, day.date, day.shift),
        date: day.date,
        memo: format!("门店 {} {} 营业日报（班次 {}）", day.shop, day.date, day.shift),
        lines,
    })
}

/// F2
fn settled(registers: &Registers, settlement: &Settlement) -> Result<Produced, Rule> {
    let lines = settlement.draft_lines(&shop_accounts(registers)?).ok_or_else(|| too_large("结算"))?;
    Ok(Produced {
        reference: reference::settlement(settlement),
        date: settlement.date,
        memo: format!("门店 {} {}结算到账", settlement.shop, settlement.tender.chinese()),
        lines,
    })
}

fn too_large(what: &str) -> Rule {
    Rule::Business { code: "amount_out_of_range", message: format!("{what}的金额超出系统上限。请核对小数点。") }
}

fn shop_accounts(registers: &Registers) -> Result<ShopAccounts, Rule> {
    let account = |role| registers.roles.account(role);
    Ok(ShopAccounts {
        alipay_in_transit: account(Role::AlipayInTransit)?,
        bank: account(Role::Bank)?,
        card_in_transit: account(Role::CardInTransit)?,
        cash: account(Role::Cash)?,
        cost_of_sales: account(Role::CostOfSales)?,
        goods: account(Role::Goods)?,
        pending: account(Role::Pending)?,
        platform_fee: account(Role::PlatformFee)?,
        receivable: account(Role::TradeReceivable)?,
        sales: account(Role::Sales)?,
        stored_value: account(Role::StoredValue)?,
        vat: account(Role::Vat)?,
        wechat_in_transit: account(Role::WechatInTransit)?,
    })
}

#[cfg(test)]
mod tests;
