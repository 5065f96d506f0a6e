//! What reports, proofs and receipts ask. Sums come back as sums; what they mean is in `ledger::statement`.

use crate::chain::Digest;
use crate::journal::projection::RequestRow;
use crate::ledger::balance::{BalanceKey, Movement};
use crate::ledger::statement::{Range, Stage};
use crate::ledger::{AccountCode, Amount, Dimension, Period, Purpose, Side, VoucherNumber};
use crate::store::db::{Row, Value};
use crate::store::{Store, StoreError, int, unsigned};

/// An entry as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEntry {
    pub seq: u64,
    pub head: Vec<u8>,
    pub body: Vec<u8>,
}

/// A sum of one account's lines that carry one value of a dimension.
#[derive(Clone, Debug)]
pub struct DimensionSum {
    pub account: AccountCode,
    pub code: String,
    pub stage: Stage,
    pub movement: Movement,
}

/// A line of a detail ledger, with the body of the voucher it stands in.
#[derive(Clone, Debug)]
pub struct FoundLine {
    pub period: Period,
    pub seq: u64,
    pub line: u32,
    pub side: Side,
    pub amount: Amount,
    pub body: Vec<u8>,
}

/// Where a page of lines or vouchers goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct After {
    pub period: i64,
    pub seq: u64,
    pub line: u32,
}

pub(super) fn bad(column: &str) -> StoreError {
    StoreError::Corrupt(format!("unreadable value in {column}"))
}

fn stored_entry(row: &Row) -> Result<StoredEntry, StoreError> {
    Ok(StoredEntry { seq: unsigned(row.int(0)?)?, head: row.bytes(1)?, body: row.bytes(2)? })
}

pub(super) fn movement(row: &Row, debit: usize) -> Result<Movement, StoreError> {
    Ok(Movement { debit: Amount::from_fen(row.int(debit)?), credit: Amount::from_fen(row.int(debit + 1)?) })
}

fn stage(row: &Row, index: usize) -> Result<Stage, StoreError> {
    Ok(if row.int(index)? == 0 { Stage::Opening } else { Stage::Movement })
}

pub(super) fn account(row: &Row, index: usize) -> Result<AccountCode, StoreError> {
    AccountCode::from_ordinal(row.int(index)?).ok_or_else(|| bad("account"))
}

/// The bounds of an account and of all that lie below it, as [`AccountCode::ordinals_below`] gives them.
fn below(account: AccountCode) -> impl Iterator<Item = Value> {
    account.ordinals_below().into_iter().flat_map(|(from, to)| [Value::Int(from), Value::Int(to)])
}

pub(super) fn range_values(book: i64, range: Range) -> Vec<Value> {
    vec![Value::Int(book), Value::Int(range.from.ordinal()), Value::Int(range.to.ordinal())]
}

