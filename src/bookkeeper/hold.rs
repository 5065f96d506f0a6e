//! 账面核对: figures that a fact tells and the books know already are held against the books before it is recorded. The
//! registers do not ask: they know no balances at the moment of a fact. Who reads the journal back holds the figures of
//! distributions again ([`crate::journal::consequence`]); 期初往来 and released VAT are held here alone.

use crate::bookkeeper::business::VatGauge;
use crate::bookkeeper::view::View;
use crate::bookkeeper::{Bookkeeper, PostError, RefusedDraft};
use crate::collective::Fact;
use crate::collective::carried::{BalanceCarried, CarriedRegister, Place};
use crate::collective::roles::role::{Role, Roles};
use crate::collective::shops::till::VatReleased;
use crate::ledger::amount::{less, plus, total};
use crate::ledger::balance::Movement;
use crate::ledger::refusal::{Reason, Refusal, Rule};
use crate::ledger::statement::{Range, Stage};
use crate::ledger::{AccountCode, Amount, Dimension, Period, Side};
use crate::store::StoreError;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

impl Bookkeeper {
    /// Refuses facts whose figures are not those of the books.
    ///
    /// # Errors
    /// What differs, by fact; a role without an account; the store.
    pub(super) async fn hold_against_books(&self, view: &View, facts: &[Fact]) -> Result<(), PostError> {
        self.hold_figures(view, facts).await?;
        self.hold_carried(view, facts).await?;
        self.hold_released(view, facts).await
    }

    /// 减免增值税 is released of a quarter that stays below the 起征点, and no more of it than stands on the day. A quarter
    /// that is released already, or is none, is judged by the registers.
    async fn hold_released(&self, view: &View, facts: &[Fact]) -> Result<(), PostError> {
        let (mut refused, mut before) = (Vec::new(), Amount::ZERO);
        for (index, fact) in facts.iter().enumerate() {
            let Fact::VatReleased(given) = fact else { continue };
            let end = given.quarter_end().filter(|_| !view.registers.till.released.contains_key(&given.quarter));
            let Some(end) = end else { continue };
            let gauge = self.vat_gauge(view, end).await?;
            let mut rules: Vec<Rule> = threshold_rule(&given.quarter, end, gauge).into_iter().collect();
            match view.registers.roles.account(Role::Vat) {
                Ok(account) => {
                    let stands = less(self.credit_on(view, account, given.date).await?, before);
                    rules.extend(released_rule(given, account, stands));
                }
                Err(rule) => rules.push(rule),
            }
            before = plus(before, given.amount);
            let reasons = rules.into_iter().map(Reason::whole).collect();
            refused.extend(Refusal::unless_empty(reasons).err().map(|refusal| RefusedDraft { index, refusal }));
        }
        if refused.is_empty() { Ok(()) } else { Err(PostError::Refused(refused)) }
    }

    /// Credit less debit of a leaf account at the end of a day.
    async fn credit_on(&self, view: &View, account: AccountCode, day: Date) -> Result<Amount, StoreError> {
        let Some(month) = Period::of(day) else { return Ok(Amount::ZERO) };
        let range = Range { from: month, to: month };
        let mut page = self.account_lines(view, account, range, None, u32::MAX).await?;
        let mut debit = page.opening;
        loop {
            let by_then = page.lines.iter().filter(|line| line.date <= day);
            let moved = by_then.map(|line| if line.side == Side::Debit { line.amount } else { less(Amount::ZERO, line.amount) });
            debit = plus(debit, total(moved));
            let Some(next) = page.next else { return Ok(less(Amount::ZERO, debit)) };
            page = self.account_lines(view, account, range, Some(next), u32::MAX).await?;
        }
    }

    /// 期初往来 is what the opening balances say. One that stands already is judged by the registers.
    async fn hold_carried(&self, view: &View, facts: &[Fact]) -> Result<(), PostError> {
        let carried = facts.iter().enumerate().filter_map(|(index, fact)| match fact {
            Fact::BalanceCarried(given) => Some((index, given)),
            _ => None,
        });
        let carried: Vec<(usize, &BalanceCarried)> = carried.collect();
        if carried.is_empty() {
            return Ok(());
        }
        let dimensions = carried.iter().map(|(_, given)| given.kind.place().dimension).collect();
        let openings = self.openings(view, dimensions).await?;
        let mut register = view.registers.carried.clone();
        let mut refused = Vec::new();
        for (index, given) in carried {
            if register.get(given.kind, &given.code).is_some() {
                continue;
            }
            let held = openings.hold(given, &register, &view.registers.roles);
            refused.extend(held.err().map(|rule| RefusedDraft { index, refusal: Refusal::one(rule) }));
            register.carry(given);
        }
        if refused.is_empty() { Ok(()) } else { Err(PostError::Refused(refused)) }
    }

