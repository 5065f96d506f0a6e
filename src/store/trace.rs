//! From a figure back to the lines behind it: what carries one value of a dimension.

use crate::ledger::balance::Movement;
use crate::ledger::statement::Range;
use crate::ledger::{AccountCode, Dimension, Period};
use crate::store::db::{Row, Value};
use crate::store::read::{FoundLine, account, bad, found_line, movement, range_values};
use crate::store::{Store, StoreError, int};

/// One account in one month: a stretch of the primary key of `line`.
pub type Stretch = (Period, AccountCode);

/// One value of a dimension.
pub type Carried<'a> = (Dimension, &'a str);

impl Store {
    /// The accounts and months in which ordinary lines carry a value. Asked of the balances, so that only these
    /// stretches of the lines are read, however many lines a book has.
    pub async fn stretches(&self, book: i64, range: Range, carried: Carried<'_>) -> Result<Vec<Stretch>, StoreError> {
        // The sets are found once; a join would look one up for every balance.
        let sql = "SELECT DISTINCT period, account FROM balance
                   WHERE book = $1 AND purpose = 0 AND period >= $2 AND period <= $3
                     AND dimension_set IN (SELECT number FROM dimension_set WHERE book = $1 AND dimension = $4 AND code = $5)
                   ORDER BY period, account";
        let mut values = range_values(book, range);
        values.extend([Value::Text(carried.0.word().to_owned()), Value::Text(carried.1.to_owned())]);
        let stretch = |row: &Row| {
            let period = Period::from_ordinal(row.int(0)?).ok_or_else(|| bad("balance.period"))?;
            Ok((period, account(row, 1)?))
        };
        self.db.read(sql, values).await?.iter().map(stretch).collect()
    }

    /// Lines of one stretch that carry a value, of vouchers of any purpose, after one (entry, line).
    pub async fn lines_carrying(
        &self,
        book: i64,
        stretch: Stretch,
        carried: Carried<'_>,
        after: (u64, u32),
        limit: u32,
    ) -> Result<Vec<FoundLine>, StoreError> {
        let sql = "SELECT l.period, l.seq, l.line, l.side, l.amount, e.body
                   FROM line l JOIN entry e ON e.book = l.book AND e.seq = l.seq
                   WHERE l.book = $1 AND l.account = $2 AND l.period = $3 AND (l.seq, l.line) > ($4, $5)
                     AND l.dimension_set IN (SELECT number FROM dimension_set WHERE book = $1 AND dimension = $6 AND code = $7)
                   ORDER BY l.seq, l.line LIMIT $8";
        let values = vec![
            Value::Int(book),
            Value::Int(stretch.1.ordinal()),
            Value::Int(stretch.0.ordinal()),
            Value::Int(int(after.0)),
            Value::Int(i64::from(after.1)),
            Value::Text(carried.0.word().to_owned()),
            Value::Text(carried.1.to_owned()),
            Value::Int(i64::from(limit)),
        ];
        self.db.read(sql, values).await?.iter().map(found_line).collect()
    }

    /// Sums of ordinary lines by account.
    pub async fn ordinary_account_sums(&self, book: i64, range: Range) -> Result<Vec<(AccountCode, Movement)>, StoreError> {
        let sql = "SELECT account, CAST(SUM(debit) AS BIGINT), CAST(SUM(credit) AS BIGINT) FROM balance
                   WHERE book = $1 AND purpose = 0 AND period >= $2 AND period <= $3 GROUP BY account ORDER BY account";
        let rows = self.db.read(sql, range_values(book, range)).await?;
        rows.iter().map(|row| Ok((account(row, 0)?, movement(row, 1)?))).collect()
    }
}
