//! 增值税 of a small-scale payer (小规模纳税人): rates and the 起征点 as dated data, never as code. The law changes; a
//! journal read decades later must still find the rate of its day.

use crate::ledger::Amount;
use jiff::civil::Date;

/// 100 % in basis points.
const WHOLE: i128 = 10_000;

/// What is supplied, as far as the rate depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Supply {
    /// 销售货物
    Goods,
    /// 服务 (居间、劳务、物业、旅游)
    Service,
    /// 不动产租赁; not homes let to persons, which have a rate of their own.
    RealEstateLease,
    /// 农村土地发包给农业生产者; exempt.
    FarmLandContract,
}

/// How sure a row of the tables is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// V: read in the official text.
    Verified,
    /// S: read in a secondary source.
    Secondary,
    /// K: professional knowledge; ask the tax bureau.
    Known,
}

/// The rate of one kind of supply over a span of days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VatRule {
    pub supply: Supply,
    /// The first day.
    pub from: Date,
    /// The last day; `None` while no end is known.
    pub to: Option<Date>,
    /// The rate in 1/10,000: 100 is 1 %. 0 means exempt.
    pub basis_points: u32,
    /// The document behind the row.
    pub source: &'static str,
    pub mark: Mark,
}

/// The 起征点 over a span of days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// Net sales of one quarter, in 分, of the whole taxpayer: all its shops, services and leases together.
    pub limit: Amount,
    /// Whether sales of exactly the limit are taxed (达到). At or above it the whole amount is taxed, not the excess.
    pub taxed_at_limit: bool,
    /// The document behind the row.
    pub source: &'static str,
    pub mark: Mark,
}

/// How far a quarter has come towards the 起征点.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Gauge {
    /// The 起征点 of the quarter, in 分.
    pub limit: Amount,
    /// Net sales so far, in 分; below zero when returns outweigh sales. Real estate that was sold is looked at apart.
    pub used: Amount,
    /// Net sales of real estate (销售不动产), in 分.
    pub real_estate: Amount,
    /// Whether the whole amount of the quarter is taxed.
    pub reached: bool,
}

const LAW_2026: Date = Date::constant(2026, 1, 1);
const BEFORE_LAW: Date = Date::constant(2025, 12, 31);
const RELIEF_FROM: Date = Date::constant(2023, 1, 1);
const RELIEF_TO: Date = Date::constant(2027, 12, 31);
const AFTER_RELIEF: Date = Date::constant(2028, 1, 1);
const REFORM_2016: Date = Date::constant(2016, 5, 1);

const RELIEF_2023: &str = "财政部 税务总局公告2023年第1号、第19号：3%征收率减按1%";
const RELIEF_2026: &str = "财政部 税务总局公告2026年第10号：3%征收率减按1%，不含销售、出租不动产";
const LAW_RATE: &str = "增值税法第十一条：征收率3%";
const LEASE_2016: &str = "财税〔2016〕36号附件2：小规模纳税人出租不动产，征收率5%";
const FARM_LAND: &str = "财税〔2016〕36号附件3：土地使用权给农业生产者用于农业生产，免征";

use Mark::{Known, Secondary, Verified};
use Supply::{FarmLandContract, Goods, RealEstateLease, Service};

/// Every rate the books know, by supply and then by day; spans of one supply do not overlap.
pub static RULES: [VatRule; 9] = [
    rule(Goods, RELIEF_FROM, Some(BEFORE_LAW), 100, RELIEF_2023, Known),
    rule(Goods, LAW_2026, Some(RELIEF_TO), 100, RELIEF_2026, Secondary),
    rule(Goods, AFTER_RELIEF, None, 300, LAW_RATE, Verified),
    rule(Service, RELIEF_FROM, Some(BEFORE_LAW), 100, RELIEF_2023, Known),
    rule(Service, LAW_2026, Some(RELIEF_TO), 100, RELIEF_2026, Secondary),
    rule(Service, AFTER_RELIEF, None, 300, LAW_RATE, Verified),
    rule(RealEstateLease, REFORM_2016, Some(BEFORE_LAW), 500, LEASE_2016, Known),
    rule(RealEstateLease, LAW_2026, None, 300, LAW_RATE, Verified),
    rule(FarmLandContract, REFORM_2016, None, 0, FARM_LAND, Known),
];

/// Every 起征点 the books know. What follows 2027 is not published, and so not here.
pub static THRESHOLDS: [Threshold; 2] = [
    Threshold {
        from: RELIEF_FROM,
        to: BEFORE_LAW,
        limit: Amount::from_fen(30_000_000),
        taxed_at_limit: false,
        source: "财政部 税务总局公告2023年第1号、第19号：季度销售额未超过30万元免征",
        mark: Known,
    },
    Threshold {
        from: LAW_2026,
        to: RELIEF_TO,
        limit: Amount::from_fen(30_000_000),
        taxed_at_limit: true,
        source: "增值税法第二十三条（达到起征点的，全额计算缴纳）；财政部 税务总局公告2026年第10号；国令826号",
        mark: Secondary,
    },
];

const fn rule(supply: Supply, from: Date, to: Option<Date>, basis_points: u32, source: &'static str, mark: Mark) -> VatRule {
    VatRule { supply, from, to, basis_points, source, mark }
}

/// The rule for a supply on the day its tax falls due; `None` on a day no row covers.
pub fn rate(supply: Supply, date: Date) -> Option<&'static VatRule> {
    RULES.iter().find(|rule| rule.supply == supply && rule.from <= date && rule.to.is_none_or(|to| date <= to))
}

