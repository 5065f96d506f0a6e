//! 事实与凭证: what a fact asks for stands right behind it, and nothing claims to come from a fact that does not. The writer
//! makes it so; who reads a journal back (self check, verifier) holds every produced voucher against its fact again,
//! and with it the registers against the accounts, and a distribution's figures against the balances of its moment.

use crate::collective::Registers;
use crate::collective::fact::{Fact, Withdrawal};
use crate::collective::produce::Produced;
use crate::collective::reference::is_produced;
use crate::collective::shares::distribution::figures::{Accounts, YearEnds};
use crate::collective::tie::{ProducedSums, differences};
use crate::journal::event::{Declared, Event};
use crate::journal::replay::{Original, State};
use crate::ledger::Voucher;
use crate::ledger::amount::yuan;
use crate::ledger::balance::Balances;
use crate::ledger::refusal::{Reason, Rule};
use std::collections::VecDeque;

/// What has to follow, in this order.
#[derive(Clone, Debug)]
enum Due {
    Voucher(Produced),
    /// The reversal of the voucher with this reference.
    Reversal(String),
}

impl Due {
    fn reference(&self) -> &str {
        match self {
            Due::Voucher(produced) => &produced.reference,
            Due::Reversal(reference) => reference,
        }
    }
}

/// Vouchers that facts read so far have asked for and that have not been read yet.
#[derive(Clone, Debug, Default)]
pub struct Consequences {
    due: VecDeque<Due>,
    posted: ProducedSums,
    year_ends: YearEnds,
}

impl Consequences {
    /// What speaks against the event standing here. To be asked before `state` and `balances` take the event in.
    pub fn follow(
        &mut self,
        state: &State,
        balances: &Balances,
        event: &Event,
        original: Option<&Original>,
    ) -> impl Iterator<Item = Reason> + use<> {
        let rules = match event {
            Event::Voucher(voucher) => self.voucher(voucher, original).into_iter().collect(),
            Event::Declaration(declaration) => match &declaration.declared {
                Declared::Fact(fact) => self.fact(state, balances, fact),
                _ => self.missing().into_iter().collect::<Vec<_>>(),
            },
        };
        rules.into_iter().map(Reason::whole)
    }

    /// The first voucher that is still due: at the end of a journal none may be.
    pub fn missing(&self) -> Option<Rule> {
        let due = self.due.front()?;
        let message = format!("业务事实 {} 之后没有它应生成的凭证，或凭证的次序不对。", due.reference());
        Some(Rule::business("fact_without_voucher", message))
    }

    /// At the end of a journal: every code for which the registers say something else than their vouchers have posted.
    pub fn untied(&self, registers: &Registers) -> Vec<Rule> {
        let rule = |found: crate::collective::tie::Difference| {
            let (name, code, account) = (found.dimension.chinese(), found.code, found.account);
            let (register, posted) = (yuan(found.register), yuan(found.posted));
            let message =
                format!("科目 {account}、{name} {code}：台账应为 {register} 元，由事实生成的凭证记了 {posted} 元（借方为正）。");
            Rule::business("register_untied", message)
        };
        differences(registers, &self.posted).into_iter().map(rule).collect()
    }

    /// At the end of a journal: what stands on accounts that registers explain and was typed by hand, a sentence each. No
    /// fault: nothing holds it against anything.
    pub fn beside(&self, registers: &Registers, balances: &Balances) -> Vec<String> {
        let sentence = |(account, sum)| format!("科目 {account} 另填凭证净额 {} 元（借方为正），不在台账里", yuan(sum));
        self.posted.beside(registers, balances).into_iter().map(sentence).collect()
    }

    fn fact(&mut self, state: &State, balances: &Balances, fact: &Fact) -> Vec<Rule> {
        if let Fact::Withdrawn(Withdrawal { reference }) = fact {
            self.due.push_back(Due::Reversal(reference.clone()));
            return Vec::new();
        }
        let accounts = Accounts { book: &state.book, registers: &state.registers, balances, year_ends: &self.year_ends };
        let mut rules: Vec<Rule> = accounts.examine(fact).into_iter().collect();
        match fact.produce(&state.registers, &state.book) {
            Ok(produced) => self.due.extend(produced.into_iter().map(Due::Voucher)),
            Err(rule) => rules.push(rule),
        }
        rules
    }

    fn voucher(&mut self, voucher: &Voucher, original: Option<&Original>) -> Option<Rule> {
        self.year_ends.add_voucher(voucher);
        let claims = if voucher.reverses.is_some() {
            original.is_some_and(|original| is_produced(&original.voucher.source))
        } else {
            is_produced(&voucher.source)
        };
        if !claims {
            return self.missing();
        }
        let fits = match self.due.pop_front() {
            Some(Due::Voucher(produced)) => voucher.reverses.is_none() && is_what(voucher, &produced),
            Some(Due::Reversal(reference)) => {
                original.is_some_and(|original| voucher.reverses.is_some() && original.voucher.source.reference == reference)
            }
            None => false,
        };
        for line in &voucher.lines {
            self.posted.add(line.account, line.side, line.amount, &line.dimensions);
        }
        (!fits).then(|| {
            let message = "凭证自称由业务事实生成或冲销，但与前面的事实应生成的不符：科目、方向、金额、辅助核算、日期或引用。";
            Rule::Business { code: "voucher_not_produced", message: message.into() }
        })
    }
}

/// Whether a voucher posts what was asked. Memos are words for people, and who signs is not the fact's to say.
fn is_what(voucher: &Voucher, produced: &Produced) -> bool {
    let same = |(posted, asked): (&crate::ledger::voucher::Line, &crate::ledger::DraftLine)| {
        posted.account == asked.account
            && posted.side == asked.side
            && posted.amount == asked.amount
            && posted.dimensions == asked.dimensions
    };
    voucher.date == produced.date
        && voucher.source.reference == produced.reference
        && voucher.lines.len() == produced.lines.len()
        && voucher.lines.iter().zip(&produced.lines).all(same)
}
