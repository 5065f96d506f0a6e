//! 台账: what all facts of a book add up to. Nothing here comes from anywhere but facts, so a replay of the journal builds
//! every register anew, and a start needs no vouchers to be read.

use crate::collective::accrual;
use crate::collective::asset::{AssetRegister, Step};
use crate::collective::contract::{Accrual, ContractRegister, unknown};
use crate::collective::dividend::DividendRegister;
use crate::collective::fact::Fact;
use crate::collective::reference;
use crate::collective::role::Roles;
use crate::collective::shares::{ShareChange, ShareRegister};
use crate::collective::shop::{Settlement, ShopDayRegister};
use crate::collective::terms::ContractTerms;
use crate::ledger::refusal::Rule;
use crate::ledger::{Book, Dimension, DimensionCode, Element, Period, Voucher};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Every register of one book.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registers {
    pub roles: Roles,
    pub assets: AssetRegister,
    pub contracts: ContractRegister,
    pub shops: ShopDayRegister,
    /// By the reference their vouchers carry.
    pub settlements: BTreeMap<String, Settlement>,
    pub shares: ShareRegister,
    pub dividends: DividendRegister,
    /// How many vouchers that facts produced were taken back: what was recorded before may be recorded anew.
    pub withdrawals: u64,
}

impl Registers {
    /// Everything that speaks against a fact.
    pub fn examine(&self, fact: &Fact, book: &Book) -> Vec<Rule> {
        let mut rules = match fact {
            Fact::RolesAssigned(assigned) => Roles::examine(assigned, book),
            Fact::AssetRegistered(card) => self.assets.examine_card(card),
            Fact::AssetStepped(step) => self.assets.examine_step(step),
            Fact::ContractSigned(terms) => self.examine_terms(terms),
            Fact::ContractEnded(end) => self.contracts.examine_end(end),
            Fact::ContractsAccrued(accrual) => self.examine_accrual(accrual),
            Fact::MoneyReceived(money) => self.contracts.examine_money(money),
            Fact::ShopDayReported(day) => {
                let mut own = day.examine();
                if day.shift.contains('/') {
                    own.push(business("shop_day_shift_slash", "班次中不能有斜线。请改用数字或文字。".into()));
                }
                if own.is_empty() { self.shops.examine(day) } else { own }
            }
            Fact::SettlementArrived(settlement) => self.examine_settlement(settlement),
            Fact::ShareChanged(change) => self.examine_share(change),
            Fact::DividendResolved(resolution) => self.dividends.examine_resolution(resolution, &self.shares),
            Fact::DividendPaid(payment) => self.dividends.examine_payment(payment),
            Fact::Withdrawn(withdrawal) => match self.clone().withdraw(&withdrawal.reference) {
                true => Vec::new(),
                false => vec![business("reference_unknown", format!("没有由事实 {} 生成的记录。", withdrawal.reference))],
            },
        };
        rules.extend(self.unregistered(fact, book));
        rules
    }

    /// Codes that a fact names must be registered in the book: a report could not name them otherwise.
    fn unregistered(&self, fact: &Fact, book: &Book) -> Vec<Rule> {
        let mut named: Vec<(Dimension, &DimensionCode)> = Vec::new();
        match fact {
            Fact::AssetRegistered(card) => named.push((Dimension::Asset, &card.code)),
            Fact::AssetStepped(step) => named.extend(step.custodian.as_ref().map(|code| (Dimension::Community, code))),
            Fact::ContractSigned(terms) => {
                named.extend([
                    (Dimension::Contract, &terms.code),
                    (Dimension::Community, &terms.community),
                    (Dimension::Counterparty, &terms.counterparty),
                    (Dimension::IncomeType, &terms.income_type),
                ]);
                named.extend(terms.asset.as_ref().map(|code| (Dimension::Asset, code)));
            }
            Fact::ShopDayReported(day) => {
                named.push((Dimension::Shop, &day.shop));
                named.extend(day.sales.iter().map(|sales| (Dimension::Channel, &sales.channel)));
                let parties = day.tenders.iter().filter_map(|tender| tender.counterparty.as_ref());
                named.extend(parties.map(|code| (Dimension::Counterparty, code)));
            }
            Fact::SettlementArrived(settlement) => named.push((Dimension::Shop, &settlement.shop)),
            Fact::ShareChanged(change) => named.push((Dimension::Community, &change.holder)),
            Fact::DividendResolved(resolution) => named.push((Dimension::Resolution, &resolution.code)),
            Fact::RolesAssigned(_)
            | Fact::ContractEnded(_)
            | Fact::ContractsAccrued(_)
            | Fact::MoneyReceived(_)
            | Fact::DividendPaid(_)
            | Fact::Withdrawn(_) => {}
        }
        let missing = named.into_iter().filter(|(dimension, code)| book.dimensions.get(*dimension, code).is_none());
        missing.map(|(dimension, code)| Rule::DimensionUnknown { dimension, code: code.to_string() }).collect()
    }

    /// A registered asset is let while it is in custody, not before and not after.
    fn examine_terms(&self, terms: &ContractTerms) -> Vec<Rule> {
        let mut rules = self.contracts.examine_terms(terms);
        let asset = terms.asset.as_ref().and_then(|code| self.assets.get(code));
        if asset.is_some_and(|asset| !asset.in_custody()) {
            let message =
                format!("资产 {} 不在代管中，不能签合同。请先登记委托代管。", asset.map_or("", |asset| &asset.card.name));
            rules.push(business("asset_not_in_custody", message));
        }
        rules
    }

