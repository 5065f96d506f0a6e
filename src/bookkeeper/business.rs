//! 业务: facts of the business recorded with the vouchers they ask for, the month end, and what the registers show. Every door
//! comes through here.

use crate::bookkeeper::desk;
use crate::bookkeeper::request::PostRequest;
use crate::bookkeeper::view::View;
use crate::bookkeeper::{Bookkeeper, PostError, Posted};
use crate::collective::contracts::accrual;
use crate::collective::contracts::register::Accrual;
use crate::collective::ground::vat::{self, Gauge};
use crate::collective::organisation::unit::UnitKind;
use crate::collective::roles::role::Role;
use crate::collective::{Fact, assets, contracts, custody, funds, organisation, shares, shops, stakes};
use crate::journal::{Declaration, Declared};
use crate::ledger::balance::Movement;
use crate::ledger::chart::ChartStandard;
use crate::ledger::refusal::Rule;
use crate::ledger::statement::Range;
use crate::ledger::voucher::Signatures;
use crate::ledger::{AccountCode, Period};
use crate::store::StoreError;
use jiff::civil::Date;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// The registers that can be shown, in English for programs and Chinese for people.
pub const REGISTERS: &[(&str, &str)] = &[
    ("roles", "科目对应"),
    ("carried", "期初往来"),
    ("custody", "代管资产"),
    ("treasury", "应缴国库"),
    ("contracts", "合同"),
    ("due", "应计提合同"),
    ("contract_ageing", "合同应收账龄"),
    ("collection", "收缴率"),
    ("consignments", "代销"),
    ("shops", "超市"),
    ("goods", "门店商品"),
    ("suppliers", "供应商账龄"),
    ("receivables", "挂账账龄"),
    ("tills", "门店现金、消费卡"),
    ("shares", "份额"),
    ("dividends", "利润分配"),
    ("funds", "帮扶资金"),
    ("working_funds", "社区工作经费"),
    ("income_uses", "收入使用"),
    ("units", "单位"),
    ("partners", "结对"),
    ("accounts", "银行账户"),
    ("stakes", "参股"),
    ("distributions", "社区收益分配"),
    ("fixed_assets", "固定资产"),
    ("stock_takes", "资产盘点"),
];

/// How often the books are read for what is held against them before its caller is told to come back: others post between.
const READINGS_MAX: u32 = 20;

/// The request that records facts; see [`desk::facts_key`].
fn facts_request(view: &View, facts: Vec<Fact>, date: Date, signatures: &Signatures) -> PostRequest {
    let key = desk::facts_key(&facts, date, view.registers.withdrawals);
    let declaration = |fact| Declaration { by: signatures.prepared_by.clone(), date, declared: Declared::Fact(Box::new(fact)) };
    let facts = facts.into_iter().map(declaration).collect();
    PostRequest { facts, signatures: signatures.clone(), ..PostRequest::new(&view.profile.code, &key) }
}

/// The registers, as a sentence lists them.
pub fn known_registers() -> String {
    REGISTERS.iter().map(|(word, chinese)| format!("{word}（{chinese}）")).collect::<Vec<_>>().join("、")
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
/// comes and its release no more.
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
        Ok(vat::gauge(net, day).map(|gauge| VatGauge { quarter, gauge }))
    }
}

/// A register of several books; each row says whose it is. `None` as in [`register`].
pub fn registers_of(views: &[Arc<View>], name: &str, day: Date) -> Option<Value> {
    let mut all = Vec::new();
    for view in views {
        let Value::Array(rows) = register(view, name, day)? else { return None };
        all.extend(rows.into_iter().map(|row| {
            let mut row = match row {
                Value::Object(row) => row,
                bare => Map::from_iter([("row".to_owned(), bare)]),
            };
            row.insert("book".to_owned(), view.profile.code.clone().into());
            Value::Object(row)
        }));
    }
    Some(Value::Array(all))
}

/// A register as it stands on a day; `None` for a name that is none of [`REGISTERS`].
pub fn register(view: &View, name: &str, day: Date) -> Option<Value> {
    let registers = &view.registers;
    let period = Period::of(day).unwrap_or(view.profile.first_period);
    Some(match name {
        "roles" => {
            let rows =
                registers.roles.iter().map(|(role, account)| json!({ "role": role, "name": role.chinese(), "account": account }));
            Value::Array(rows.collect())
        }
        "carried" => json!(registers.carried.iter().collect::<Vec<_>>()),
        "custody" => json!(custody::report::custody(registers, day)),
        "treasury" => json!(custody::report::treasury::treasury(registers, day)),
        "contracts" => json!(contracts::report::contracts(registers, day)),
        "contract_ageing" => json!(contracts::report::ageing(registers, day)),
        "collection" => json!(contracts::report::collection(registers, day)),
        "consignments" => json!(contracts::report::consignments(registers)),
        "due" => json!(accrual::due(&registers.contracts, period)),
        "shops" => json!(shops::report::shops(registers, period)),
        "goods" => json!(shops::report::goods(registers, day)),
        "suppliers" => json!(shops::report::suppliers(registers, day)),
        "receivables" => json!(shops::report::receivables(registers, day)),
        "tills" => json!(shops::report::tills(registers, &view.own_units(UnitKind::Shop))),
        "shares" => json!(shares::report::shares(registers, day)),
        "dividends" => json!(shares::report::dividends(registers, day)),
        "funds" => json!(funds::report::funds(registers)),
        "working_funds" => json!(funds::report::working_funds(registers, &view.own_units(UnitKind::Community), day)),
        "income_uses" => json!(funds::report::income_uses(registers)),
        "units" => json!(organisation::report::units(registers, &view.dimensions, day)),
        "partners" => json!(organisation::report::partners(registers, day)),
        "accounts" => json!(organisation::report::bank_accounts(registers, day)),
        "stakes" => json!(stakes::report::stakes(registers)),
        "distributions" => json!(shares::report::distributions(registers)),
        "fixed_assets" => json!(assets::report::fixed_assets(registers)),
        "stock_takes" => json!(assets::report::stock_takes(registers, day)),
        _ => return None,
    })
}
