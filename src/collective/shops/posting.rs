//! 超市: a shop's day and the settlement of its platforms (facts §7.2 F1, F2, F6).

mod consignment;
mod goods;

use crate::collective::produce::Produced;
use crate::collective::record::Record;
use crate::collective::reference;
use crate::collective::registers::Registers;
use crate::collective::roles::role::Role;
use crate::collective::shops::day::ShopDay;
use crate::collective::shops::draft::ShopAccounts;
use crate::collective::shops::settlement::Settlement;
use crate::ledger::refusal::Rule;
use crate::ledger::{Book, Dimension, DimensionCode};

impl Record for ShopDay {
    fn codes(&self) -> Vec<(Dimension, &DimensionCode)> {
        let mut codes = vec![(Dimension::Shop, &self.shop)];
        codes.extend(self.sales.iter().map(|sales| (Dimension::Channel, &sales.channel)));
        let parties = self.tenders.iter().filter_map(|tender| tender.counterparty.as_ref());
        codes.extend(parties.map(|code| (Dimension::Counterparty, code)));
        codes
    }

    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        let mut own = ShopDay::examine(self);
        if self.shift.contains('/') {
            own.push(Rule::business("shop_day_shift_slash", "班次中不能有斜线。请改用数字或文字。"));
        }
        own.extend(registers.organisation.units.foreign_shop_rule(&self.shop));
        if own.is_empty() { registers.shops.examine(self) } else { own }
    }

    fn apply(&self, registers: &mut Registers) {
        registers.shops.apply(self);
    }

    /// F1, F6: one balanced draft a shop-day.
    fn produce(&self, registers: &Registers, _: &Book) -> Result<Vec<Produced>, Rule> {
        let lines = self.draft_lines(&shop_accounts(registers)?).ok_or_else(|| too_large("营业日报"))?;
        Ok(vec![Produced {
            reference: format!("shop_day_reported/{}/{}/{}", self.shop, self.date, self.shift),
            date: self.date,
            memo: format!("门店 {} {} 营业日报（班次 {}）", self.shop, self.date, self.shift),
            lines,
        }])
    }

    fn withdraw(registers: &mut Registers, parts: &[&str]) -> Option<()> {
        let &[shop, date, shift] = parts else { return None };
        registers.shops.withdraw(&DimensionCode::parse(shop)?, crate::ledger::period::parse_date(date)?, shift).map(|_| ())
    }
}

impl Record for Settlement {
    fn codes(&self) -> Vec<(Dimension, &DimensionCode)> {
        vec![(Dimension::Shop, &self.shop)]
    }

    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        let mut rules = Settlement::examine(self);
        rules.extend(registers.organisation.units.foreign_shop_rule(&self.shop));
        if rules.is_empty() {
            rules.extend(registers.shops.examine_settlement(self));
        }
        if registers.settlements.contains_key(&reference::settlement(self)) {
            let tender = self.tender.chinese();
            let message = format!("门店 {} {} 的{tender}结算已经记过。请核对日期。", self.shop, self.date);
            rules.push(Rule::business("settlement_duplicate", message));
        }
        rules
    }

    fn apply(&self, registers: &mut Registers) {
        registers.shops.apply_settlement(self);
        registers.settlements.insert(reference::settlement(self), self.clone());
    }

    /// F2
    fn produce(&self, registers: &Registers, _: &Book) -> Result<Vec<Produced>, Rule> {
        let lines = self.draft_lines(&shop_accounts(registers)?).ok_or_else(|| too_large("结算"))?;
        Ok(vec![Produced {
            reference: reference::settlement(self),
            date: self.date,
            memo: format!("门店 {} {}结算到账", self.shop, self.tender.chinese()),
            lines,
        }])
    }

    fn withdraw(registers: &mut Registers, parts: &[&str]) -> Option<()> {
        let settlement = registers.settlements.remove(&format!("settlement_arrived/{}", parts.join("/")))?;
        registers.shops.withdraw_settlement(&settlement);
        Some(())
    }
}

fn too_large(what: &str) -> Rule {
    Rule::business("amount_out_of_range", format!("{what}的金额超出系统上限。请核对小数点。"))
}

fn shop_accounts(registers: &Registers) -> Result<ShopAccounts, Rule> {
    let account = |role| registers.roles.account(role);
    Ok(ShopAccounts {
        alipay_in_transit: account(Role::AlipayInTransit)?,
        bank: account(Role::Bank)?,
        card_in_transit: account(Role::CardInTransit)?,
        cash: account(Role::Cash)?,
        cost_of_sales: account(Role::CostOfSales)?,
        goods: account(Role::Goods)?,
        pending: account(Role::Pending)?,
        platform_fee: account(Role::PlatformFee)?,
        receivable: account(Role::TradeReceivable)?,
        sales: account(Role::Sales)?,
        stored_value: account(Role::StoredValue)?,
        vat: account(Role::Vat)?,
        wechat_in_transit: account(Role::WechatInTransit)?,
    })
}
