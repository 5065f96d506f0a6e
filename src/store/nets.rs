//! Balances many at a time. A driver hands rows over one by one, and handing over 60,000 of them takes several times as
//! long as finding them; so one row here is a whole stretch of the table, packed into a text in the order it is found.
//!
//! What dimension sets mean is asked apart, and after the balances: sets are only ever added, so every set that a balance
//! names is found, and a join for each balance is spared.

use crate::ledger::statement::Range;
use crate::ledger::{Amount, Dimension, Period};
use crate::store::db::{Row, Value};
use crate::store::read::{account, bad, range_values};
use crate::store::trace::Stretch;
use crate::store::{Store, StoreError};
use std::collections::HashMap;
use std::sync::Arc;

/// What the ordinary lines of one account in one month come to.
#[derive(Clone, Debug)]
pub struct StretchNets {
    pub stretch: Stretch,
    /// Debit less credit by the number of the lines' dimension set.
    pub nets: Vec<(i64, Amount)>,
}

/// The code that each dimension set has in one dimension; sets without one are absent.
pub type Codes = HashMap<i64, Arc<str>>;

fn number(text: &str) -> Result<i64, StoreError> {
    text.parse().map_err(|_| bad("a packed row"))
}

fn stretch_nets(row: &Row) -> Result<StretchNets, StoreError> {
    let period = Period::from_ordinal(row.int(0)?).ok_or_else(|| bad("balance.period"))?;
    Ok(StretchNets { stretch: (period, account(row, 1)?), nets: unpacked(&row.text(2)?)? })
}

/// Reads `SET NET,SET NET`.
fn unpacked(text: &str) -> Result<Vec<(i64, Amount)>, StoreError> {
    let net = |pair: &str| {
        let (set, net) = pair.split_once(' ').ok_or_else(|| bad("a packed row"))?;
        Ok((number(set)?, Amount::from_fen(number(net)?)))
    };
    text.split(',').map(net).collect()
}

impl Store {
    /// Every ordinary balance in a range, by month and account.
    pub async fn ordinary_nets(&self, book: i64, range: Range) -> Result<Vec<StretchNets>, StoreError> {
        let sql = "SELECT period, account, string_agg(dimension_set || ' ' || (debit - credit), ',')
                   FROM balance WHERE book = $1 AND purpose = 0 AND period >= $2 AND period <= $3
                   GROUP BY period, account ORDER BY period, account";
        self.db.read(sql, range_values(book, range)).await?.iter().map(stretch_nets).collect()
    }

    /// What each dimension set has in one dimension.
    pub async fn codes(&self, book: i64, dimension: Dimension) -> Result<Codes, StoreError> {
        let sql = "SELECT code, string_agg(CAST(number AS TEXT), ',') FROM dimension_set
                   WHERE book = $1 AND dimension = $2 GROUP BY code ORDER BY code";
        let mut codes = Codes::new();
        for row in self.db.read(sql, vec![Value::Int(book), Value::Text(dimension.word().to_owned())]).await? {
            let code: Arc<str> = row.text(0)?.into();
            for set in row.text(1)?.split(',') {
                codes.insert(number(set)?, Arc::clone(&code));
            }
        }
        Ok(codes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_row_is_read_whole_or_not_at_all() {
        let nets = unpacked("0 -5,12 9223372036854775807").expect("read");
        assert_eq!(nets, [(0, Amount::from_fen(-5)), (12, Amount::from_fen(i64::MAX))]);
        for bad in ["", "1", "1 2,", "1 2,3", "1  2", "x 2", "1 9223372036854775808", "1 2 3"] {
            assert!(unpacked(bad).is_err(), "{bad}");
        }
    }
}
