//! 公司与社区对账: what a company owes each community by its own register, against what that community's book has recorded;
//! and the mirror that records in a community's book what the company has resolved and paid.

use crate::bookkeeper::view::View;
use crate::bookkeeper::{Bookkeeper, PostError, Posted, desk};
use crate::collective::Fact;
use crate::collective::dividend::Dividend;
use crate::collective::stake::{DOCUMENT_CHARS_MAX, Declaration, Stake, StakeDividendDeclared, StakeDividendReceived};
use crate::ledger::refusal::Rule;
use crate::ledger::voucher::Signatures;
use crate::ledger::{Amount, DimensionCode};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How one community's part of one resolution stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tie {
    /// 相符
    Tied,
    /// 不符
    Differs,
    /// 社区没有账套，或账套里没有登记这项参股: cannot be tied, and is never counted as tied.
    NoBook,
}

impl Tie {
    pub fn chinese(self) -> &'static str {
        match self {
            Tie::Tied => "相符",
            Tie::Differs => "不符",
            Tie::NoBook => "社区无账套",
        }
    }
}

/// One side of a tie, in yuan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Account {
    pub declared: Amount,
    /// Paid by the company, received by the community.
    pub settled: Amount,
    /// Declared less settled: 2232 of the company, 应收股利 of the community.
    pub open: Amount,
}

impl Account {
    fn of(declared: Amount, settled: Amount) -> Account {
        Account { declared, settled, open: declared.checked_sub(settled).unwrap_or_default() }
    }
}

/// One company, resolution and community.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TieRow {
    pub company: String,
    /// The resolution, or the community's document where it names none.
    pub resolution: String,
    pub holder: DimensionCode,
    /// The community's own book.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub book: Option<String>,
    pub company_side: Account,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub community_side: Option<Account>,
    /// What the company owes less what the community waits for; without a community's book there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<Amount>,
    pub tie: Tie,
}

/// 往来对账, over all books of this installation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Intercompany {
    pub rows: Vec<TieRow>,
    /// Sum of the differences, each counted as a positive amount: only zero where every one is.
    pub difference: Amount,
    pub tied: usize,
    pub differing: usize,
    pub without_book: usize,
}

/// A stake of a community in a company whose book is kept here.
struct Holding<'a> {
    book: &'a View,
    stake: &'a Stake,
}

/// Stakes by the company's book and the code by which it names their holder.
fn holdings(views: &[Arc<View>]) -> BTreeMap<(&str, &DimensionCode), Vec<Holding<'_>>> {
    let mut found: BTreeMap<_, Vec<Holding<'_>>> = BTreeMap::new();
    for view in views {
        for (_, stake) in view.registers.stakes.iter() {
            if let Some(counterpart) = stake.counterpart() {
                found.entry(counterpart).or_default().push(Holding { book: view, stake });
            }
        }
    }
    found
}

fn share(dividend: &Dividend, holder: &DimensionCode) -> Amount {
    let part = dividend.distribution.dividends.iter().find(|(code, _)| code == holder);
    part.map_or(Amount::ZERO, |(_, amount)| *amount)
}

fn company_side(dividend: &Dividend, holder: &DimensionCode) -> Account {
    let declared = share(dividend, holder);
    Account::of(declared, declared.checked_sub(dividend.owed(holder)).unwrap_or_default())
}

fn community_side(declaration: Option<&Declaration>) -> Account {
    declaration.map_or_else(Account::default, |one| Account::of(one.declared.amount, one.received()))
}

fn row(company: &str, resolution: String, holder: &DimensionCode, sides: (Account, Option<(&View, Account)>)) -> TieRow {
    let (ours, theirs) = sides;
    let tie = match theirs {
        None => Tie::NoBook,
        Some((_, theirs)) if theirs == ours => Tie::Tied,
        Some(_) => Tie::Differs,
    };
    TieRow {
        company: company.to_owned(),
        resolution,
        holder: holder.clone(),
        book: theirs.map(|(view, _)| view.profile.code.clone()),
        company_side: ours,
        community_side: theirs.map(|(_, theirs)| theirs),
        difference: theirs.and_then(|(_, theirs)| ours.open.checked_sub(theirs.open)),
        tie,
    }
}

/// What a holder's book says of a resolution: of several stakes the one that recorded it.
fn recorded<'a>(held: &'a [Holding<'a>], resolution: &DimensionCode) -> Option<(&'a View, Account)> {
    let of = |holding: &&Holding| holding.stake.of_resolution(resolution).is_some();
    let holding = held.iter().find(of).or_else(|| held.first())?;
    Some((holding.book, community_side(holding.stake.of_resolution(resolution))))
}

