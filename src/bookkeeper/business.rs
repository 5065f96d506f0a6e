//! 业务: facts of the business recorded with the vouchers they ask for, the month end, and what the registers show. Every door
//! comes through here.

use crate::bookkeeper::desk;
use crate::bookkeeper::request::PostRequest;
use crate::bookkeeper::view::View;
use crate::bookkeeper::{Bookkeeper, PostError, Posted};
use crate::collective::contracts::register::Accrual;
use crate::collective::contracts::{accrual, tax};
use crate::collective::ground::vat::{self, Gauge};
use crate::collective::roles::role::Role;
use crate::collective::{Fact, subjects};
use crate::journal::{Declaration, Declared};
use crate::ledger::amount::{plus, total};
use crate::ledger::balance::Movement;
use crate::ledger::chart::ChartStandard;
use crate::ledger::refusal::Rule;
use crate::ledger::statement::Range;
use crate::ledger::table::{Cell, Field, Kind, Table};
use crate::ledger::voucher::Signatures;
use crate::ledger::{AccountCode, Period};
use crate::store::StoreError;
use jiff::civil::Date;
use std::sync::Arc;

/// How often the books are read for what is held against them before its caller is told to come back: others post between.
const READINGS_MAX: u32 = 20;

/// The request that records facts; see [`desk::facts_key`].
fn facts_request(view: &View, facts: Vec<Fact>, date: Date, signatures: &Signatures) -> PostRequest {
    let key = desk::facts_key(&facts, date, view.registers.withdrawals);
    let declaration = |fact| Declaration { by: signatures.prepared_by.clone(), date, declared: Declared::Fact(Box::new(fact)) };
    let facts = facts.into_iter().map(declaration).collect();
    PostRequest { facts, signatures: signatures.clone(), ..PostRequest::new(&view.profile.code, &key) }
}

impl Bookkeeper {
    /// Records facts and posts what they ask for, all or nothing. The key is made of what is recorded, so that the same
    /// facts again are the same request. Gives the receipts of the vouchers, in the order of the facts.
    pub async fn record(&self, book: &str, facts: Vec<Fact>, date: Date, signatures: Signatures) -> Result<Posted, PostError> {
        if facts.is_empty() {
            return Err(PostError::Refused(desk::refused_whole(Rule::NothingDeclared)));
        }
        // Only a reversal takes a fact back: its voucher must go with it.
        if facts.iter().any(|fact| matches!(fact, Fact::Withdrawn(_))) {
            let message = "撤回不能单独登记。请红字冲销所生成的凭证，台账随之恢复。";
            return Err(PostError::Refused(desk::refused_whole(Rule::business("withdrawn_by_reversal", message))));
        }
        if facts.iter().any(Fact::is_held_against_books) {
            return self.record_held(book, &facts, date, &signatures).await;
        }
        let view = self.views.get(book).ok_or(PostError::NoSuchBook)?;
        self.send_post(facts_request(&view, facts, date, &signatures)).await
    }

    /// Records what is held against the books first. If anything is posted between reading the books and deciding, the
    /// figures may be others by then: the writer declines, and they are read again.
    async fn record_held(&self, book: &str, facts: &[Fact], date: Date, signatures: &Signatures) -> Result<Posted, PostError> {
        for _ in 0..READINGS_MAX {
            let view = self.views.get(book).ok_or(PostError::NoSuchBook)?;
            self.hold_against_books(&view, facts).await?;
            let request = facts_request(&view, facts.to_vec(), date, signatures);
            match self.send_post(PostRequest { read_at: Some(view.latest.leaf), ..request }).await {
                Err(PostError::MovedOn) => {}
                answer => return answer,
            }
        }
        Err(PostError::MovedOn)
    }

    /// Every fact of a book in the order they were recorded, withdrawn ones and withdrawals included.
    pub async fn facts(&self, view: &View) -> Result<Vec<Fact>, StoreError> {
        let recorded = self.store.facts(view.number, &view.id).await?;
        Ok(recorded.into_iter().map(|one| one.fact).collect())
    }

