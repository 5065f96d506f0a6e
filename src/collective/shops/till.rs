//! 门店资金 (facts §7.2 F3, F7, F9): cash that goes to the bank, customers who pay their account, cards sold, and VAT that a
//! quarter below the 起征点 releases.

use crate::collective::ground::ageing::uncovered;
use crate::collective::shops::consignment::ConsignmentRegister;
use crate::collective::shops::day::{Tender, Till};
use crate::collective::shops::goods::register::document_rule;
use crate::collective::shops::register::ShopDayRegister;
use crate::ledger::amount::{less, plus, total};
use crate::ledger::refusal::Rule;
use crate::ledger::{Amount, DimensionCode, Period};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// 现金存银行.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CashBanked {
    pub amount: Amount,
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    pub document: String,
    pub shop: DimensionCode,
}

/// 收回挂账.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceivableCollected {
    pub amount: Amount,
    pub counterparty: DimensionCode,
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    pub document: String,
}

/// 售消费卡.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardsSold {
    pub amount: Amount,
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    pub document: String,
    pub shop: DimensionCode,
    pub till: Till,
}

/// 季度未达起征点，减免增值税转出.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VatReleased {
    pub amount: Amount,
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    pub document: String,
    /// As `2025Q1`.
    pub quarter: String,
}

impl VatReleased {
    /// The last day of its quarter; `None` where it is none.
    pub fn quarter_end(&self) -> Option<Date> {
        quarter_end(&self.quarter)
    }
}

/// The registers that know what came into the tills beside this one.
pub struct Takings<'a> {
    pub days: &'a ShopDayRegister,
    pub consignments: &'a ConsignmentRegister,
}

/// 期初 of tills and customers, by code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TillOpenings {
    /// 挂账: since when, and how much.
    pub on_account: BTreeMap<DimensionCode, (Date, Amount)>,
    pub cash: BTreeMap<DimensionCode, Amount>,
    /// Sold and not used.
    pub cards: BTreeMap<DimensionCode, Amount>,
}

/// 门店资金台账.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TillRegister {
    pub openings: TillOpenings,
    /// By shop and document.
    pub banked: BTreeMap<(DimensionCode, String), CashBanked>,
    /// By customer and document.
    pub collected: BTreeMap<(DimensionCode, String), ReceivableCollected>,
    /// By shop and document.
    pub cards: BTreeMap<(DimensionCode, String), CardsSold>,
    /// By quarter.
    pub released: BTreeMap<String, VatReleased>,
}

/// What stood somewhere 期初, came and went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    pub opening: Amount,
    pub came: Amount,
    pub went: Amount,
}

fn amount_rule(amount: Amount) -> Option<Rule> {
    (amount.fen() <= 0).then(|| Rule::business("till_amount", "金额要大于零。更正请冲销原来的凭证。"))
}

impl TillRegister {
    pub fn examine_banked(&self, banked: &CashBanked, takings: &Takings) -> Vec<Rule> {
        let taken = self.banked.contains_key(&(banked.shop.clone(), banked.document.clone()));
        let mut rules: Vec<Rule> = amount_rule(banked.amount).into_iter().chain(document_rule(&banked.document, taken)).collect();
        let cash = self.cash(&banked.shop, takings);
        let held = less(plus(cash.opening, cash.came), cash.went);
        if banked.amount > held {
            let (shop, amount) = (&banked.shop, banked.amount);
            let message = format!(
                "门店 {shop} 台账上有现金 {held} 元，这次存 {amount} 元。请核对，或先补录日报；期初的现金先登记期初往来。"
            );
            rules.push(Rule::business("cash_exceeds", message));
        }
        rules
    }

    pub fn examine_cards(&self, cards: &CardsSold) -> Vec<Rule> {
        let taken = self.cards.contains_key(&(cards.shop.clone(), cards.document.clone()));
        amount_rule(cards.amount).into_iter().chain(document_rule(&cards.document, taken)).collect()
    }

    pub fn examine_collected(&self, collected: &ReceivableCollected, days: &ShopDayRegister) -> Vec<Rule> {
        let taken = self.collected.contains_key(&(collected.counterparty.clone(), collected.document.clone()));
        let mut rules: Vec<Rule> =
            amount_rule(collected.amount).into_iter().chain(document_rule(&collected.document, taken)).collect();
        let owed = self.owed(&collected.counterparty, days);
        if collected.amount > owed {
            let (who, amount) = (&collected.counterparty, collected.amount);
            let message = format!("{who} 挂账未收 {owed} 元，这次收 {amount} 元。请核对；期初的欠款先登记期初往来。");
            rules.push(Rule::business("receivable_exceeds", message));
        }
        rules
    }

