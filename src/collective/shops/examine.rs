//! What speaks against a shop's day by itself; what speaks against it beside other days is
//! `ShopDayRegister::examine`.

use crate::collective::shops::day::{ShopDay, Tender, less, plus, total};
use crate::ledger::amount::yuan;
use crate::ledger::book::text_rule;
use crate::ledger::refusal::Rule;
use crate::ledger::{Amount, Period};
use std::collections::BTreeSet;

/// Characters of a 班次.
pub const SHIFT_CHARS_MAX: usize = 20;
/// A tax of the whole price or more is a typing error (1 % typed as 10000).
const TAX_BASIS_POINTS_LIMIT: u32 = 10_000;

/// Digits and letters as wide as Chinese ones, which look like those of a keyboard and are others.
fn is_full_width(c: char) -> bool {
    matches!(c, '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ')
}

/// The same digit or letter as a keyboard types it.
fn half_width(c: char) -> char {
    let plain = is_full_width(c).then(|| char::from_u32(u32::from(c).saturating_sub(0xFEE0))).flatten();
    plain.unwrap_or(c)
}

impl ShopDay {
    /// Every rule the day breaks, in a fixed order; empty when it may be recorded.
    pub fn examine(&self) -> Vec<Rule> {
        let mut rules = Vec::new();
        rules.extend(self.date_rule());
        rules.extend(self.shift_rule());
        rules.extend(self.tax_rule());
        rules.extend(self.size_rule());
        rules.extend(self.sign_rules());
        rules.extend(self.channel_rule());
        rules.extend(self.tender_rules());
        rules.extend(self.content_rule());
        rules.extend(self.discount_rule());
        rules.extend(self.control_rule());
        rules
    }

    fn date_rule(&self) -> Option<Rule> {
        let message = || format!("营业日期 {} 不在可用年份内。请核对日期。", self.date);
        Period::of(self.date).is_none().then(|| Rule::business("shop_day_date_invalid", message()))
    }

    fn shift_rule(&self) -> Option<Rule> {
        if self.shift.trim().is_empty() {
            return Some(Rule::business("shop_day_shift_missing", "没有班次。一天只有一班的门店请填 1。"));
        }
        let unlike = self.shift.trim() != self.shift || self.shift.chars().any(is_full_width);
        let message = || {
            let plain: String = self.shift.trim().chars().map(half_width).collect();
            format!("班次“{}”前后有空格，或用了全角的数字、字母，会与“{plain}”分成两班。请写“{plain}”。", self.shift)
        };
        // What is no text at all is not spelt out.
        text_rule("班次", &self.shift, SHIFT_CHARS_MAX).or_else(|| unlike.then(|| Rule::business("shop_day_shift", message())))
    }

    fn tax_rule(&self) -> Option<Rule> {
        let message = "税率不得达到 100%。税率以万分之一为单位填写，1% 填 100。请改正税率。";
        let mut rates = self.sales.iter().map(|row| self.rate(row)).chain([self.tax_basis_points]);
        rates.any(|rate| rate >= TAX_BASIS_POINTS_LIMIT).then(|| Rule::business("shop_day_tax_rate_too_high", message))
    }

    /// Beyond one line's cap an amount is a typing error, and the sums of the draft could leave an `i64`.
    fn size_rule(&self) -> Option<Rule> {
        let single = [self.cost, self.discount, self.returns, self.rounding, self.short_over];
        let sales = self.sales.iter().map(|row| row.gross);
        let mut all = single.into_iter().chain(sales).chain(self.tenders.iter().map(|row| row.amount));
        all.any(|amount| amount.fen().unsigned_abs() > Amount::MAX.fen().unsigned_abs()).then_some(Rule::AmountTooLarge)
    }

    /// Only goods that come back may make the cost red; payments below zero have [`Self::refund_rule`].
    fn sign_rules(&self) -> Vec<Rule> {
        let named = [("折扣金额", self.discount), ("退货金额", self.returns), ("抹零", self.rounding)];
        let sales = self.sales.iter().map(|row| ("销售额", row.gross));
        let cost = self.returns.is_zero().then_some(("销售成本", self.cost));
        let negative = named.into_iter().chain(sales).chain(cost).filter(|(_, amount)| *amount < Amount::ZERO);
        let message = |(field, amount)| format!("{field}为 {amount}，不能是负数。请填正数；顾客退货请填在退货金额中。");
        negative.map(|row| Rule::business("shop_day_amount_negative", message(row))).collect()
    }