impl Store {
    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.db.read("SELECT 1 FROM book WHERE number = 0", vec![]).await.map(|_| ())
    }

    /// Entries from `first` on, at most `count`, by sequence number.
    pub async fn entries(&self, book: i64, first: u64, count: u64) -> Result<Vec<StoredEntry>, StoreError> {
        let sql = "SELECT seq, head, body FROM entry WHERE book = $1 AND seq >= $2 AND seq < $3 ORDER BY seq";
        let values = vec![Value::Int(book), Value::Int(int(first)), Value::Int(int(first.saturating_add(count)))];
        self.db.read(sql, values).await?.iter().map(stored_entry).collect()
    }

    pub async fn find_voucher(&self, book: i64, period: Period, number: VoucherNumber) -> Result<Option<u64>, StoreError> {
        let sql = "SELECT seq FROM voucher WHERE book = $1 AND period = $2 AND word = $3 AND serial = $4";
        let word = number.word.chinese().to_owned();
        let values =
            vec![Value::Int(book), Value::Int(period.ordinal()), Value::Text(word), Value::Int(i64::from(number.serial))];
        self.db.read(sql, values).await?.first().map(|row| unsigned(row.int(0)?)).transpose()
    }

    /// The entry that took `original` back.
    pub async fn reversal_of(&self, book: i64, original: u64) -> Result<Option<u64>, StoreError> {
        let sql = "SELECT reversal FROM reversal WHERE book = $1 AND original = $2";
        let rows = self.db.read(sql, vec![Value::Int(book), Value::Int(int(original))]).await?;
        rows.first().map(|row| unsigned(row.int(0)?)).transpose()
    }

    /// The requests among these keys that have been served.
    pub async fn requests(&self, book: i64, keys: Vec<String>) -> Result<Vec<RequestRow>, StoreError> {
        let sql = "SELECT key, digest, first_seq, count FROM request WHERE book = $1 AND key";
        self.db.read_any(sql, book, keys).await?.iter().map(request_row).collect()
    }

    /// Sums for a trial balance; with a filter, of lines that carry this value of this dimension only.
    pub async fn account_sums(
        &self,
        book: i64,
        range: Range,
        filter: Option<(Dimension, &str)>,
    ) -> Result<Vec<(AccountCode, Stage, Movement)>, StoreError> {
        let mut values = range_values(book, range);
        let sql = match filter {
            None => {
                "SELECT account, CAST(CASE WHEN period < $2 OR purpose = 1 THEN 0 ELSE 1 END AS BIGINT) AS stage,
                        CAST(SUM(debit) AS BIGINT), CAST(SUM(credit) AS BIGINT)
                 FROM balance WHERE book = $1 AND period <= $3 GROUP BY account, stage ORDER BY account, stage"
            }
            Some((dimension, code)) => {
                values.extend([Value::Text(dimension.word().to_owned()), Value::Text(code.to_owned())]);
                "SELECT account, CAST(CASE WHEN period < $2 OR purpose = 1 THEN 0 ELSE 1 END AS BIGINT) AS stage,
                        CAST(SUM(debit) AS BIGINT), CAST(SUM(credit) AS BIGINT)
                 FROM balance WHERE book = $1 AND period <= $3 AND dimension_set IN
                     (SELECT number FROM dimension_set WHERE book = $1 AND dimension = $4 AND code = $5)
                 GROUP BY account, stage ORDER BY account, stage"
            }
        };
        let rows = self.db.read(sql, values).await?;
        rows.iter().map(|row| Ok((account(row, 0)?, stage(row, 1)?, movement(row, 2)?))).collect()
    }

    /// Sums by month, account and purpose up to the end of a month, whatever their dimensions.
    pub async fn balances_until(&self, book: i64, month: Period) -> Result<Vec<(BalanceKey, Movement)>, StoreError> {
        let sql = "SELECT period, account, purpose, CAST(0 AS BIGINT), CAST(SUM(debit) AS BIGINT), CAST(SUM(credit) AS BIGINT)
                   FROM balance WHERE book = $1 AND period <= $2
                   GROUP BY period, account, purpose ORDER BY period, account, purpose";
        let rows = self.db.read(sql, vec![Value::Int(book), Value::Int(month.ordinal())]).await?;
        rows.iter().map(|row| balance_row(row).ok_or_else(|| bad("balance"))).collect()
    }

    /// Sums of opening vouchers on an account (and below it) that are dated inside a range.
    pub async fn opening_sums_within(&self, book: i64, account: AccountCode, range: Range) -> Result<Movement, StoreError> {
        let sql = "SELECT CAST(COALESCE(SUM(debit), 0) AS BIGINT), CAST(COALESCE(SUM(credit), 0) AS BIGINT) FROM balance
                   WHERE book = $1 AND period >= $2 AND period <= $3 AND purpose = 1
                     AND (account BETWEEN $4 AND $5 OR account BETWEEN $6 AND $7 OR account BETWEEN $8 AND $9
                          OR account BETWEEN $10 AND $11 OR account BETWEEN $12 AND $13)";
        let mut values = range_values(book, range);
        values.extend(below(account));
        self.db.read(sql, values).await?.first().map_or(Ok(Movement::default()), |row| movement(row, 0))
    }

    /// Sums by account and by the values of one dimension.
    pub async fn dimension_sums(&self, book: i64, range: Range, dimension: Dimension) -> Result<Vec<DimensionSum>, StoreError> {
        let sql = "SELECT b.account, d.code, CAST(CASE WHEN b.period < $2 OR b.purpose = 1 THEN 0 ELSE 1 END AS BIGINT) AS stage,
                          CAST(SUM(b.debit) AS BIGINT), CAST(SUM(b.credit) AS BIGINT)
                   FROM balance b
                   JOIN dimension_set d ON d.book = b.book AND d.number = b.dimension_set AND d.dimension = $4
                   WHERE b.book = $1 AND b.period <= $3
                   GROUP BY b.account, d.code, stage ORDER BY b.account, d.code, stage";
        let mut values = range_values(book, range);
        values.push(Value::Text(dimension.word().to_owned()));
        let rows = self.db.read(sql, values).await?;
        let sum = |row: &Row| {
            Ok(DimensionSum { account: account(row, 0)?, code: row.text(1)?, stage: stage(row, 2)?, movement: movement(row, 3)? })
        };
        rows.iter().map(sum).collect()
    }

    /// Lines of an account and everything below it, in posting order within each period.
    pub async fn lines(
        &self,
        book: i64,
        account: AccountCode,
        range: Range,
        after: After,
        limit: u32,
    ) -> Result<Vec<FoundLine>, StoreError> {
        let sql = "SELECT l.period, l.seq, l.line, l.side, l.amount, e.body
                   FROM line l JOIN entry e ON e.book = l.book AND e.seq = l.seq
                   WHERE l.book = $1 AND l.period >= $2 AND l.period <= $3
                     AND (l.account BETWEEN $4 AND $5 OR l.account BETWEEN $6 AND $7 OR l.account BETWEEN $8 AND $9
                          OR l.account BETWEEN $10 AND $11 OR l.account BETWEEN $12 AND $13)
                     AND (l.period, l.seq, l.line) > ($14, $15, $16)
                   ORDER BY l.period, l.seq, l.line LIMIT $17";
        let mut values = range_values(book, range);
        values.extend(below(account));
        values.extend([Value::Int(after.period), Value::Int(int(after.seq)), Value::Int(i64::from(after.line))]);
        values.push(Value::Int(i64::from(limit)));
        self.db.read(sql, values).await?.iter().map(found_line).collect()
    }

    /// Bodies of vouchers in number order within each period.
    pub async fn vouchers(&self, book: i64, range: Range, after: After, limit: u32) -> Result<Vec<StoredEntry>, StoreError> {
        let sql = "SELECT e.seq, e.head, e.body
                   FROM voucher v JOIN entry e ON e.book = v.book AND e.seq = v.seq
                   WHERE v.book = $1 AND v.period >= $2 AND v.period <= $3 AND (v.period, v.seq) > ($4, $5)
                   ORDER BY v.period, v.seq LIMIT $6";
        let mut values = range_values(book, range);
        values.extend([Value::Int(after.period), Value::Int(int(after.seq)), Value::Int(i64::from(limit))]);
        self.db.read(sql, values).await?.iter().map(stored_entry).collect()
    }

    /// Keeps a signed checkpoint; the first one of its size stands.
    pub async fn keep_checkpoint(&self, book: i64, size: u64, note: &str) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        let sql = "INSERT INTO checkpoint (book, size, note) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        tx.execute(sql, vec![Value::Int(book), Value::Int(int(size)), Value::Text(note.to_owned())]).await?;
        tx.commit().await
    }

    /// The checkpoint that was handed out at a size.
    pub async fn checkpoint_at(&self, book: i64, size: u64) -> Result<Option<String>, StoreError> {
        let sql = "SELECT note FROM checkpoint WHERE book = $1 AND size = $2";
        let rows = self.db.read(sql, vec![Value::Int(book), Value::Int(int(size))]).await?;
        rows.first().map(|row| row.text(0)).transpose()
    }

    /// Every checkpoint that was handed out, by size.
    pub async fn checkpoints(&self, book: i64) -> Result<Vec<(u64, String)>, StoreError> {
        let rows =
            self.db.read("SELECT size, note FROM checkpoint WHERE book = $1 ORDER BY size", vec![Value::Int(book)]).await?;
        rows.iter().map(|row| Ok((unsigned(row.int(0)?)?, row.text(1)?))).collect()
    }
}