    pub fn examine_released(&self, released: &VatReleased) -> Vec<Rule> {
        let mut rules: Vec<Rule> = amount_rule(released.amount).into_iter().collect();
        rules.extend(document_rule(&released.document, false));
        match released.quarter_end() {
            None => rules.push(Rule::business("vat_quarter", format!("看不懂季度 {}。应为 2025Q1 的形式。", released.quarter))),
            Some(end) if released.date < end => {
                rules.push(Rule::business(
                    "vat_quarter",
                    format!("季度 {} 到 {end} 才结束，还不知道是否达到起征点。", released.quarter),
                ));
            }
            Some(_) => {}
        }
        if self.released.contains_key(&released.quarter) {
            rules.push(Rule::business("vat_released_twice", format!("季度 {} 已经转出过。更正请先冲销。", released.quarter)));
        }
        rules
    }

    /// 挂账 of one customer, by age: what is not covered by collections, the oldest being paid first.
    pub fn open_accounts(&self, customer: &DimensionCode, days: &ShopDayRegister) -> Vec<(Date, Amount)> {
        let paid = self.collected.values().filter(|one| one.counterparty == *customer);
        let mut debts: Vec<_> = days.on_account(customer);
        debts.extend(self.openings.on_account.get(customer));
        debts.sort_by_key(|(date, _)| *date);
        uncovered(debts, paid.map(|one| (one.date, one.amount)))
    }

    /// Everyone who has bought on account or paid for it, by code: a day may be taken back after it was paid.
    pub fn customers(&self, days: &ShopDayRegister) -> BTreeSet<DimensionCode> {
        let paying = self.collected.keys().map(|(customer, _)| customer.clone());
        days.customers().into_iter().chain(paying).chain(self.openings.on_account.keys().cloned()).collect()
    }

    /// What a customer owes; below zero when a day was taken back after it was paid.
    pub fn owed(&self, customer: &DimensionCode, days: &ShopDayRegister) -> Amount {
        let opening = self.openings.on_account.get(customer).copied();
        let sold = total(days.on_account(customer).into_iter().chain(opening).map(|(_, amount)| amount));
        let paid = self.collected.values().filter(|one| one.counterparty == *customer).map(|one| one.amount);
        less(sold, total(paid))
    }

    /// Cash that came into a shop's till, and what it has banked: without typed vouchers.
    pub fn cash(&self, shop: &DimensionCode, takings: &Takings) -> Moved {
        let cards = self.cards.values().filter(|one| one.shop == *shop && one.till == Till::Cash).map(|one| one.amount);
        let growers = takings.consignments.iter().flat_map(|one| one.sold.values());
        let growers = growers.filter(|sale| sale.till == Till::Cash && sale.shop.as_ref() == Some(shop)).map(|sale| sale.gross);
        let taken = total(cards.chain(growers).chain([takings.days.taken(shop, Tender::Cash)]));
        let banked = self.banked.values().filter(|one| one.shop == *shop).map(|one| one.amount);
        Moved { opening: self.openings.cash.get(shop).copied().unwrap_or_default(), came: taken, went: total(banked) }
    }

    /// Cards a shop has sold, and what was paid with cards.
    pub fn cards(&self, shop: &DimensionCode, days: &ShopDayRegister) -> Moved {
        let sold = self.cards.values().filter(|one| one.shop == *shop).map(|one| one.amount);
        let opening = self.openings.cards.get(shop).copied().unwrap_or_default();
        Moved { opening, came: total(sold), went: days.taken(shop, Tender::StoredValue) }
    }
}

/// The last day of a quarter such as `2025Q1`. One spelling a quarter: another would release it twice.
fn quarter_end(text: &str) -> Option<Date> {
    let (year, quarter) = text.split_once('Q')?;
    let month = match quarter {
        "1" => "03",
        "2" => "06",
        "3" => "09",
        "4" => "12",
        _ => return None,
    };
    Some(Period::parse(&format!("{year}-{month}"))?.last_day())
}
