//! 资产盘点: every asset of a kind that stands on the day, and what became of it. It moves no money, so it gives no voucher.

use crate::collective::assets::stock_take::StockTaken;
use crate::collective::record::Record;
use crate::collective::registers::Registers;
use crate::ledger::Book;
use crate::ledger::refusal::Rule;

impl Record for StockTaken {
    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        registers.stock_takes.examine(self, &registers.assets, &registers.fixed_assets)
    }

    fn apply(&self, registers: &mut Registers) {
        registers.stock_takes.take(self);
    }
}