    /// The very same change again is a retry, not another change.
    fn examine_share(&self, change: &ShareChange) -> Vec<Rule> {
        if self.shares.history(&change.holder).contains(change) {
            let message = format!("社区 {} 的这笔股权变动（{}）已经登记过。", change.holder, change.document);
            return vec![business("share_change_repeated", message)];
        }
        self.shares.examine(change)
    }

    fn examine_settlement(&self, settlement: &Settlement) -> Vec<Rule> {
        let mut rules = settlement.examine();
        if rules.is_empty() {
            rules.extend(self.shops.examine_settlement(settlement));
        }
        if self.settlements.contains_key(&reference::settlement(settlement)) {
            let tender = settlement.tender.chinese();
            let message = format!("门店 {} {} 的{tender}结算已经记过。请核对日期。", settlement.shop, settlement.date);
            rules.push(business("settlement_duplicate", message));
        }
        rules
    }

    fn examine_accrual(&self, wanted: &Accrual) -> Vec<Rule> {
        let mut rules = Vec::new();
        if wanted.contracts.is_empty() {
            rules.push(Rule::NothingDeclared);
        }
        if wanted.contracts.windows(2).any(|pair| pair[0] >= pair[1]) {
            rules.push(business("accrual_order", "合同要按编码排列，每份只写一次。".into()));
        }
        let due = accrual::due(&self.contracts, &self.assets, wanted.period);
        for code in &wanted.contracts {
            if self.contracts.get(code).is_none() {
                rules.push(unknown(code));
            } else if due.binary_search(code).is_err() {
                let message = format!("合同 {code} 在 {} 没有要计提的收入，或已经计提。", wanted.period);
                rules.push(business("accrual_not_due", message));
            }
        }
        rules
    }

    /// Takes in a fact that [`Registers::examine`] found nothing against.
    pub fn apply(&mut self, fact: &Fact) {
        match fact {
            Fact::RolesAssigned(assigned) => self.roles.apply(assigned),
            Fact::AssetRegistered(card) => self.assets.add(card),
            Fact::AssetStepped(step) => self.assets.step(step),
            Fact::ContractSigned(terms) => self.contracts.sign(terms),
            Fact::ContractEnded(end) => self.contracts.end(end),
            Fact::ContractsAccrued(accrual) => self.contracts.accrue(accrual),
            Fact::MoneyReceived(money) => self.contracts.receive(money),
            Fact::ShopDayReported(day) => self.shops.apply(day),
            Fact::SettlementArrived(settlement) => {
                self.shops.apply_settlement(settlement);
                self.settlements.insert(reference::settlement(settlement), settlement.clone());
            }
            Fact::ShareChanged(change) => self.shares.apply(change.clone()),
            Fact::DividendResolved(resolution) => self.dividends.resolve(resolution, &self.shares),
            Fact::DividendPaid(payment) => self.dividends.pay(payment),
            Fact::Withdrawn(withdrawal) => {
                self.withdraw(&withdrawal.reference);
            }
        }
    }

    /// Undoes what a produced voucher stood for; `false` where the reference leads to nothing.
    fn withdraw(&mut self, reference: &str) -> bool {
        let before = self.clone();
        self.undo(reference);
        let undone = *self != before;
        self.withdrawals = self.withdrawals.saturating_add(u64::from(undone));
        undone
    }

    fn undo(&mut self, reference: &str) -> Option<()> {
        let mut parts = reference.split('/');
        let (word, subject) = (parts.next()?, DimensionCode::parse(parts.next()?)?);
        let (third, fourth) = (parts.next()?, parts.next());
        match word {
            "contracts_accrued" => self.contracts.withdraw_accrual(&subject, Period::parse(third)?),
            "money_received" => self.contracts.withdraw_money(&subject, third),
            "asset_stepped" => {
                let step: Step = serde_json::from_value(serde_json::Value::String(third.to_owned())).ok()?;
                let date: Date = crate::ledger::period::parse_date(fourth?)?;
                self.assets.withdraw(&subject, step, date);
            }
            "shop_day_reported" => {
                self.shops.withdraw(&subject, crate::ledger::period::parse_date(third)?, fourth?)?;
            }
            "settlement_arrived" => {
                let settlement = self.settlements.remove(reference)?;
                self.shops.withdraw_settlement(&settlement);
            }
            "dividend_resolved" => self.dividends.withdraw_resolution(&subject),
            "dividend_paid" => self.dividends.withdraw_payment(&subject, third),
            _ => {}
        }
        Some(())
    }

    /// What the business has against a voucher, whoever typed it: income from an entrusted asset needs a document that
    /// says where rent goes (国令738 §25-26). Lines count from 1.
    pub fn examine_voucher(&self, voucher: &Voucher, book: &Book) -> Vec<(usize, Rule)> {
        let mut rules = Vec::new();
        for (index, line) in voucher.lines.iter().enumerate() {
            let Some(code) = line.dimensions.get(Dimension::Asset) else { continue };
            let income = book.chart.get(&line.account).is_some_and(|account| account.element == Element::Income);
            let asset = self.assets.get(code).filter(|_| income);
            if asset.is_some_and(|asset| asset.rent_destination().is_none()) {
                rules.push((
                    index + 1,
                    business(
                        "rent_destination_missing",
                        format!("代管资产 {code} 还没有租金去向的批准文号，租金不能入账（国令738 §25-26）。请先登记委托代管。"),
                    ),
                ));
            }
        }
        rules
    }
}

fn business(code: &'static str, message: String) -> Rule {
    Rule::Business { code, message }
}