    async fn openings(&self, view: &View, dimensions: BTreeSet<Dimension>) -> Result<Openings, StoreError> {
        let range = Bookkeeper::whole_range(view);
        let mut openings = Openings::default();
        for (account, stage, sum) in self.store.account_sums(view.number, range, None).await? {
            if stage == Stage::Opening {
                openings.whole.entry(account).or_default().add(sum);
            }
        }
        for dimension in dimensions {
            let sums = self.store.dimension_sums(view.number, range, dimension).await?;
            for sum in sums.into_iter().filter(|sum| sum.stage == Stage::Opening) {
                openings.parts.entry((sum.account, dimension, sum.code)).or_default().add(sum.movement);
            }
        }
        Ok(openings)
    }
}

fn threshold_rule(quarter: &str, end: Date, gauge: Option<VatGauge>) -> Option<Rule> {
    let Some(VatGauge { gauge, .. }) = gauge else {
        let message = format!("没有登记 {end} 的增值税起征点，不知道 {quarter} 是否免征。请先更新税率表。");
        return Some(Rule::business("vat_threshold_unknown", message));
    };
    let message = || {
        format!(
            "{quarter} 不含税销售额 {} 元，已达到起征点 {} 元，全额缴纳增值税，不能转出。请核对（cunshe report vat-gauge）。",
            gauge.used, gauge.limit
        )
    };
    gauge.reached.then(|| Rule::business("vat_released_threshold_reached", message()))
}

fn released_rule(given: &VatReleased, account: AccountCode, stands: Amount) -> Option<Rule> {
    let message = || {
        let VatReleased { amount, date, .. } = given;
        format!("{date} 应交增值税科目 {account} 贷方余额 {stands} 元，不够转出 {amount} 元。请核对金额，或先补记销售、缴税。")
    };
    (given.amount > stands).then(|| Rule::business("vat_released_exceeds", message()))
}

/// What the opening vouchers of a book come to.
#[derive(Default)]
struct Openings {
    whole: BTreeMap<AccountCode, Movement>,
    parts: BTreeMap<(AccountCode, Dimension, String), Movement>,
}

impl Openings {
    /// Exactly the opening balance of the code, where the account is the role's own. At most what other 期初往来 leaves of it
    /// where several roles share the account, and of the whole account where its opening balance names no codes.
    fn hold(&self, given: &BalanceCarried, register: &CarriedRegister, roles: &Roles) -> Result<(), Rule> {
        let Place { role, dimension, side } = given.kind.place();
        let account = roles.account(role)?;
        let by_code = self.parts.keys().any(|(of, by, _)| (*of, *by) == (account, dimension));
        let books = match by_code {
            true => self.parts.get(&(account, dimension, given.code.to_string())),
            false => self.whole.get(&account),
        };
        let signed = |amount: Amount, of: Side| if of == side { amount } else { less(Amount::ZERO, amount) };
        let books = books.map_or(Amount::ZERO, |sum| signed(sum.net(), Side::Debit));
        let before = register.iter().filter_map(|one| {
            let place = one.kind.place();
            let same = !by_code || (place.dimension == dimension && one.code == given.code);
            (same && roles.account(place.role).ok() == Some(account)).then(|| signed(one.amount, place.side))
        });
        let left = less(books, total(before));
        let alone = by_code && roles.iter().filter(|(_, other)| *other == account).count() == 1;
        if given.amount == left || (!alone && given.amount < left) {
            return Ok(());
        }
        let (code, what, amount) = (&given.code, given.kind.chinese(), given.amount);
        let of = if by_code {
            format!("科目 {account} 期初余额中 {code} 的")
        } else {
            format!("科目 {account} 的期初余额")
        };
        let message = format!("{code} 的期初{what}填写 {amount} 元，{of}还有 {left} 元。请按期初余额填写；没有余额的不用登记。");
        Err(Rule::business("carried_differs", message))
    }
}
