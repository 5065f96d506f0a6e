//! 对应入账: records in a community's book what its companies have resolved for it and paid to it, and takes back there what
//! they took back. Two books are two chains: nothing but this command brings them together, and doing it again does nothing.

use crate::bookkeeper::intercompany::share;
use crate::bookkeeper::posted::PostedVoucher;
use crate::bookkeeper::view::View;
use crate::bookkeeper::{Bookkeeper, PostError, Posted, Receipt, desk};
use crate::collective::Fact;
use crate::collective::shares::dividend::{Dividend, DividendPayment, DividendResolution};
use crate::collective::stakes::stake::{DOCUMENT_CHARS_MAX, Declaration, Stake, StakeDividendDeclared, StakeDividendReceived};
use crate::ledger::refusal::Rule;
use crate::ledger::voucher::Signatures;
use crate::ledger::{Amount, DimensionCode};
use crate::store::StoreError;
use jiff::civil::Date;
use std::collections::HashMap;
use std::sync::Arc;

impl Bookkeeper {
    /// Takes back what a community's book has mirrored and its company took back since, then records what the companies have
    /// resolved and paid and the community has not recorded. Dates and documents are the company's. Days before the community's
    /// book began belong to its opening balances.
    ///
    /// # Errors
    /// A company's book is not kept here, or the community's book refuses something. What was taken back until then stays so:
    /// called again, the command goes on from there.
    pub async fn mirror(&self, book: &str, signatures: Signatures) -> Result<Posted, PostError> {
        let mut receipts = self.undo(book, &signatures).await?;
        let view = self.book(book).ok_or(PostError::NoSuchBook)?;
        let (first, mut facts) = (view.profile.first_period.first_day(), Vec::new());
        for one in self.mirrored(&view)? {
            let dividends = one.company.registers.dividends.iter();
            dividends.filter(|dividend| dividend.resolution.date >= first).for_each(|dividend| one.missing(dividend, &mut facts));
        }
        if !facts.is_empty() {
            receipts.extend(self.record(book, facts, self.clock().today(), signatures).await?.receipts);
        }
        Ok(Posted { receipts, replayed: false })
    }

