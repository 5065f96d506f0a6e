//! What the accounts must show of shops: money in transit, goods and their margin, and what is owed either way.

use crate::collective::registers::credit;
use crate::collective::registers::{Expected, Registers};
use crate::collective::roles::role::Role;
use crate::collective::shops::day::Tender;
use crate::ledger::Dimension;
use crate::ledger::amount::less;

/// The accounts explained in full, and by which dimension.
pub(crate) const TIES: &[(Role, Dimension)] = &[
    (Role::WechatInTransit, Dimension::Shop),
    (Role::AlipayInTransit, Dimension::Shop),
    (Role::CardInTransit, Dimension::Shop),
    (Role::SupplierPayable, Dimension::Counterparty),
    (Role::TradeReceivable, Dimension::Counterparty),
    (Role::GoodsMargin, Dimension::Shop),
    (Role::Goods, Dimension::Shop),
    (Role::ConsignmentPayable, Dimension::Contract),
];

/// Debit less credit, code by code.
pub(crate) fn expected(registers: &Registers) -> Vec<Expected> {
    let mut rows = goods_rows(registers);
    let transit =
        [(Role::WechatInTransit, Tender::WeChat), (Role::AlipayInTransit, Tender::Alipay), (Role::CardInTransit, Tender::Card)];
    for (role, tender) in transit {
        rows.extend(registers.shops.in_transit_by_shop(tender).map(|(shop, sum)| (role, shop.clone(), sum)));
    }
    rows.extend(registers.consignments.iter().map(|one| (Role::ConsignmentPayable, one.terms.code.clone(), credit(one.owed()))));
    rows
}

/// What shops have received, counted and sold, and what is owed either way for it.
fn goods_rows(registers: &Registers) -> Vec<Expected> {
    let mut rows = Vec::new();
    for shop in registers.goods.shops() {
        let code = &shop.opened.shop;
        for received in shop.received.values() {
            rows.push((Role::Goods, code.clone(), received.value()));
            rows.push((Role::GoodsMargin, code.clone(), less(received.cost, received.value())));
        }
        for returned in shop.returned.values() {
            rows.push((Role::Goods, code.clone(), credit(returned.value())));
            rows.push((Role::GoodsMargin, code.clone(), less(returned.value(), returned.cost)));
        }
        for change in shop.changed.values() {
            rows.push((Role::Goods, code.clone(), change.gained));
            rows.push((Role::GoodsMargin, code.clone(), credit(change.gained)));
        }
        for found in shop.counted.values() {
            rows.push((Role::Goods, code.clone(), found.stock));
            rows.push((Role::GoodsMargin, code.clone(), credit(found.margin)));
        }
        rows.extend(shop.taken.values().map(|taken| (Role::GoodsMargin, code.clone(), *taken)));
    }
    for (shop, cost) in registers.shops.costs() {
        rows.push((Role::Goods, shop, credit(cost)));
    }
    let suppliers = registers.goods.suppliers().into_iter();
    rows.extend(suppliers.map(|code| (Role::SupplierPayable, code.clone(), credit(registers.goods.owed(&code)))));
    let customers = registers.till.customers(&registers.shops).into_iter();
    rows.extend(customers.map(|code| (Role::TradeReceivable, code.clone(), registers.till.owed(&code, &registers.shops))));
    rows
}