/// Takes the tax out of one document's amount: (net, tax), in 分. Net = gross ÷ (1 + rate), rounded half up to the 分
/// away from zero, so that a red document takes back exactly what the blue one brought; tax is the rest.
/// `None` only when a part leaves an `i64`.
pub fn split(gross: Amount, basis_points: u32) -> Option<(Amount, Amount)> {
    let divisor = WHOLE.checked_add(i128::from(basis_points))?;
    let magnitude = i128::from(gross.fen().unsigned_abs()).checked_mul(WHOLE)?;
    let doubled = magnitude.checked_mul(2)?.checked_add(divisor)?;
    let rounded = doubled.checked_div(divisor.checked_mul(2)?)?;
    let net = if gross.fen() < 0 { rounded.checked_neg()? } else { rounded };
    let net = Amount::from_fen(i64::try_from(net).ok()?);
    Some((net, gross.checked_sub(net)?))
}

/// The 起征点 on a day; `None` on a day no row covers.
pub fn threshold(date: Date) -> Option<&'static Threshold> {
    THRESHOLDS.iter().find(|threshold| threshold.from <= date && date <= threshold.to)
}

/// Holds the net sales of a quarter (in 分, of the whole taxpayer, without tax) against the 起征点 of `date`, a day in
/// that quarter; `None` on a day no row covers. `real_estate` is what the quarter sold of it, which decides on nothing: the
/// sales of everything else are exempt while they alone stay below (财政部 税务总局公告2023年第1号, 税务总局公告2023年第1号
/// 一; continued for 2026 by practice, K).
pub fn gauge(used: Amount, real_estate: Amount, date: Date) -> Option<Gauge> {
    let Threshold { limit, taxed_at_limit, .. } = *threshold(date)?;
    let reached = used > limit || (taxed_at_limit && used == limit);
    Some(Gauge { limit, used, real_estate, reached })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn amount(text: &str) -> Amount {
        Amount::parse(text).expect("amount")
    }

    fn day(text: &str) -> Date {
        crate::ledger::period::parse_date(text).expect("date")
    }

    #[test]
    fn every_day_has_the_rate_of_its_time() {
        for (supply, date, basis_points) in [
            (Goods, "2022-12-31", None),
            (Goods, "2025-01-01", Some(100)),
            (Goods, "2025-12-31", Some(100)),
            (Goods, "2026-01-01", Some(100)),
            (Goods, "2027-12-31", Some(100)),
            (Goods, "2028-01-01", Some(300)),
            (Service, "2025-12-31", Some(100)),
            (Service, "2026-06-30", Some(100)),
            (Service, "2028-01-01", Some(300)),
            (RealEstateLease, "2016-04-30", None),
            (RealEstateLease, "2025-12-31", Some(500)),
            (RealEstateLease, "2026-01-01", Some(300)),
            (RealEstateLease, "2028-01-01", Some(300)),
            (FarmLandContract, "2026-01-01", Some(0)),
        ] {
            assert_eq!(rate(supply, day(date)).map(|rule| rule.basis_points), basis_points, "{supply:?} {date}");
        }
    }

    #[test]
    fn spans_of_one_supply_follow_each_other_without_gap() {
        for pair in RULES.windows(2).filter(|pair| pair[0].supply == pair[1].supply) {
            let next = pair[0].to.expect("only the last span is open").tomorrow().expect("not the end of time");
            assert_eq!(next, pair[1].from, "{:?}", pair[0]);
        }
    }

    #[test]
    fn documents_are_split_as_the_facts_say() {
        for (gross, basis_points, net, vat) in [
            ("10100.00", 100, "10000.00", "100.00"),
            ("10300.00", 300, "10000.00", "300.00"),
            ("2400.00", 300, "2330.10", "69.90"),
            ("30900.00", 300, "30000.00", "900.00"),
            ("101.00", 100, "100.00", "1.00"),
            ("-101.00", 100, "-100.00", "-1.00"),
            ("-2400.00", 300, "-2330.10", "-69.90"),
            ("8000.00", 0, "8000.00", "0.00"),
            ("0.00", 100, "0.00", "0.00"),
            // Exactly half a fen at 100 %: up, and down for red.
            ("0.01", 10_000, "0.01", "0.00"),
            ("-0.01", 10_000, "-0.01", "0.00"),
        ] {
            assert_eq!(split(amount(gross), basis_points), Some((amount(net), amount(vat))), "{gross} at {basis_points}");
        }
    }

    #[test]
    fn exactly_the_limit_is_reached_from_2026_on() {
        for (net, date, reached) in [
            ("299999.99", "2026-03-31", false),
            ("300000.00", "2026-03-31", true),
            ("300000.01", "2026-03-31", true),
            ("300000.00", "2025-12-31", false),
            ("300000.01", "2025-12-31", true),
            ("-5.00", "2026-03-31", false),
        ] {
            let gauge = gauge(amount(net), Amount::ZERO, day(date)).expect("covered");
            assert_eq!((gauge.limit, gauge.used, gauge.reached), (amount("300000.00"), amount(net), reached), "{net} {date}");
        }
        assert_eq!(gauge(amount("1.00"), Amount::ZERO, day("2028-01-01")), None);
    }

    proptest! {
        #[test]
        fn red_takes_back_what_blue_brought(fen in any::<i64>().prop_filter("has a red twin", |fen| *fen != i64::MIN), basis_points in 0u32..=10_000) {
            let gross = Amount::from_fen(fen);
            let (net, vat) = split(gross, basis_points).expect("parts are no larger than the whole");
            prop_assert_eq!(net.checked_add(vat), Some(gross));
            let red = split(gross.checked_neg().expect("not the smallest"), basis_points).expect("as above");
            prop_assert_eq!(Some(red.0), net.checked_neg());
            prop_assert_eq!(Some(red.1), vat.checked_neg());
        }
    }
}
