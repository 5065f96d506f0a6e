-- The tables of the books. Types are only whole numbers, text and bytes; money is whole fen; the two
-- engines' files differ in type names and trigger syntax alone (the test suite compares them).

-- One row per book: where its chain stands. Every transaction that appends moves this row first, by compare-and-swap on leaf.
CREATE TABLE book (
    number INTEGER NOT NULL,
    code TEXT NOT NULL,
    id BLOB NOT NULL,
    seq INTEGER NOT NULL,
    leaf BLOB NOT NULL,
    recorded_at INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    turnover INTEGER NOT NULL,
    posted INTEGER NOT NULL,
    PRIMARY KEY (number),
    UNIQUE (code),
    UNIQUE (id)
) STRICT;

-- The journal. The truth; every other table can be computed from it.
CREATE TABLE entry (
    book INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    head BLOB NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (book, seq)
) STRICT;

-- Full hash tiles of the Merkle tree (256 hashes each), by level and position.
CREATE TABLE tile (
    book INTEGER NOT NULL,
    level INTEGER NOT NULL,
    position INTEGER NOT NULL,
    hashes BLOB NOT NULL,
    PRIMARY KEY (book, level, position)
) STRICT;

-- Where a voucher number stands in the journal.
CREATE TABLE voucher (
    book INTEGER NOT NULL,
    period INTEGER NOT NULL,
    word TEXT NOT NULL,
    serial INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (book, period, word, serial)
) STRICT, WITHOUT ROWID;

-- Every posted line, by account (its code as a number). side: 0 debit, 1 credit; amount in fen.
CREATE TABLE line (
    book INTEGER NOT NULL,
    account INTEGER NOT NULL,
    period INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    line INTEGER NOT NULL,
    side INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    dimension_set INTEGER NOT NULL,
    PRIMARY KEY (book, account, period, seq, line)
) STRICT, WITHOUT ROWID;

-- Sums of lines in fen, upserted once a batch. purpose: 0 ordinary, 1 opening, 2 carry forward.
CREATE TABLE balance (
    book INTEGER NOT NULL,
    period INTEGER NOT NULL,
    account INTEGER NOT NULL,
    purpose INTEGER NOT NULL,
    dimension_set INTEGER NOT NULL,
    debit INTEGER NOT NULL,
    credit INTEGER NOT NULL,
    PRIMARY KEY (book, period, account, purpose, dimension_set)
) STRICT, WITHOUT ROWID;

-- Distinct combinations of dimension values that lines carry; set 0 is empty and has no rows.
CREATE TABLE dimension_set (
    book INTEGER NOT NULL,
    number INTEGER NOT NULL,
    dimension TEXT NOT NULL,
    code TEXT NOT NULL,
    PRIMARY KEY (book, number, dimension)
) STRICT, WITHOUT ROWID;

-- The last voucher number given, by period and word.
CREATE TABLE serial (
    book INTEGER NOT NULL,
    period INTEGER NOT NULL,
    word TEXT NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (book, period, word)
) STRICT, WITHOUT ROWID;

-- Which entry took back which, once only.
CREATE TABLE reversal (
    book INTEGER NOT NULL,
    original INTEGER NOT NULL,
    reversal INTEGER NOT NULL,
    PRIMARY KEY (book, original)
) STRICT, WITHOUT ROWID;

-- Idempotency keys that have been served, with what was asked and the entries it made.
CREATE TABLE request (
    book INTEGER NOT NULL,
    key TEXT NOT NULL,
    digest BLOB NOT NULL,
    first_seq INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (book, key)
) STRICT;

-- Signed checkpoints that were handed out.
CREATE TABLE checkpoint (
    book INTEGER NOT NULL,
    size INTEGER NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (book, size)
) STRICT;

-- A store's start replays declarations alone; vouchers are kinds 1 and 2.
CREATE INDEX entry_declaration ON entry (book, seq) WHERE kind > 2;

-- Posted is posted: these tables only grow, and a book's chain only moves forward.
CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'append_only'); END;
CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'append_only'); END;
CREATE TRIGGER tile_no_update BEFORE UPDATE ON tile BEGIN SELECT RAISE(ABORT, 'append_only'); END;
CREATE TRIGGER tile_no_delete BEFORE DELETE ON tile BEGIN SELECT RAISE(ABORT, 'append_only'); END;
CREATE TRIGGER voucher_no_update BEFORE UPDATE ON voucher BEGIN SELECT RAISE(ABORT, 'append_only'); END;
CREATE TRIGGER voucher_no_delete BEFORE DELETE ON voucher BEGIN SELECT RAISE(ABORT, 'append_only'); END;
CREATE TRIGGER line_no_update BEFORE UPDATE ON line BEGIN SELECT RAISE(ABORT, 'append_only'); END;
CREATE TRIGGER line_no_delete BEFORE DELETE ON line BEGIN SELECT RAISE(ABORT, 'append_only'); END;
CREATE TRIGGER dimension_set_no_update BEFORE UPDATE ON dimension_set BEGIN SELECT RAISE(ABORT, 'append_only'); END;
CREATE TRIGGER dimension_set_no_delete BEFORE DELETE ON dimension_set BEGIN SELECT RAISE(ABORT, 'append_only'); END;
CREATE TRIGGER reversal_no_update BEFORE UPDATE ON reversal BEGIN SELECT RAISE(ABORT, 'append_only'); END;
CREATE TRIGGER reversal_no_delete BEFORE DELETE ON reversal BEGIN SELECT RAISE(ABORT, 'append_only'); END;
CREATE TRIGGER request_no_update BEFORE UPDATE ON request BEGIN SELECT RAISE(ABORT, 'append_only'); END;
CREATE TRIGGER request_no_delete BEFORE DELETE ON request BEGIN SELECT RAISE(ABORT, 'append_only'); END;
CREATE TRIGGER checkpoint_no_update BEFORE UPDATE ON checkpoint BEGIN SELECT RAISE(ABORT, 'append_only'); END;
CREATE TRIGGER checkpoint_no_delete BEFORE DELETE ON checkpoint BEGIN SELECT RAISE(ABORT, 'append_only'); END;
CREATE TRIGGER book_no_delete BEFORE DELETE ON book BEGIN SELECT RAISE(ABORT, 'append_only'); END;
CREATE TRIGGER book_forward BEFORE UPDATE ON book WHEN NEW.seq <= OLD.seq OR NEW.id <> OLD.id OR NEW.code <> OLD.code
BEGIN SELECT RAISE(ABORT, 'append_only'); END;
