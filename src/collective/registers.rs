//! 台账: what all facts of a book add up to. Nothing here comes from anywhere but facts, so a replay of the journal builds
//! every register anew, and a start needs no vouchers to be read.

use crate::collective::assets::fixed_asset::{AssetSource, FixedAssetRegister};
use crate::collective::assets::stock_take::StockTakeRegister;
use crate::collective::bounds::Named;
use crate::collective::carried::CarriedRegister;
use crate::collective::contracts::register::ContractRegister;
use crate::collective::custody::asset::AssetRegister;
use crate::collective::custody::treasury::TreasuryRegister;
use crate::collective::funds::fund::{FundRegister, Treatment};
use crate::collective::funds::income_use::IncomeUseRegister;
use crate::collective::funds::working_fund::WorkingFundRegister;
use crate::collective::ground::shared::Shared;
use crate::collective::organisation::Organisation;
use crate::collective::organisation::unit::UnitKind;
use crate::collective::reference::is_produced;
use crate::collective::roles::role::{Role, Roles};
use crate::collective::shares::capital::CapitalRegister;
use crate::collective::shares::distribution::community::register::CollectiveRegister;
use crate::collective::shares::dividend::DividendRegister;
use crate::collective::shares::holding::ShareRegister;
use crate::collective::shops::consignment::ConsignmentRegister;
use crate::collective::shops::goods::GoodsRegister;
use crate::collective::shops::register::ShopDayRegister;
use crate::collective::shops::settlement::Settlement;
use crate::collective::shops::till::{Takings, TillRegister};
use crate::collective::stakes::stake::StakeRegister;
use crate::ledger::amount::{negated, plus};
use crate::ledger::dimension::DimensionRegister;
use crate::ledger::refusal::Rule;
use crate::ledger::table::{Cell, Field, Table};
use crate::ledger::voucher::Line;
use crate::ledger::{AccountCode, Amount, Book, Dimension, DimensionCode, Element, Period, Purpose, Side, Voucher};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Every register of one book. A copy shares them with the original; a change copies the one register that changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registers {
    pub roles: Shared<Roles>,
    pub assets: Shared<AssetRegister>,
    pub contracts: Shared<ContractRegister>,
    pub consignments: Shared<ConsignmentRegister>,
    pub shops: Shared<ShopDayRegister>,
    pub goods: Shared<GoodsRegister>,
    pub till: Shared<TillRegister>,
    /// By the reference their vouchers carry.
    pub settlements: Shared<BTreeMap<String, Settlement>>,
    pub shares: Shared<ShareRegister>,
    pub dividends: Shared<DividendRegister>,
    pub funds: Shared<FundRegister>,
    pub working_funds: Shared<WorkingFundRegister>,
    pub income_uses: Shared<IncomeUseRegister>,
    pub organisation: Shared<Organisation>,
    pub stakes: Shared<StakeRegister>,
    pub distributions: Shared<CollectiveRegister>,
    pub fixed_assets: Shared<FixedAssetRegister>,
    pub stock_takes: Shared<StockTakeRegister>,
    pub carried: Shared<CarriedRegister>,
    pub treasury: Shared<TreasuryRegister>,
    pub capital: Shared<CapitalRegister>,
    /// What all facts have named, in fen: see [`crate::collective::bounds`].
    pub named: Named,
    /// How many vouchers that facts produced were taken back: what was recorded before may be recorded anew.
    pub withdrawals: u64,
}

/// A balance that an account must show: debit less credit.
pub type Expected = (Role, DimensionCode, Amount);

/// An amount on the credit side of [`Expected`].
pub(crate) fn credit(amount: Amount) -> Amount {
    negated(amount)
}

/// What a register is asked of.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub registers: &'a Registers,
    pub dimensions: &'a DimensionRegister,
    pub first_period: Period,
    pub day: Date,
}

impl Asked<'_> {
    /// The month of the day.
    pub fn period(&self) -> Period {
        Period::of(self.day).unwrap_or(self.first_period)
    }

    /// The units of a kind that are the book's own: those it has registered, or every code where it has registered none,
    /// for the books of a county may share their codes.
    pub fn own_units(&self, kind: UnitKind) -> Vec<DimensionCode> {
        let units = &self.registers.organisation.units;
        let registered: Vec<_> = units.of(kind).map(|unit| unit.card.code.clone()).collect();
        let all = kind.dimension().filter(|_| registered.is_empty()).into_iter().flat_map(|one| self.dimensions.of(one));
        all.map(|value| value.code.clone()).chain(registered.iter().cloned()).collect()
    }
}

/// A register that can be shown: a line of its subject's `report.rs` makes it known to every door.
pub struct Listing {
    /// For programs.
    pub word: &'static str,
    pub chinese: &'static str,
    pub fields: &'static [Field],
    pub rows: fn(Asked) -> Vec<Vec<Cell>>,
}

impl Listing {
    /// The register as a table.
    pub fn table(&self, of: Asked) -> Table {
        Table { name: self.word, title: self.chinese.into(), fields: self.fields.into(), rows: (self.rows)(of) }
    }
}

/// Declares a [`Listing`]: its word, its Chinese, its row type, and how its rows come about.
macro_rules! listing {
    ($word:literal $chinese:literal: $row:ty, |$of:ident| $rows:expr) => {
        $crate::collective::registers::Listing {
            word: $word,
            chinese: $chinese,
            fields: <$row as $crate::ledger::table::Row>::FIELDS,
            rows: |$of| {
                let rows: Vec<$row> = $rows;
                rows.iter().map($crate::ledger::table::Row::cells).collect()
            },
        }
    };
}
pub(crate) use listing;

