//! 上限: what facts may name, so that sums over the registers cannot leave their type. [`crate::collective::Fact::examine`]
//! holds every fact to it, whatever its kind, and the verifier does the same.

use crate::ledger::Amount;
use crate::ledger::refusal::Rule;
use serde_json::Value;

/// The largest amount that a fact may name: 1,000 亿元, more than any county has.
pub const AMOUNT_MAX: Amount = Amount::from_fen(10_000_000_000_000);

/// The largest sum of all amounts that the facts of one book name, red ones counted as black, in fen. Registers add an
/// amount a few times at the most, and a late fee is at most 73 times what it is for (1 % a day over twenty years): so much
/// room is left.
pub const NAMED_MAX: i64 = i64::MAX / 256;

/// What the facts of a book have named so far. It guards the door and says nothing of the business: registers that say the
/// same are equal whatever was named, taken back and named again.
#[derive(Clone, Copy, Default)]
pub struct Named(i64);

impl Named {
    /// Adds what a fact names that [`crate::collective::Fact::examine`] found nothing against.
    pub(crate) fn add(&mut self, sum: i128) {
        let all = sum.saturating_add(i128::from(self.0)).min(i128::from(NAMED_MAX));
        self.0 = i64::try_from(all).unwrap_or(NAMED_MAX);
    }
}

impl PartialEq for Named {
    fn eq(&self, _: &Named) -> bool {
        true
    }
}

impl Eq for Named {}

impl std::fmt::Debug for Named {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Named")
    }
}

/// What a fact names, by the amounts in its record: (the largest, their sum), in fen.
pub(crate) fn named(record: &Value) -> (i64, i128) {
    match record {
        Value::String(text) => {
            let fen = Amount::parse_canonical(text).map_or(0, |amount| amount.fen().saturating_abs());
            (fen, i128::from(fen))
        }
        Value::Array(all) => all.iter().map(named).fold((0, 0), together),
        Value::Object(fields) => fields.values().map(named).fold((0, 0), together),
        Value::Null | Value::Bool(_) | Value::Number(_) => (0, 0),
    }
}

fn together(one: (i64, i128), other: (i64, i128)) -> (i64, i128) {
    (one.0.max(other.0), one.1.saturating_add(other.1))
}

/// What speaks against taking in a fact that names so much; `before` is what the book's facts have named.
pub(crate) fn bounds_rule((largest, sum): (i64, i128), before: Named) -> Option<Rule> {
    if largest > AMOUNT_MAX.fen() {
        let message = format!("金额超过单项上限 {AMOUNT_MAX} 元。请核对小数点。");
        return Some(Rule::business("amount_too_large", message));
    }
    let all = sum.saturating_add(i128::from(before.0));
    let message = || "本账套各项业务所列金额的合计超过系统上限。请核对小数点；确实需要的，启用新账套。";
    (all > i128::from(NAMED_MAX)).then(|| Rule::business("facts_too_large", message()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collective::Fact;
    use crate::collective::contracts::terms::ContractKind;
    use crate::collective::contracts::tests::contracts::terms;
    use crate::collective::tests::desk::{Desk, date};
    use proptest::prelude::*;

    #[test]
    fn an_amount_beyond_any_county_is_refused() {
        let desk = Desk::new();
        let mut lease = terms("HT-1", ContractKind::Lease);
        // Two payments of this had fallen due in September, and less than that in October.
        lease.rent = Amount::parse_canonical("9999999999999999.00").expect("canonical");
        assert_eq!(desk.refuse(&Fact::ContractSigned(lease.clone())), ["amount_too_large"]);
        // One payment is small, seventy years of half as much again each year are not.
        lease.rent = Amount::from_fen(1_000_000);
        (lease.start, lease.end, lease.escalation_basis_points) = (date("2026-01-01"), date("2095-12-31"), 5_000);
        assert_eq!(desk.refuse(&Fact::ContractSigned(lease)), ["facts_too_large"]);
    }

    #[test]
    fn amounts_add_up_wherever_they_stand() {
        let record = serde_json::json!({ "a": "1.00", "b": ["-2.00", { "c": "3.00" }], "d": "文字", "e": "4" });
        assert_eq!(named(&record), (300, 600));
        let mut so_far = Named::default();
        so_far.add(i128::from(NAMED_MAX) - 10);
        assert_eq!(bounds_rule((10, 10), so_far), None);
        assert_eq!(bounds_rule((11, 11), so_far).expect("full").code(), "facts_too_large");
        assert_eq!(bounds_rule((AMOUNT_MAX.fen() + 1, 0), Named::default()).expect("large").code(), "amount_too_large");
    }

    proptest! {
        /// Whatever is let in, what falls due and what is late never shrinks as days pass, and no sum leaves its type.
        #[test]
        fn what_is_let_in_grows_with_the_days(fen in 1_i64..=1_000_000_000_000_000_000, years in 1_i16..70, rate in 0_u32..=5_000, late in 0_u32..=100) {
            let desk = Desk::new();
            let mut lease = terms("HT-1", ContractKind::Lease);
            (lease.rent, lease.escalation_basis_points, lease.late_fee_basis_points) = (Amount::from_fen(fen), rate, late);
            (lease.start, lease.end) = (date("2026-01-01"), jiff::civil::Date::new(2025 + years, 12, 31).expect("a day"));
            let whole = crate::collective::contracts::schedule::whole_term(&lease);
            let fact = Fact::ContractSigned(lease);
            let refused = desk.refuse(&fact);
            if !refused.is_empty() {
                prop_assert!(fen > AMOUNT_MAX.fen() || whole > i128::from(NAMED_MAX) / 2, "{refused:?} {whole}");
                return Ok(());
            }
            let mut desk = desk;
            desk.take(fact);
            let contract = desk.registers.contracts.iter().next().expect("a contract");
            let mut before = (Amount::ZERO, Amount::ZERO);
            for year in (2026..=2026 + years).chain([9_000]) {
                let day = jiff::civil::Date::new(year, 12, 31).expect("a day");
                let now = (contract.due(day), contract.late_fee(day));
                prop_assert!(now.0 >= before.0 && now.1 >= before.1, "{day}: {before:?} {now:?}");
                prop_assert!(i128::from(now.0.fen()) <= whole);
                before = now;
            }
        }
    }
}