    /// Records what a month asks for and has not been given: every contract that earns something is accrued, every fund
    /// that has deferred income to release releases it, every fixed asset is depreciated.
    pub async fn month_end(&self, book: &str, period: Period, signatures: Signatures) -> Result<Posted, PostError> {
        let view = self.views.get(book).ok_or(PostError::NoSuchBook)?;
        let contracts = accrual::due(&view.registers.contracts, period);
        let mut facts = Vec::new();
        if !contracts.is_empty() {
            facts.push(Fact::ContractsAccrued(Accrual { contracts, period }));
        }
        facts.extend(view.registers.funds.due(period).map(Fact::FundsReleased));
        facts.extend(view.registers.goods.due(&view.registers.shops, period).into_iter().map(Fact::MarginTaken));
        facts.extend(view.registers.fixed_assets.due(period).map(Fact::AssetsDepreciated));
        if facts.is_empty() {
            return Ok(Posted { receipts: Vec::new(), replayed: false });
        }
        self.record(book, facts, period.last_day(), signatures).await
    }
}

/// 增值税起征点: a company's net sales of one quarter against the limit of that time (facts §7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct VatGauge {
    #[serde(flatten)]
    pub quarter: Range,
    #[serde(flatten)]
    pub gauge: Gauge,
}

/// Income from selling goods and services: what the 起征点 is held against. Dividends and subsidies are no sales. Rent in
/// advance is taxed with the money: what the quarter moved on 预收租金 is counted with it, so that a receipt counts when it
/// comes and its release no more. Rent in arrears counts at its tax point ([`tax::shift`]).
fn is_sales(standard: ChartStandard, account: &AccountCode) -> bool {
    let heads: &[&str] = match standard {
        ChartStandard::SmallEnterprise2013 => &["5001", "5051"],
        ChartStandard::RuralCollective2023 => &["501"],
    };
    heads.iter().any(|head| account.as_str().starts_with(head))
}

impl Bookkeeper {
    /// The gauge of the quarter that a day lies in; `None` where no threshold is known for that day.
    pub async fn vat_gauge(&self, view: &View, day: Date) -> Result<Option<VatGauge>, StoreError> {
        let first = (day.month() - 1) / 3 * 3 + 1;
        let Some((from, to)) = Period::new(day.year(), first).zip(Period::new(day.year(), first + 2)) else { return Ok(None) };
        let quarter = Range { from, to };
        let mut sales = Movement::default();
        let advance = view.registers.roles.account(Role::RentAdvance).ok();
        for (account, movement) in self.store.ordinary_account_sums(view.number, quarter).await? {
            if is_sales(view.profile.standard, &account) || advance == Some(account) {
                sales.add(movement);
            }
        }
        let net = sales.net().checked_neg().unwrap_or_default();
        let (movables, real_estate) = view.registers.fixed_assets.sold(from, to);
        let contracts = view.registers.contracts.iter();
        let shifted = total(contracts.map(|contract| tax::shift(contract, from..=to)));
        let used = plus(plus(net, movables), shifted);
        Ok(vat::gauge(used, real_estate, day).map(|gauge| VatGauge { quarter, gauge }))
    }
}

/// A register as it stands on a day; `None` for a word that no listing has.
pub fn register(view: &View, word: &str, day: Date) -> Option<Table> {
    subjects::listing(word).map(|listing| listing.table(view.asked(day)))
}

/// A register of several books; the first column says whose each row is. `None` as in [`register`].
pub fn registers_of(views: &[Arc<View>], word: &str, day: Date) -> Option<Table> {
    let listing = subjects::listing(word)?;
    let book = Field { key: "book".into(), heading: "账套".into(), kind: Kind::Text, optional: false };
    let fields = std::iter::once(book).chain(listing.fields.iter().cloned()).collect();
    let of_book = |view: &Arc<View>| {
        let code = Cell::Text(view.profile.code.clone());
        let rows = (listing.rows)(view.asked(day)).into_iter();
        rows.map(move |row| std::iter::once(code.clone()).chain(row).collect::<Vec<_>>()).collect::<Vec<_>>()
    };
    let rows = views.iter().flat_map(of_book).collect();
    Some(Table { name: listing.word, title: listing.chinese.into(), fields, rows })
}