    fn channel_rule(&self) -> Option<Rule> {
        let mut seen = BTreeSet::new();
        let repeated = self.sales.iter().find(|row| !seen.insert((&row.channel, self.rate(row))))?;
        let message = format!("渠道 {} 同一税率填写了两次。请合并成一行。", repeated.channel);
        Some(Rule::business("shop_day_channel_repeated", message))
    }

    fn tender_rules(&self) -> Vec<Rule> {
        let mut seen = BTreeSet::new();
        let repeated = self.tenders.iter().find(|row| !seen.insert((row.kind, &row.counterparty)));
        let on_account = |kind| kind == Tender::OnAccount;
        let nameless = self.tenders.iter().any(|row| on_account(row.kind) && row.counterparty.is_none());
        let named = self.tenders.iter().find(|row| !on_account(row.kind) && row.counterparty.is_some());
        let rules = [
            repeated.map(|row| {
                let message = format!("收款方式“{}”填写了两次。请合并成一行；挂账请按往来单位各填一行。", row.kind.chinese());
                Rule::business("shop_day_tender_repeated", message)
            }),
            nameless.then(|| Rule::business("shop_day_counterparty_missing", "挂账没有填写往来单位。请填写欠款的单位或个人。")),
            named.map(|row| {
                let message = format!("收款方式“{}”不应填写往来单位。请删去，或改为挂账。", row.kind.chinese());
                Rule::business("shop_day_counterparty_unexpected", message)
            }),
            self.refund_rule(),
        ];
        rules.into_iter().flatten().collect()
    }

    /// Money goes back to customers only for goods that came back.
    fn refund_rule(&self) -> Option<Rule> {
        let refunded = total(self.tenders.iter().map(|row| row.amount).filter(|amount| *amount < Amount::ZERO));
        let message =
            || format!("收款为负数的合计 {}，超过退货金额 {}。请核对收款金额，或补填退货金额。", yuan(refunded), self.returns);
        let explained = plus(i128::from(self.returns.fen()), refunded) >= 0;
        (!explained).then(|| Rule::business("shop_day_refund_exceeds_returns", message()))
    }

    fn content_rule(&self) -> Option<Rule> {
        if self.sales.is_empty() {
            let message = "没有销售渠道。请至少填写一个渠道；当日只有退货的，填写退货所属渠道，销售额填 0.00。";
            return Some(Rule::business("shop_day_channel_missing", message));
        }
        let idle = self.gross_sales() == 0 && self.returns.is_zero();
        idle.then(|| Rule::business("shop_day_empty", "当日既无销售也无退货。请填写销售额或退货金额；未营业的不必录入。"))
    }

    fn discount_rule(&self) -> Option<Rule> {
        let (given, sold) = (total([self.discount, self.rounding]), self.gross_sales());
        let message = || format!("折扣与抹零合计 {}，超过销售总额 {}。请核对金额。", yuan(given), yuan(sold));
        (given > sold).then(|| Rule::business("shop_day_discount_exceeds_sales", message()))
    }

    /// The control of facts §6.6; and a day that holds must leave something to post.
    fn control_rule(&self) -> Option<Rule> {
        let (paid, owed) = (self.paid(), self.owed());
        if paid != owed {
            let message = format!(
                "各种收款合计 {}，与销售总额减退货、折扣、抹零后的 {} 相差 {}。请核对各项金额；现金盘点差异请填在现金长短款中。",
                yuan(paid),
                yuan(owed),
                yuan(less(paid, owed)),
            );
            return Some(Rule::business("shop_day_payments_differ", message));
        }
        let still = owed == 0
            && self.tenders.iter().all(|row| row.amount.is_zero())
            && self.sales.iter().filter(|row| !row.gross.is_zero()).count() < 2
            && self.cost.is_zero()
            && self.short_over.is_zero()
            && self.gross_sales() != 0;
        let message = "销售与退货、折扣正好相抵，没有需要记账的金额。请填写销售成本，或不录入当日。";
        still.then(|| Rule::business("shop_day_nothing_to_post", message))
    }
}
