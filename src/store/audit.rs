//! Every row of every projection, in key order: what the self check compares with a fresh replay. A value
//! that cannot be read at all comes back as `None`, which equals nothing that a replay computes.

use crate::chain::Digest;
use crate::chain::tile::TileId;
use crate::journal::projection::{LineRow, RequestRow, ReversalRow, VoucherRow};
use crate::ledger::balance::{BalanceKey, Movement};
use crate::ledger::{AccountCode, Amount, Period, Side, VoucherNumber, Word};
use crate::store::db::{Row, Value};
use crate::store::read::{balance_row, request_row};
use crate::store::{Store, StoreError, int};

/// Rows of one page of a scan.
const PAGE: i64 = 10_000;

/// The key of the last line of a page.
pub type LineKey = (i64, i64, i64, i64);

impl Store {
    /// What the database itself finds wrong with its file: a row that an index does not know is read one way or the
    /// other, depending on the question.
    pub async fn integrity(&self) -> Result<Vec<String>, StoreError> {
        self.db.integrity().await
    }

    /// Kinds as the column says them, for entries from `first` on.
    pub async fn audit_kinds(&self, book: i64, first: u64, count: u64) -> Result<Vec<i64>, StoreError> {
        let sql = "SELECT kind FROM entry WHERE book = $1 AND seq >= $2 AND seq < $3 ORDER BY seq";
        let values = vec![Value::Int(book), Value::Int(int(first)), Value::Int(int(first.saturating_add(count)))];
        self.db.read(sql, values).await?.iter().map(|row| row.int(0)).collect()
    }

    /// The highest sequence number in the journal, whatever the head says.
    pub async fn audit_last_seq(&self, book: i64) -> Result<i64, StoreError> {
        let sql = "SELECT CAST(COALESCE(MAX(seq), 0) AS BIGINT) FROM entry WHERE book = $1";
        self.db.read(sql, vec![Value::Int(book)]).await?.first().map_or(Ok(0), |row| row.int(0))
    }

    /// One page of lines after a key; the key of its last row tells where the next begins.
    pub async fn audit_lines(&self, book: i64, after: &LineKey) -> Result<(Vec<Option<LineRow>>, Option<LineKey>), StoreError> {
        let sql = "SELECT account, period, seq, line, side, amount, dimension_set FROM line
                   WHERE book = $1 AND (account, period, seq, line) > ($2, $3, $4, $5)
                   ORDER BY account, period, seq, line LIMIT $6";
        let (account, period, seq, line) = *after;
        let values =
            vec![Value::Int(book), Value::Int(account), Value::Int(period), Value::Int(seq), Value::Int(line), Value::Int(PAGE)];
        let rows = self.db.read(sql, values).await?;
        let last =
            rows.last().map(|row| Ok::<_, StoreError>((row.int(0)?, row.int(1)?, row.int(2)?, row.int(3)?))).transpose()?;
        Ok((rows.iter().map(line_row).collect(), last))
    }

    /// One page of vouchers after (period, word, serial).
    pub async fn audit_vouchers(
        &self,
        book: i64,
        after: &(i64, String, i64),
    ) -> Result<(Vec<Option<VoucherRow>>, Option<(i64, String, i64)>), StoreError> {
        let sql = "SELECT period, word, serial, seq FROM voucher
                   WHERE book = $1 AND (period, word, serial) > ($2, $3, $4) ORDER BY period, word, serial LIMIT $5";
        let (period, word, serial) = after.clone();
        let values = vec![Value::Int(book), Value::Int(period), Value::Text(word), Value::Int(serial), Value::Int(PAGE)];
        let rows = self.db.read(sql, values).await?;
        let last = rows.last().map(|row| Ok::<_, StoreError>((row.int(0)?, row.text(1)?, row.int(2)?))).transpose()?;
        Ok((rows.iter().map(voucher_row).collect(), last))
    }

    pub async fn audit_balances(&self, book: i64) -> Result<Vec<Option<(BalanceKey, Movement)>>, StoreError> {
        let sql = "SELECT period, account, purpose, dimension_set, debit, credit FROM balance
                   WHERE book = $1 ORDER BY period, account, purpose, dimension_set";
        Ok(self.db.read(sql, vec![Value::Int(book)]).await?.iter().map(balance_row).collect())
    }

