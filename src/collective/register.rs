//! 台账: what all facts of a book add up to. Nothing here comes from anywhere but facts, so a replay of the journal builds
//! every register anew, and a start needs no vouchers to be read.

use crate::collective::asset::AssetRegister;
use crate::collective::capital::CapitalRegister;
use crate::collective::carried::CarriedRegister;
use crate::collective::consignment::ConsignmentRegister;
use crate::collective::contract::ContractRegister;
use crate::collective::distribution::community::register::CollectiveRegister;
use crate::collective::dividend::DividendRegister;
use crate::collective::fixed_asset::{AssetSource, FixedAssetRegister};
use crate::collective::fund::{FundRegister, Treatment};
use crate::collective::goods::GoodsRegister;
use crate::collective::income_use::IncomeUseRegister;
use crate::collective::organisation::Organisation;
use crate::collective::role::Roles;
use crate::collective::shared::Shared;
use crate::collective::shares::ShareRegister;
use crate::collective::shop::{Settlement, ShopDayRegister};
use crate::collective::stake::StakeRegister;
use crate::collective::stock_take::StockTakeRegister;
use crate::collective::till::{Takings, TillRegister};
use crate::collective::treasury::TreasuryRegister;
use crate::collective::working_fund::WorkingFundRegister;
use crate::ledger::amount::plus;
use crate::ledger::refusal::Rule;
use crate::ledger::{Amount, Book, Dimension, DimensionCode, Element, Voucher};
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
    /// How many vouchers that facts produced were taken back: what was recorded before may be recorded anew.
    pub withdrawals: u64,
}

impl Registers {
    /// What came into the tills of shops.
    pub fn takings(&self) -> Takings<'_> {
        Takings { days: &self.shops, consignments: &self.consignments }
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

    /// What the business has against a voucher, whoever typed it: income from an entrusted asset needs a document that
    /// says where rent goes (国令738 §25-26). Lines count from 1.
    pub fn examine_voucher(&self, voucher: &Voucher, book: &Book) -> Vec<(usize, Rule)> {
        let mut rules = Vec::new();
        for (index, line) in voucher.lines.iter().enumerate() {
            let Some(code) = line.dimensions.get(Dimension::Asset) else { continue };
            let income = book.chart.get(&line.account).is_some_and(|account| account.element == Element::Income);
            let own = self.fixed_assets.get(code).is_some_and(|own| own.stands_on(voucher.date));
            let asset = self.assets.get(code).filter(|_| income && !own);
            if asset.is_some_and(|asset| asset.rent_destination_on(voucher.date).is_none()) {
                let message = format!(
                    "代管资产 {code} 在 {} 还没有租金去向的批准文号，租金不能入账（国令738 §25-26）。请先登记委托代管。",
                    voucher.date
                );
                rules.push((index + 1, Rule::business("rent_destination_missing", message)));
            }
        }
        rules
    }
}