pub(super) fn found_line(row: &Row) -> Result<FoundLine, StoreError> {
    Ok(FoundLine {
        period: Period::from_ordinal(row.int(0)?).ok_or_else(|| bad("line.period"))?,
        seq: unsigned(row.int(1)?)?,
        line: u32::try_from(row.int(2)?).map_err(|_| bad("line.line"))?,
        side: if row.int(3)? == 0 { Side::Debit } else { Side::Credit },
        amount: Amount::from_fen(row.int(4)?),
        body: row.bytes(5)?,
    })
}

pub(super) fn request_row(row: &Row) -> Result<RequestRow, StoreError> {
    let digest: [u8; 32] = row.bytes(1)?.try_into().map_err(|_| bad("request.digest"))?;
    Ok(RequestRow {
        key: row.text(0)?,
        digest: Digest::from_bytes(digest),
        first_seq: unsigned(row.int(2)?)?,
        count: unsigned(row.int(3)?)?,
    })
}

pub(super) fn balance_row(row: &Row) -> Option<(BalanceKey, Movement)> {
    let int = |index| row.int(index).ok();
    let key = BalanceKey {
        period: Period::from_ordinal(int(0)?)?,
        account: AccountCode::from_ordinal(int(1)?)?,
        purpose: Purpose::from_ordinal(int(2)?)?,
        dimension_set: u32::try_from(int(3)?).ok()?,
    };
    Some((key, Movement { debit: Amount::from_fen(int(4)?), credit: Amount::from_fen(int(5)?) }))
}