    /// (number, dimension, code) of every dimension set.
    pub async fn audit_sets(&self, book: i64) -> Result<Vec<(i64, String, String)>, StoreError> {
        let sql = "SELECT number, dimension, code FROM dimension_set WHERE book = $1 ORDER BY number, dimension";
        let rows = self.db.read(sql, vec![Value::Int(book)]).await?;
        rows.iter().map(|row| Ok((row.int(0)?, row.text(1)?, row.text(2)?))).collect()
    }

    /// (period, word, last) of every running number.
    pub async fn audit_serials(&self, book: i64) -> Result<Vec<(i64, String, i64)>, StoreError> {
        let rows = self
            .db
            .read("SELECT period, word, last FROM serial WHERE book = $1 ORDER BY period, word", vec![Value::Int(book)])
            .await?;
        rows.iter().map(|row| Ok((row.int(0)?, row.text(1)?, row.int(2)?))).collect()
    }

    pub async fn audit_reversals(&self, book: i64) -> Result<Vec<Option<ReversalRow>>, StoreError> {
        let rows = self
            .db
            .read("SELECT original, reversal FROM reversal WHERE book = $1 ORDER BY original", vec![Value::Int(book)])
            .await?;
        let row = |row: &Row| {
            let seq = |index| row.int(index).ok().and_then(|seq| u64::try_from(seq).ok());
            Some(ReversalRow { original: seq(0)?, reversal: seq(1)? })
        };
        Ok(rows.iter().map(row).collect())
    }

    pub async fn audit_requests(&self, book: i64) -> Result<Vec<Option<RequestRow>>, StoreError> {
        let sql = "SELECT key, digest, first_seq, count FROM request WHERE book = $1 ORDER BY first_seq, key";
        Ok(self.db.read(sql, vec![Value::Int(book)]).await?.iter().map(|row| request_row(row).ok()).collect())
    }

    /// Every stored tile: its name and its bytes.
    pub async fn audit_tiles(&self, book: i64) -> Result<Vec<(Option<TileId>, Vec<u8>)>, StoreError> {
        let rows = self
            .db
            .read("SELECT level, position, hashes FROM tile WHERE book = $1 ORDER BY level, position", vec![Value::Int(book)])
            .await?;
        let tile = |row: &Row| {
            let id = u8::try_from(row.int(0)?).ok().zip(u64::try_from(row.int(1)?).ok());
            Ok((id.map(|(level, index)| TileId { level, index }), row.bytes(2)?))
        };
        rows.iter().map(tile).collect()
    }

    /// Books that rows of any table belong to: a row of a book that does not exist is a finding too.
    pub async fn audit_books(&self) -> Result<Vec<i64>, StoreError> {
        let sql = "SELECT book FROM entry UNION SELECT book FROM tile UNION SELECT book FROM voucher UNION SELECT book FROM line
                   UNION SELECT book FROM balance UNION SELECT book FROM dimension_set UNION SELECT book FROM serial
                   UNION SELECT book FROM reversal UNION SELECT book FROM request UNION SELECT book FROM checkpoint ORDER BY 1";
        self.db.read(sql, vec![]).await?.iter().map(|row| row.int(0)).collect()
    }

    /// The leaf hash that the head row of a book names.
    pub async fn audit_head_leaf(&self, book: i64) -> Result<Option<Digest>, StoreError> {
        let rows = self.db.read("SELECT leaf FROM book WHERE number = $1", vec![Value::Int(book)]).await?;
        let leaf = rows.first().map(|row| row.bytes(0)).transpose()?;
        Ok(leaf.and_then(|leaf| <[u8; 32]>::try_from(leaf).ok()).map(Digest::from_bytes))
    }
}

fn line_row(row: &Row) -> Option<LineRow> {
    let int = |index| row.int(index).ok();
    Some(LineRow {
        account: AccountCode::from_ordinal(int(0)?)?,
        period: Period::from_ordinal(int(1)?)?,
        seq: u64::try_from(int(2)?).ok()?,
        line: u32::try_from(int(3)?).ok()?,
        side: side(int(4)?)?,
        amount: Amount::from_fen(int(5)?),
        dimension_set: u32::try_from(int(6)?).ok()?,
    })
}

fn side(ordinal: i64) -> Option<Side> {
    [Side::Debit, Side::Credit].into_iter().find(|side| *side as i64 == ordinal)
}

fn voucher_row(row: &Row) -> Option<VoucherRow> {
    let int = |index| row.int(index).ok();
    Some(VoucherRow {
        period: Period::from_ordinal(int(0)?)?,
        number: VoucherNumber { word: Word::parse(&row.text(1).ok()?)?, serial: u32::try_from(int(2)?).ok()? },
        seq: u64::try_from(int(3)?).ok()?,
    })
}