/// What a subject's registers show, and what its accounts must hold.
pub struct Subject {
    pub listings: &'static [Listing],
    /// The roles whose accounts its registers explain in full, and the dimension by which they do.
    pub ties: &'static [(Role, Dimension)],
    pub expected: fn(&Registers) -> Vec<Expected>,
}

impl Registers {
    /// The registers of a book that begins on a day, before its first fact.
    pub fn of_book(first_day: Date) -> Registers {
        Registers { contracts: ContractRegister::of_book(first_day).into(), ..Registers::default() }
    }

    /// What came into the tills of shops.
    pub fn takings(&self) -> Takings<'_> {
        Takings { days: &self.shops, consignments: &self.consignments }
    }

    /// Whether an account holds income that is followed apart and is no income of the collective: working funds (facts §7.2
    /// H6).
    pub fn follows_apart(&self, account: &AccountCode) -> bool {
        self.roles.is_alone_on(Role::WorkingFundIncome, account)
    }

    /// What facts have posted to 实收资本 for each community by the end of a day: money paid in, assets contributed (facts
    /// §7.2 H4), and support funds made its share (H3).
    pub fn capital_posted(&self, day: Date) -> BTreeMap<DimensionCode, Amount> {
        let money = self.capital.iter().map(|one| (Some(&one.holder), one.date, one.amount));
        let cards = self.fixed_assets.iter().map(|asset| &asset.card).filter(|card| card.source == AssetSource::Contributed);
        let assets = cards.map(|card| (card.community.as_ref(), card.date, card.cost));
        let funds = self.funds.iter().filter(|fund| fund.approved.treatment == Treatment::Capital);
        let funds = funds.flat_map(|fund| {
            let received = fund.received.values();
            received.map(|one| (fund.approved.community.as_ref(), one.date, one.amount))
        });
        let mut posted = BTreeMap::new();
        for (holder, date, amount) in money.chain(assets).chain(funds) {
            if let Some(holder) = holder.filter(|_| date <= day) {
                let sum = posted.entry(holder.clone()).or_default();
                *sum = plus(*sum, amount);
            }
        }
        posted
    }

    /// What the business has against a voucher: income from an entrusted asset needs a document that says where rent goes
    /// (国令738 §25-26), and what people type leaves alone what facts keep. Lines count from 1.
    pub fn examine_voucher(&self, voucher: &Voucher, book: &Book) -> Vec<(usize, Rule)> {
        let mut rules = Vec::new();
        let typed = voucher.reverses.is_none() && voucher.purpose != Purpose::Opening && !is_produced(&voucher.source);
        for (index, line) in voucher.lines.iter().enumerate() {
            rules.extend(self.kept_by_facts(line).filter(|_| typed).map(|rule| (index + 1, rule)));
            let Some(code) = line.dimensions.get(Dimension::Asset) else { continue };
            let income = book.chart.get(&line.account).is_some_and(|account| account.element == Element::Income);
            let own = self.fixed_assets.get(code).is_some_and(|own| own.stands_on(voucher.date));
            let asset = self.assets.get(code).filter(|_| income && !own);
            let Some(asset) = asset else { continue };
            match asset.rent_destination_on(voucher.date) {
                None => {
                    let message = format!(
                        "代管资产 {code} 在 {} 还没有租金去向的批准文号，租金不能入账（国令738 §25-26）。请先登记委托代管。",
                        voucher.date
                    );
                    rules.push((index + 1, Rule::business("rent_destination_missing", message)));
                }
                Some(to)
                    if to.kept_basis_points == 0 && typed && voucher.purpose == Purpose::Ordinary && adds(line, Side::Credit) =>
                {
                    let message = format!(
                        "代管资产 {code} 的租金按 {} 全额上缴国库，不能记收入（国令738 §25-26）。请登记合同收付款，由系统记应缴国库。",
                        to.document
                    );
                    rules.push((index + 1, Rule::business("rent_not_kept", message)));
                }
                Some(_) => {}
            }
        }
        rules
    }

    /// Memorandum accounts follow their registers, and what is owed to the treasury leaves by a remittance alone: nobody types
    /// them.
    fn kept_by_facts(&self, line: &Line) -> Option<Rule> {
        let kept = |role: &&(Role, &'static str)| self.roles.is_alone_on(role.0, &line.account);
        let (role, instead) = KEPT_BY_FACTS.iter().find(kept)?;
        if *role == Role::TreasuryPayable && !adds(line, Side::Debit) {
            return None;
        }
        let name = role.chinese();
        let message = format!("科目 {} 是“{name}”，只由业务事实记，不能手填。{instead}", line.account);
        Some(Rule::business("account_kept_by_facts", message))
    }
}

/// Accounts that only facts move, and what to record instead.
const KEPT_BY_FACTS: [(Role, &str); 5] = [
    (Role::CustodyAsset, "请登记资产变动（委托代管、收回、退还、灭失）。"),
    (Role::CustodyContra, "请登记资产变动（委托代管、收回、退还、灭失）。"),
    (Role::WorkingFundHeld, "请登记工作经费到账、支出。"),
    (Role::WorkingFundContra, "请登记工作经费到账、支出。"),
    (Role::TreasuryPayable, "应缴国库的钱不能坐支，请凭非税缴款书登记上缴国库；记错的冲销原凭证。"),
];

/// Whether a line makes a side more: red on the other side does too.
fn adds(line: &Line, side: Side) -> bool {
    if line.side == side { line.amount > Amount::ZERO } else { line.amount < Amount::ZERO }
}
