-- The tables of the books. Types are only whole numbers, text and bytes; money is whole fen; the two
-- engines' files differ in type names and trigger syntax alone (the test suite compares them).

-- One row per book: where its chain stands. Every transaction that appends moves this row first, by compare-and-swap on leaf.
CREATE TABLE book (
    number BIGINT NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    id BYTEA NOT NULL,
    seq BIGINT NOT NULL,
    leaf BYTEA NOT NULL,
    recorded_at BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    turnover BIGINT NOT NULL,
    posted BIGINT NOT NULL,
    PRIMARY KEY (number),
    UNIQUE (code),
    UNIQUE (id)
);

-- The journal. The truth; every other table can be computed from it.
CREATE TABLE entry (
    book BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    head BYTEA NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (book, seq)
);

-- Full hash tiles of the Merkle tree (256 hashes each), by level and position.
CREATE TABLE tile (
    book BIGINT NOT NULL,
    level BIGINT NOT NULL,
    position BIGINT NOT NULL,
    hashes BYTEA NOT NULL,
    PRIMARY KEY (book, level, position)
);

-- Where a voucher number stands in the journal.
CREATE TABLE voucher (
    book BIGINT NOT NULL,
    period BIGINT NOT NULL,
    word TEXT COLLATE "C" NOT NULL,
    serial BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (book, period, word, serial)
);

-- Every posted line, by account (its code as a number). side: 0 debit, 1 credit; amount in fen.
CREATE TABLE line (
    book BIGINT NOT NULL,
    account BIGINT NOT NULL,
    period BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    line BIGINT NOT NULL,
    side BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    dimension_set BIGINT NOT NULL,
    PRIMARY KEY (book, account, period, seq, line)
);

-- Sums of lines in fen, upserted once a batch. purpose: 0 ordinary, 1 opening, 2 carry forward.
CREATE TABLE balance (
    book BIGINT NOT NULL,
    period BIGINT NOT NULL,
    account BIGINT NOT NULL,
    purpose BIGINT NOT NULL,
    dimension_set BIGINT NOT NULL,
    debit BIGINT NOT NULL,
    credit BIGINT NOT NULL,
    PRIMARY KEY (book, period, account, purpose, dimension_set)
);

-- Distinct combinations of dimension values that lines carry; set 0 is empty and has no rows.
CREATE TABLE dimension_set (
    book BIGINT NOT NULL,
    number BIGINT NOT NULL,
    dimension TEXT COLLATE "C" NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (book, number, dimension)
);

-- The last voucher number given, by period and word.
CREATE TABLE serial (
    book BIGINT NOT NULL,
    period BIGINT NOT NULL,
    word TEXT COLLATE "C" NOT NULL,
    last BIGINT NOT NULL,
    PRIMARY KEY (book, period, word)
);

-- Which entry took back which, once only.
CREATE TABLE reversal (
    book BIGINT NOT NULL,
    original BIGINT NOT NULL,
    reversal BIGINT NOT NULL,
    PRIMARY KEY (book, original)
);

-- Idempotency keys that have been served, with what was asked and the entries it made.
CREATE TABLE request (
    book BIGINT NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    digest BYTEA NOT NULL,
    first_seq BIGINT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (book, key)
);

-- Signed checkpoints that were handed out.
CREATE TABLE checkpoint (
    book BIGINT NOT NULL,
    size BIGINT NOT NULL,
    note TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (book, size)
);

-- A store's start replays declarations alone; vouchers are kinds 1 and 2.
CREATE INDEX entry_declaration ON entry (book, seq) WHERE kind > 2;

-- Posted is posted: these tables only grow, and a book's chain only moves forward.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'append_only';
END
$$;

CREATE TRIGGER entry_append_only BEFORE UPDATE OR DELETE ON entry FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER entry_no_truncate BEFORE TRUNCATE ON entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER tile_append_only BEFORE UPDATE OR DELETE ON tile FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER tile_no_truncate BEFORE TRUNCATE ON tile FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER voucher_append_only BEFORE UPDATE OR DELETE ON voucher FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER voucher_no_truncate BEFORE TRUNCATE ON voucher FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER line_append_only BEFORE UPDATE OR DELETE ON line FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER line_no_truncate BEFORE TRUNCATE ON line FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER dimension_set_append_only BEFORE UPDATE OR DELETE ON dimension_set FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER dimension_set_no_truncate BEFORE TRUNCATE ON dimension_set FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER reversal_append_only BEFORE UPDATE OR DELETE ON reversal FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER reversal_no_truncate BEFORE TRUNCATE ON reversal FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER request_append_only BEFORE UPDATE OR DELETE ON request FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER request_no_truncate BEFORE TRUNCATE ON request FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER checkpoint_append_only BEFORE UPDATE OR DELETE ON checkpoint FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER checkpoint_no_truncate BEFORE TRUNCATE ON checkpoint FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER book_append_only BEFORE DELETE ON book FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER book_no_truncate BEFORE TRUNCATE ON book FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER book_forward BEFORE UPDATE ON book FOR EACH ROW
WHEN (NEW.seq <= OLD.seq OR NEW.id <> OLD.id OR NEW.code <> OLD.code) EXECUTE FUNCTION refuse_change();

-- These rows are updated with every commit: room on their pages lets PostgreSQL do it in place (heap-only tuples).
ALTER TABLE balance SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE serial SET (fillfactor = 50);
ALTER TABLE book SET (fillfactor = 50);