    /// The stakes of a community in companies whose books are kept here.
    fn mirrored<'a>(&self, view: &'a View) -> Result<Vec<Mirrored<'a>>, PostError> {
        let mut found = Vec::new();
        for (code, stake) in view.registers.stakes.iter() {
            let Some((company, holder)) = stake.counterpart() else { continue };
            let Some(company) = self.book(company) else {
                let message = format!("参股 {code} 写的被投资单位账套 {company} 不在这里。请核对账套编码。");
                return Err(PostError::Refused(desk::refused_whole(Rule::business("investee_book_unknown", message))));
            };
            found.push(Mirrored { code, stake, holder, company });
        }
        Ok(found)
    }

    /// Reverses the vouchers of what companies took back, as of the day they did.
    async fn undo(&self, book: &str, signatures: &Signatures) -> Result<Vec<Receipt>, PostError> {
        let view = self.book(book).ok_or(PostError::NoSuchBook)?;
        let (mut stale, mut receipts) = (Vec::new(), Vec::new());
        for one in self.mirrored(&view)? {
            // Only then is the company's whole journal worth reading.
            if one.stake.declarations.values().any(|declaration| one.differs(declaration)) {
                one.stale(&self.taken_back(&one.company).await?, &mut stale);
            }
        }
        for Stale { reference, date } in stale {
            let found = self.produced_voucher(&view, &reference).await?;
            let missing = || StoreError::Corrupt(format!("book {book}: no voucher stands for {reference}"));
            let PostedVoucher { seq, voucher, .. } = found.ok_or_else(missing)?;
            let (place, key) = ((voucher.period, voucher.number), format!("mirror:{seq}"));
            receipts.extend(self.reverse(book, place, &key, date, signatures.clone()).await?.receipts);
        }
        Ok(receipts)
    }

    /// What a company resolved or paid and then took back, in the order in which it did.
    async fn taken_back(&self, company: &View) -> Result<Vec<TakenBack>, StoreError> {
        let (mut recorded, mut found) = (HashMap::new(), Vec::new());
        for one in self.store().facts(company.number, &company.id).await? {
            match one.fact {
                Fact::DividendResolved(resolution) => {
                    recorded.insert(resolution.reference(), What::Resolution(Box::new(resolution)));
                }
                Fact::DividendPaid(payment) => {
                    recorded.insert(payment.reference(), What::Payment(payment));
                }
                Fact::Withdrawn(withdrawal) => {
                    let what = recorded.remove(&withdrawal.reference);
                    found.extend(what.map(|what| TakenBack { what, date: one.date }));
                }
                _ => {}
            }
        }
        Ok(found)
    }

    /// The voucher that stands for a declaration or receipt of a dividend: behind the newest fact of that reference.
    async fn produced_voucher(&self, view: &View, reference: &str) -> Result<Option<PostedVoucher>, StoreError> {
        let is_it = |fact: &Fact| match fact {
            Fact::StakeDividendDeclared(declared) => declared.reference() == reference,
            Fact::StakeDividendReceived(received) => received.reference() == reference,
            _ => false,
        };
        let facts = self.store().facts(view.number, &view.id).await?;
        let Some(fact) = facts.iter().rev().find(|one| is_it(&one.fact)) else { return Ok(None) };
        for seq in fact.seq..=view.latest.seq {
            let found = self.voucher_at(view, seq).await?;
            if let Some(found) = found.filter(|found| found.voucher.source.reference == reference) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

/// A voucher of the community to reverse, by its reference, and the day of that.
struct Stale {
    reference: String,
    date: Date,
}

enum What {
    Resolution(Box<DividendResolution>),
    Payment(DividendPayment),
}

/// What a company took back, and as of which day.
struct TakenBack {
    what: What,
    date: Date,
}

impl TakenBack {
    /// The day, if this resolution is what was mirrored by a declaration.
    fn of_declaration(&self, declared: &StakeDividendDeclared) -> Option<Date> {
        let What::Resolution(resolution) = &self.what else { return None };
        let same = declared.resolution.as_ref() == Some(&resolution.code)
            && declared.date == resolution.date
            && declared.document == document_of(resolution);
        same.then_some(self.date)
    }

    /// The day, if this payment is what was mirrored by a receipt on a declaration of `declared`.
    fn of_receipt(
        &self,
        declared: &StakeDividendDeclared,
        holder: &DimensionCode,
        received: &StakeDividendReceived,
    ) -> Option<Date> {
        let What::Payment(payment) = &self.what else { return None };
        let same = declared.resolution.as_ref() == Some(&payment.resolution) && is_of(payment, holder, received);
        same.then_some(self.date)
    }
}

/// A community's stake in a company, from both sides.
struct Mirrored<'a> {
    code: &'a DimensionCode,
    stake: &'a Stake,
    /// By which the company names the community.
    holder: &'a DimensionCode,
    company: Arc<View>,
}

impl Mirrored<'_> {
    /// What the community records of a resolution.
    fn declared(&self, dividend: &Dividend) -> StakeDividendDeclared {
        StakeDividendDeclared {
            amount: share(dividend, self.holder),
            date: dividend.resolution.date,
            document: document_of(&dividend.resolution),
            resolution: Some(dividend.resolution.code.clone()),
            stake: self.code.clone(),
        }
    }

    fn dividend(&self, declared: &StakeDividendDeclared) -> Option<&Dividend> {
        self.company.registers.dividends.get(declared.resolution.as_ref()?)
    }

    /// Whether a declaration that names a resolution, or something received on it, is not what the company has now.
    fn differs(&self, declaration: &Declaration) -> bool {
        let declared = &declaration.declared;
        match self.dividend(declared) {
            None => declared.resolution.is_some(),
            Some(dividend) => {
                let stands = |receipt| is_paid(dividend, self.holder, receipt);
                self.declared(dividend) != *declared || !declaration.receipts.values().all(stands)
            }
        }
    }

    /// What has been mirrored and was taken back since, receipts before their declaration. What somebody typed in is left
    /// alone: the tie shows it. So is a declaration on which such a receipt stands.
    fn stale(&self, taken_back: &[TakenBack], stale: &mut Vec<Stale>) {
        let newest = |day: &dyn Fn(&TakenBack) -> Option<Date>| taken_back.iter().rev().find_map(day);
        for declaration in self.stake.declarations.values().filter(|one| self.differs(one)) {
            let declared = &declaration.declared;
            let dividend = self.dividend(declared);
            let day_of = |receipt| newest(&|one| one.of_receipt(declared, self.holder, receipt));
            let receipts: Vec<_> = declaration.receipts.values().map(|receipt| (receipt, day_of(receipt))).collect();
            let stands = dividend.is_some_and(|dividend| self.declared(dividend) == *declared);
            let all_mirrored = receipts.iter().all(|(_, day)| day.is_some());
            let whole = newest(&|one| one.of_declaration(declared)).filter(|_| !stands && all_mirrored);
            for (receipt, day) in receipts {
                let paid = dividend.is_some_and(|dividend| is_paid(dividend, self.holder, receipt));
                let date = day.filter(|_| whole.is_some() || !paid);
                stale.extend(date.map(|date| Stale { reference: receipt.reference(), date }));
            }
            stale.extend(whole.map(|date| Stale { reference: declared.reference(), date }));
        }
    }

    /// The declaration and the receipts of one resolution that the stake lacks.
    fn missing(&self, dividend: &Dividend, facts: &mut Vec<Fact>) {
        let declared = self.declared(dividend);
        if declared.amount == Amount::ZERO {
            return;
        }
        let known = self.stake.of_resolution(&dividend.resolution.code);
        let declaration = known.map_or(&declared, |known| &known.declared).document.clone();
        if known.is_none() {
            facts.push(Fact::StakeDividendDeclared(declared));
        }
        for payment in dividend.paid.values() {
            let Some(paid) = payment.payments.iter().find(|paid| paid.holder == *self.holder) else { continue };
            if known.is_some_and(|known| known.receipts.contains_key(&payment.document)) {
                continue;
            }
            facts.push(Fact::StakeDividendReceived(StakeDividendReceived {
                amount: paid.amount,
                date: payment.date,
                declaration: declaration.clone(),
                document: payment.document.clone(),
                stake: self.code.clone(),
            }));
        }
    }
}

/// Whether a receipt is a payment's part for a holder.
fn is_of(payment: &DividendPayment, holder: &DimensionCode, received: &StakeDividendReceived) -> bool {
    let part = payment.payments.iter().find(|paid| paid.holder == *holder);
    part.is_some_and(|paid| paid.amount == received.amount)
        && payment.date == received.date
        && payment.document == received.document
}

fn is_paid(dividend: &Dividend, holder: &DimensionCode, received: &StakeDividendReceived) -> bool {
    dividend.paid.get(&received.document).is_some_and(|payment| is_of(payment, holder, received))
}

/// The resolution's code, which nothing else of that company has, and as much of its number as a document holds.
fn document_of(resolution: &DividendResolution) -> String {
    let whole = format!("{} {}", resolution.code, resolution.number.replace('/', "-"));
    whole.chars().take(DOCUMENT_CHARS_MAX).collect::<String>().trim_end().to_owned()
}
