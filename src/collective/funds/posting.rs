//! 帮扶资金: the approval, the money, what it was spent on, the asset of it and the release of 2401 (facts §7.2 H1-H3, H5).

mod income_use;
mod working_fund;

use crate::collective::funds::fund::register::unknown;
use crate::collective::funds::fund::{
    Fund, FundApproved, FundAssetFormed, FundReceived, FundSpent, FundUse, FundsReleased, Treatment,
};
use crate::collective::produce::{Lines, Produced};
use crate::collective::record::Record;
use crate::collective::registers::Registers;
use crate::collective::roles::role::Role;
use crate::ledger::refusal::Rule;
use crate::ledger::{Amount, Book, Dimension, DimensionCode, Period};

impl Record for FundApproved {
    fn codes(&self) -> Vec<(Dimension, &DimensionCode)> {
        let mut codes = vec![(Dimension::Fund, &self.code)];
        codes.extend(self.community.as_ref().map(|code| (Dimension::Community, code)));
        codes
    }

    fn examine(&self, registers: &Registers, book: &Book) -> Vec<Rule> {
        registers.funds.examine_approved(self, book.profile.standard)
    }

    fn apply(&self, registers: &mut Registers) {
        registers.funds.approve(self);
    }
}

impl Record for FundReceived {
    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        registers.funds.examine_received(self)
    }

    fn apply(&self, registers: &mut Registers) {
        registers.funds.receive(self);
    }

    fn produce(&self, registers: &Registers, book: &Book) -> Result<Vec<Produced>, Rule> {
        received(registers, book, self).map(|one| vec![one])
    }

    fn withdraw(registers: &mut Registers, parts: &[&str]) -> Option<()> {
        let &[fund, document] = parts else { return None };
        registers.funds.withdraw_received(&DimensionCode::parse(fund)?, document)
    }
}

impl Record for FundSpent {
    fn codes(&self) -> Vec<(Dimension, &DimensionCode)> {
        self.asset.iter().map(|code| (Dimension::Asset, code)).collect()
    }

    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        registers.funds.examine_spent(self)
    }

    fn apply(&self, registers: &mut Registers) {
        registers.funds.spend(self);
    }

    fn produce(&self, registers: &Registers, book: &Book) -> Result<Vec<Produced>, Rule> {
        spent(registers, book, self).map(|one| vec![one])
    }

    fn withdraw(registers: &mut Registers, parts: &[&str]) -> Option<()> {
        let &[fund, document] = parts else { return None };
        registers.funds.withdraw_spent(&DimensionCode::parse(fund)?, document)
    }
}

impl Record for FundAssetFormed {
    fn codes(&self) -> Vec<(Dimension, &DimensionCode)> {
        vec![(Dimension::Asset, &self.asset)]
    }

    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        registers.funds.examine_formed(self)
    }

    fn apply(&self, registers: &mut Registers) {
        registers.funds.form(self);
    }

    fn produce(&self, registers: &Registers, book: &Book) -> Result<Vec<Produced>, Rule> {
        formed(registers, book, self).map(|one| vec![one])
    }

    fn withdraw(registers: &mut Registers, parts: &[&str]) -> Option<()> {
        let &[fund, asset] = parts else { return None };
        registers.funds.withdraw_formed(&DimensionCode::parse(fund)?, &DimensionCode::parse(asset)?)
    }
}

impl Record for FundsReleased {
    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        registers.funds.examine_released(self)
    }

    fn apply(&self, registers: &mut Registers) {
        registers.funds.release(self);
    }

    /// One draft a fund.
    fn produce(&self, registers: &Registers, book: &Book) -> Result<Vec<Produced>, Rule> {
        self.funds.iter().map(|code| released(registers, book, code, self.period)).collect()
    }

    fn withdraw(registers: &mut Registers, parts: &[&str]) -> Option<()> {
        let &[fund, period] = parts else { return None };
        registers.funds.withdraw_released(&DimensionCode::parse(fund)?, Period::parse(period)?)
    }
}

fn find<'a>(registers: &'a Registers, code: &DimensionCode) -> Result<&'a Fund, Rule> {
    registers.funds.get(code).ok_or_else(|| unknown(code))
}

/// The fund, and the community where it is meant for one.
fn tags(fund: &Fund) -> Vec<(Dimension, &DimensionCode)> {
    let approved = &fund.approved;
    let mut tags = vec![(Dimension::Fund, &approved.code)];
    tags.extend(approved.community.as_ref().map(|code| (Dimension::Community, code)));
    tags
}

