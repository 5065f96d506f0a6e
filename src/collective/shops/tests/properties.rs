//! What holds for every day that may be recorded.

use super::*;
use crate::collective::shops::day::{narrow, total};
use crate::ledger::{Dimension, Side};
use proptest::prelude::*;

prop_compose! {
    /// A day that holds: what is owed is spread over the ways to pay, and cash takes the rest.
    fn valid_day()(
        gross in prop::collection::vec((0i64..100_000_000, prop::sample::select(vec![None, Some(0u32), Some(300), Some(900)])), 1..6),
        discount in 0i64..=100,
        rounding in 0i64..=100,
        returns in 0i64..150_000_000,
        shares in prop::array::uniform5(0i64..=20),
        cost in 1i64..100_000_000,
        short_over in -10_000i64..10_000,
        tax_basis_points in prop::sample::select(vec![0u32, 100, 300, 900, 1300]),
    ) -> ShopDay {
        let fen = Amount::from_fen;
        let sales: i64 = gross.iter().map(|(fen, _)| fen).sum();
        let (discount, rounding) = if sales < 200 { (0, 0) } else { (discount, rounding) };
        let owed = sales - returns - discount - rounding;
        let part = |share: i64| owed * share / 100;
        let kinds = [Tender::WeChat, Tender::Alipay, Tender::Card, Tender::StoredValue, Tender::OnAccount];
        let mut tenders: Vec<TenderAmount> = kinds
            .iter()
            .zip(shares)
            .map(|(kind, share)| TenderAmount {
                amount: fen(part(share)),
                counterparty: (*kind == Tender::OnAccount).then(|| code("KH-01")),
                kind: *kind,
            })
            .collect();
        let rest = owed - shares.iter().map(|share| part(*share)).sum::<i64>();
        tenders.push(TenderAmount { amount: fen(rest), counterparty: None, kind: Tender::Cash });
        let gross_rates: Vec<Option<u32>> = gross.iter().map(|(_, rate)| *rate).collect();
        let sales = gross
            .iter()
            .enumerate()
            .map(|(at, (gross, rate))| {
                // Two rows a channel, where their rates differ.
                let row = ChannelSales { channel: code(&format!("c{}", at / 2)), gross: fen(*gross), tax_basis_points: *rate };
                let rate_of = |rate: Option<u32>| rate.unwrap_or(tax_basis_points);
                let twin = at % 2 == 1 && rate_of(gross_rates[at - 1]) == rate_of(*rate);
                if twin { ChannelSales { channel: code(&format!("d{at}")), ..row } } else { row }
            })
            .collect();
        ShopDay {
            cost: fen(cost),
            discount: fen(discount),
            returns: fen(returns),
            rounding: fen(rounding),
            short_over: fen(short_over),
            tax_basis_points,
            ..day(sales, tenders)
        }
    }
}

/// The tax lines of a day that costs something, and so has both sides without turning red ones over.
fn vat_of(lines: &[DraftLine]) -> i128 {
    total(lines.iter().filter(|line| line.account == accounts().vat).map(|line| line.amount))
}

/// Net of each rate's whole, the reductions taken from the first of the largest rows.
fn nets_by_rate(day: &ShopDay) -> i128 {
    let rate = |row: &ChannelSales| row.tax_basis_points.unwrap_or(day.tax_basis_points);
    let most = day.sales.iter().map(|row| row.gross).max();
    let reduced = day.sales.iter().position(|row| Some(row.gross) == most);
    let mut by_rate = std::collections::BTreeMap::<u32, i128>::new();
    for (at, row) in day.sales.iter().enumerate() {
        let off = if Some(at) == reduced { day.reductions() } else { 0 };
        *by_rate.entry(rate(row)).or_default() += i128::from(row.gross.fen()) - off;
    }
    let net =
        |(rate, gross): (u32, i128)| crate::collective::ground::vat::split(narrow(gross).expect("small"), rate).expect("small").0;
    total(by_rate.into_iter().map(net))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn every_day_that_holds_balances(day in valid_day()) {
        prop_assume!(day.gross_sales() != 0 || !day.returns.is_zero());
        prop_assert_eq!(day.examine(), []);
        let lines = day.draft_lines(&accounts()).expect("holds");
        let side = |side| total(lines.iter().filter(|line| line.side == side).map(|line| line.amount));
        prop_assert_eq!(side(Side::Debit), side(Side::Credit));
        prop_assert!(lines.iter().any(|line| line.side == Side::Debit) && lines.iter().any(|line| line.side == Side::Credit));
        prop_assert!(lines.iter().all(|line| !line.amount.is_zero()));
        let income = lines.iter().filter(|line| line.account == accounts().sales);
        prop_assert!(income.clone().all(|line| line.dimensions.get(Dimension::Channel).is_some()));
        let (income, tax) = (total(income.map(|line| line.amount)), vat_of(&lines));
        prop_assert_eq!(income, nets_by_rate(&day), "what is sold at one rate is taxed as a whole");
        prop_assert_eq!(income + tax, day.owed());
    }

    #[test]
    fn transit_returns_to_zero_when_all_of_it_is_settled(days in prop::collection::vec(valid_day(), 1..8), fee in 0i64..=100) {
        let mut register = ShopDayRegister::default();
        for (at, day) in days.into_iter().enumerate() {
            register.apply(&ShopDay { shift: at.to_string(), ..day });
        }
        for tender in [Tender::WeChat, Tender::Alipay, Tender::Card] {
            let transit = register.in_transit(&code("YX01"), tender).expect("small");
            let fee = Amount::from_fen(fee);
            let arrived = transit.checked_sub(fee).expect("small");
            let all = Settlement { amount: arrived, tender, fee, ..settlement("0", "0") };
            prop_assert_eq!(register.examine_settlement(&all), []);
            register.apply_settlement(&all);
            prop_assert_eq!(register.in_transit(&code("YX01"), tender), Some(Amount::ZERO));
            let more = Settlement { tender, ..settlement("0.01", "0") };
            prop_assert_eq!(codes(&register.examine_settlement(&more)), ["settlement_exceeds_transit"]);
        }
    }
}
