//! 公司与社区对账: what a company owes each community by its own register, against what that community's book has recorded.
//! [`crate::bookkeeper::mirror`] brings them together.

use crate::bookkeeper::Bookkeeper;
use crate::bookkeeper::view::View;
use crate::collective::shares::dividend::Dividend;
use crate::collective::stakes::stake::{Declaration, Stake};
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

/// A holder's part of a dividend; zero where it has none.
pub(super) fn share(dividend: &Dividend, holder: &DimensionCode) -> Amount {
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
}