fn received(registers: &Registers, book: &Book, received: &FundReceived) -> Result<Produced, Rule> {
    let fund = find(registers, &received.fund)?;
    let (tags, amount) = (tags(fund), received.amount);
    // Money that is the company's own at once goes where its other money is.
    let (bank, credit) = match fund.approved.treatment {
        // H1
        Treatment::Asset | Treatment::FutureCost => (Role::FundBank, Role::DeferredIncome),
        // H2
        Treatment::PastCost => (Role::Bank, Role::GovernmentGrant),
        // H3
        Treatment::Capital => (Role::Bank, Role::PaidInCapital),
        // H5
        Treatment::Earmarked => (Role::FundBank, Role::EarmarkedPayable),
    };
    let mut lines = Lines::new(registers, book);
    lines.debit(bank, amount, &tags)?;
    lines.credit(credit, amount, &tags)?;
    Ok(Produced {
        reference: format!("fund_received/{}/{}", received.fund, received.document),
        date: received.date,
        memo: format!("收到资金{} {}（{}）", received.fund, fund.approved.name, fund.approved.document),
        lines: lines.done(),
    })
}

fn spent(registers: &Registers, book: &Book, spent: &FundSpent) -> Result<Produced, Rule> {
    let fund = find(registers, &spent.fund)?;
    let (tags, amount) = (tags(fund), spent.amount);
    let earmarked = fund.approved.treatment == Treatment::Earmarked;
    let mut lines = Lines::new(registers, book);
    match (spent.use_, &spent.asset) {
        (FundUse::Asset, Some(asset)) => {
            lines.debit(Role::FixedAsset, amount, &with_asset(&tags, asset))?;
            lines.credit(Role::FundBank, amount, &tags)?;
            if earmarked {
                accumulate(&mut lines, amount, &tags)?;
            }
        }
        (FundUse::Asset, None) => {
            lines.debit(Role::Construction, amount, &tags)?;
            lines.credit(Role::FundBank, amount, &tags)?;
        }
        // The cost and what pays for it stand in the same month (小企业会计准则 §69).
        (FundUse::Cost, _) => {
            let (cost, deferred, income) = if earmarked {
                (Role::PublicWelfareCost, Role::EarmarkedPayable, Role::SubsidyIncome)
            } else {
                (Role::FundCost, Role::DeferredIncome, Role::GovernmentGrant)
            };
            lines.debit(cost, amount, &tags)?;
            lines.credit(Role::FundBank, amount, &tags)?;
            lines.debit(deferred, amount, &tags)?;
            lines.credit(income, amount, &tags)?;
        }
    }
    Ok(Produced {
        reference: format!("fund_spent/{}/{}", spent.fund, spent.document),
        date: spent.date,
        memo: format!("资金{}支出：{}（{}）", spent.fund, spent.purpose, spent.document),
        lines: lines.done(),
    })
}

fn with_asset<'a>(tags: &[(Dimension, &'a DimensionCode)], asset: &'a DimensionCode) -> Vec<(Dimension, &'a DimensionCode)> {
    tags.iter().copied().chain([(Dimension::Asset, asset)]).collect()
}

/// H5: what was earmarked becomes 公积公益金 with the asset.
fn accumulate(lines: &mut Lines, amount: Amount, tags: &[(Dimension, &DimensionCode)]) -> Result<(), Rule> {
    lines.debit(Role::EarmarkedPayable, amount, tags)?;
    lines.credit(Role::PublicAccumulation, amount, tags)
}

fn formed(registers: &Registers, book: &Book, formed: &FundAssetFormed) -> Result<Produced, Rule> {
    let fund = find(registers, &formed.fund)?;
    let (tags, amount) = (tags(fund), formed.amount);
    let mut lines = Lines::new(registers, book);
    lines.debit(Role::FixedAsset, amount, &with_asset(&tags, &formed.asset))?;
    lines.credit(Role::Construction, amount, &tags)?;
    if fund.approved.treatment == Treatment::Earmarked {
        accumulate(&mut lines, amount, &tags)?;
    }
    Ok(Produced {
        reference: format!("fund_asset_formed/{}/{}", formed.fund, formed.asset),
        date: formed.date,
        memo: format!("资金{}形成资产{}（{}）", formed.fund, formed.asset, formed.document),
        lines: lines.done(),
    })
}

fn released(registers: &Registers, book: &Book, code: &DimensionCode, period: Period) -> Result<Produced, Rule> {
    let fund = find(registers, code)?;
    let not_due = || Rule::business("fund_release_not_due", format!("资金 {code} 在 {period} 没有要结转的递延收益。"));
    let due = fund.due(period).ok_or_else(not_due)?;
    let tags = tags(fund);
    let mut lines = Lines::new(registers, book);
    lines.debit(Role::DeferredIncome, due, &tags)?;
    lines.credit(Role::GovernmentGrant, due, &tags)?;
    Ok(Produced {
        reference: format!("funds_released/{code}/{period}"),
        date: period.last_day(),
        memo: format!("结转资金{code} {period} 递延收益"),
        lines: lines.done(),
    })
}
