//! 固定资产: the card, the months, the disposal (facts §7.2 C5, H4; 小企业会计准则 §28-34).

mod stock_take;

use crate::collective::assets::fixed_asset::register::unknown;
use crate::collective::assets::fixed_asset::{
    AssetSource, AssetsDepreciated, FixedAsset, FixedAssetAdded, FixedAssetDisposed, Going,
};
use crate::collective::produce::{Lines, Produced};
use crate::collective::record::Record;
use crate::collective::registers::Registers;
use crate::collective::roles::role::Role;
use crate::ledger::amount::total;
use crate::ledger::amount::{less, negated};
use crate::ledger::refusal::Rule;
use crate::ledger::{Amount, Book, Dimension, DimensionCode, Period};

impl Record for FixedAssetAdded {
    fn codes(&self) -> Vec<(Dimension, &DimensionCode)> {
        let mut codes = vec![(Dimension::Asset, &self.asset)];
        codes.extend(bearers(self));
        codes
    }

    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        let funded: Vec<Amount> = registers.funds.iter().filter_map(|fund| fund.assets().remove(&self.asset)).collect();
        let funded = (!funded.is_empty()).then(|| total(funded));
        let mut rules = registers.fixed_assets.examine_added(self, funded);
        if registers.assets.get(&self.asset).is_some_and(|asset| asset.in_custody() || asset.in_custody_on(self.date)) {
            let message = format!("资产 {} 还在代管，不是自己的资产。产权过户的，请先登记退还或收回。", self.asset);
            rules.push(Rule::business("fixed_asset_entrusted", message));
        }
        rules
    }

    fn apply(&self, registers: &mut Registers) {
        registers.fixed_assets.add(self);
    }

    fn produce(&self, registers: &Registers, book: &Book) -> Result<Vec<Produced>, Rule> {
        Ok(added(registers, book, self)?.into_iter().collect())
    }

    fn withdraw(registers: &mut Registers, parts: &[&str]) -> Option<()> {
        let &[asset] = parts else { return None };
        registers.fixed_assets.withdraw_added(&DimensionCode::parse(asset)?)
    }
}

impl Record for AssetsDepreciated {
    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        registers.fixed_assets.examine_depreciated(self)
    }

    fn apply(&self, registers: &mut Registers) {
        registers.fixed_assets.depreciate(self);
    }

    /// One draft an asset.
    fn produce(&self, registers: &Registers, book: &Book) -> Result<Vec<Produced>, Rule> {
        self.assets.iter().map(|code| depreciated(registers, book, code, self.period)).collect()
    }

    fn withdraw(registers: &mut Registers, parts: &[&str]) -> Option<()> {
        let &[asset, period] = parts else { return None };
        registers.fixed_assets.withdraw_depreciated(&DimensionCode::parse(asset)?, Period::parse(period)?)
    }
}

impl Record for FixedAssetDisposed {
    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        let mut rules = registers.fixed_assets.examine_disposed(self);
        let whole = self.part.is_none() && registers.fixed_assets.get(&self.asset).is_some_and(|one| one.disposed.is_none());
        if let Some(contract) = registers.contracts.beyond(&self.asset, self.date).filter(|_| whole) {
            let message = format!(
                "固定资产 {} 由合同 {} 用到 {}，{} 还不能全部处置。请先登记合同终止（不晚于这一天）。",
                self.asset,
                contract.terms.code,
                contract.last_day(),
                self.date
            );
            rules.push(Rule::business("fixed_asset_let", message));
        }
        rules
    }

    fn apply(&self, registers: &mut Registers) {
        registers.fixed_assets.dispose(self);
    }

    fn produce(&self, registers: &Registers, book: &Book) -> Result<Vec<Produced>, Rule> {
        disposed(registers, book, self).map(|one| vec![one])
    }

    fn withdraw(registers: &mut Registers, parts: &[&str]) -> Option<()> {
        match *parts {
            [asset] => {
                let asset = DimensionCode::parse(asset)?;
                // It is not two things at once, now that others have entrusted it.
                if registers.assets.get(&asset).is_some_and(|entrusted| entrusted.in_custody()) {
                    return None;
                }
                registers.fixed_assets.withdraw_disposed(&asset)
            }
            [asset, document] => registers.fixed_assets.withdraw_part(&DimensionCode::parse(asset)?, document),
            _ => None,
        }
    }
}

fn find<'a>(registers: &'a Registers, code: &DimensionCode) -> Result<&'a FixedAsset, Rule> {
    registers.fixed_assets.get(code).ok_or_else(|| unknown(code))
}