impl Bookkeeper {
    /// The tie of every company's dividends with its communities' books.
    pub fn intercompany(&self) -> Intercompany {
        let views = self.books();
        let holdings = holdings(&views);
        let mut rows = Vec::new();
        for view in &views {
            let company = view.profile.code.as_str();
            for dividend in view.registers.dividends.iter() {
                for (holder, _) in dividend.distribution.dividends.iter().filter(|(_, part)| !part.is_zero()) {
                    let code = &dividend.resolution.code;
                    let theirs = holdings.get(&(company, holder)).and_then(|held| recorded(held, code));
                    rows.push(row(company, code.to_string(), holder, (company_side(dividend, holder), theirs)));
                }
            }
        }
        // What a community waits for and no company owes.
        for ((company, holder), held) in &holdings {
            let register = views.iter().find(|view| view.profile.code == *company).map(|view| &view.registers.dividends);
            for holding in held {
                for declaration in holding.stake.declarations.values() {
                    let resolution = declaration.declared.resolution.as_ref();
                    let dividend = resolution.and_then(|code| register?.get(code));
                    if dividend.is_none_or(|dividend| share(dividend, holder).is_zero()) {
                        let name = resolution.map_or_else(|| declaration.declared.document.clone(), ToString::to_string);
                        let theirs = Some((holding.book, community_side(Some(declaration))));
                        rows.push(row(company, name, holder, (Account::default(), theirs)));
                    }
                }
            }
        }
        let count = |tie: Tie| rows.iter().filter(|row| row.tie == tie).count();
        let differences = rows.iter().filter_map(|row| row.difference).map(|one| Amount::from_fen(one.fen().saturating_abs()));
        Intercompany {
            difference: crate::ledger::amount::sum(differences).unwrap_or(Amount::MAX),
            tied: count(Tie::Tied),
            differing: count(Tie::Differs),
            without_book: count(Tie::NoBook),
            rows,
        }
    }

    /// Records in a community's book what its companies have resolved for it and paid to it, and it has not recorded.
    /// Dates and documents are the company's. Days before the community's book began belong to its opening balances.
    ///
    /// # Errors
    /// A company's book is not kept here, or the community's book refuses what is to be recorded.
    pub async fn mirror(&self, book: &str, signatures: Signatures) -> Result<Posted, PostError> {
        let view = self.book(book).ok_or(PostError::NoSuchBook)?;
        let mut facts = Vec::new();
        for (code, stake) in view.registers.stakes.iter() {
            let Some((company, holder)) = stake.counterpart() else { continue };
            let Some(company) = self.book(company) else {
                let message = format!("参股 {code} 写的被投资单位账套 {company} 不在这里。请核对账套编码。");
                return Err(PostError::Refused(desk::refused_whole(Rule::business("investee_book_unknown", message))));
            };
            let first = view.profile.first_period.first_day();
            for dividend in company.registers.dividends.iter().filter(|one| one.resolution.date >= first) {
                missing(code, stake, dividend, holder, &mut facts);
            }
        }
        if facts.is_empty() {
            return Ok(Posted { receipts: Vec::new(), replayed: false });
        }
        self.record(book, facts, self.clock().today(), signatures).await
    }
}

/// The declaration and the receipts of one resolution that a stake lacks.
fn missing(code: &DimensionCode, stake: &Stake, dividend: &Dividend, holder: &DimensionCode, facts: &mut Vec<Fact>) {
    let (resolution, amount) = (&dividend.resolution, share(dividend, holder));
    if amount.is_zero() {
        return;
    }
    let known = stake.of_resolution(&resolution.code);
    let declaration = match known {
        Some(known) => known.declared.document.clone(),
        None => {
            let document = document_of(&resolution.code, &resolution.number);
            facts.push(Fact::StakeDividendDeclared(StakeDividendDeclared {
                amount,
                date: resolution.date,
                document: document.clone(),
                resolution: Some(resolution.code.clone()),
                stake: code.clone(),
            }));
            document
        }
    };
    for payment in dividend.paid.values() {
        let Some(paid) = payment.payments.iter().find(|paid| paid.holder == *holder) else { continue };
        if known.is_some_and(|known| known.receipts.contains_key(&payment.document)) {
            continue;
        }
        facts.push(Fact::StakeDividendReceived(StakeDividendReceived {
            amount: paid.amount,
            date: payment.date,
            declaration: declaration.clone(),
            document: payment.document.clone(),
            stake: code.clone(),
        }));
    }
}

/// The resolution's code, which nothing else of that company has, and as much of its number as a document holds.
fn document_of(code: &DimensionCode, number: &str) -> String {
    let whole = format!("{code} {}", number.replace('/', "-"));
    whole.chars().take(DOCUMENT_CHARS_MAX).collect::<String>().trim_end().to_owned()
}