/// The community where the card has one.
fn community(card: &FixedAssetAdded) -> Vec<(Dimension, &DimensionCode)> {
    card.community.iter().map(|code| (Dimension::Community, code)).collect()
}

/// Whose cost it is: the community's, the shop's, both or neither's.
fn bearers(card: &FixedAssetAdded) -> Vec<(Dimension, &DimensionCode)> {
    let shop = card.shop.iter().map(|code| (Dimension::Shop, code));
    community(card).into_iter().chain(shop).collect()
}

fn added(registers: &Registers, book: &Book, card: &FixedAssetAdded) -> Result<Option<Produced>, Rule> {
    let (against, tags) = match card.source {
        AssetSource::Opening | AssetSource::Funded => return Ok(None),
        AssetSource::Purchased => (Role::Bank, Vec::new()),
        // H4
        AssetSource::Contributed => (Role::PaidInCapital, community(card)),
        AssetSource::Built => (Role::Construction, community(card)),
    };
    let mut lines = Lines::new(registers, book);
    lines.debit(Role::FixedAsset, card.cost, &[(Dimension::Asset, &card.asset)])?;
    lines.credit(against, card.cost, &tags)?;
    Ok(Some(Produced {
        reference: format!("fixed_asset_added/{}", card.asset),
        date: card.date,
        memo: format!("固定资产{} {}：{}（{}）", card.asset, card.name, card.source.chinese(), card.document),
        lines: lines.done(),
    }))
}

/// C5.
fn depreciate(lines: &mut Lines, card: &FixedAssetAdded, amount: Amount) -> Result<(), Rule> {
    let mut tags = bearers(card);
    tags.push((Dimension::Asset, &card.asset));
    lines.debit(card.expense.role(), amount, &tags)?;
    lines.credit(Role::AccumulatedDepreciation, amount, &[(Dimension::Asset, &card.asset)])
}

fn depreciated(registers: &Registers, book: &Book, code: &DimensionCode, period: Period) -> Result<Produced, Rule> {
    let asset = find(registers, code)?;
    let not_due =
        || Rule::business("depreciation_not_due", format!("固定资产 {code} 在 {period} 没有要计提的折旧。请从列表中去掉。"));
    let due = asset.due(period).ok_or_else(not_due)?;
    let mut lines = Lines::new(registers, book);
    depreciate(&mut lines, &asset.card, due)?;
    Ok(Produced {
        reference: format!("assets_depreciated/{code}/{period}"),
        date: period.last_day(),
        memo: format!("计提固定资产{code} {period} 折旧"),
        lines: lines.done(),
    })
}

/// The last month, the asset or a part of it into 固定资产清理, the proceeds out of it, and what remains there to profit or loss (小企业会计准则
/// §34).
fn disposed(registers: &Registers, book: &Book, disposed: &FixedAssetDisposed) -> Result<Produced, Rule> {
    let asset = find(registers, &disposed.asset)?;
    let card = &asset.card;
    let Going { last, cost, lost } = asset.going(disposed);
    let value = less(cost, lost);
    let net = disposed.net();
    let (tax, gain) = (less(disposed.proceeds, net), less(net, value));
    let (of_asset, of_bearers) = ([(Dimension::Asset, &card.asset)], bearers(card));

    let mut lines = Lines::new(registers, book);
    depreciate(&mut lines, card, last)?;
    lines.debit(Role::AccumulatedDepreciation, lost, &of_asset)?;
    lines.debit(Role::AssetDisposal, value, &of_asset)?;
    lines.credit(Role::FixedAsset, cost, &of_asset)?;
    lines.debit(Role::Bank, disposed.proceeds, &[])?;
    lines.credit(Role::AssetDisposal, net, &of_asset)?;
    lines.credit(Role::Vat, tax, &[])?;
    if gain > Amount::ZERO {
        lines.debit(Role::AssetDisposal, gain, &of_asset)?;
        lines.credit(Role::DisposalGain, gain, &of_bearers)?;
    } else {
        let loss = negated(gain);
        lines.debit(Role::DisposalLoss, loss, &of_bearers)?;
        lines.credit(Role::AssetDisposal, loss, &of_asset)?;
    }
    let (part, told) = match disposed.part {
        Some(_) => (format!("/{}", disposed.document), "部分"),
        None => Default::default(),
    };
    Ok(Produced {
        reference: format!("fixed_asset_disposed/{}{part}", disposed.asset),
        date: disposed.date,
        memo: format!("固定资产{} {}：{told}{}（{}）", card.asset, card.name, disposed.reason.chinese(), disposed.document),
        lines: lines.done(),
    })
}
