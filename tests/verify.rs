//! The verifier against every attack of the journal's plan: each is caught, with its exit code and its JSON.

use cunshe::chain::{Digest, HEAD_LENGTH, Kind, Signer};
use cunshe::journal::{Declaration, Declared, Entry, Event, Latest, State, entry};
use cunshe::ledger::balance::Balances;
use cunshe::ledger::book::BookProfile;
use cunshe::ledger::chart::ChartStandard;
use cunshe::ledger::reversal::{self, Place};
use cunshe::ledger::statement::{GroupBy, IncomeTable, Range, RegisterNames, TrialBalance, income_of};
use cunshe::ledger::voucher::{Signatures, Source};
use cunshe::ledger::{
    AccountCode, Amount, Dimension, DimensionCode, DimensionSet, DimensionValue, Draft, DraftLine, Period, Purpose, Side,
    Voucher, Word, posting,
};
use cunshe::verify::PackageWriter;
use jiff::civil::Date;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use uuid::Uuid;

const ORIGIN: &str = "cunshe.example/test/demo";
const BOOK: Uuid = Uuid::from_u128(0x1234_5678_9abc_def0_1234_5678_9abc_def0);
/// More than two full bundles, so that full tiles and partial ones are there.
const VOUCHERS: u64 = 600;

fn signer() -> Signer {
    Signer::new(ORIGIN, &[7; 32]).expect("signer")
}

fn profile() -> BookProfile {
    BookProfile {
        code: "demo".into(),
        name: "示例账".into(),
        organisation: "示例公司".into(),
        standard: ChartStandard::SmallEnterprise2013,
        first_period: Period::new(2025, 1).expect("period"),
        attachments_required: false,
    }
}

fn declaration(declared: Declared) -> Event {
    Event::Declaration(Box::new(Declaration { by: "示例甲".into(), date: Date::constant(2025, 1, 1), declared }))
}

fn draft(number: u64) -> Draft {
    let mut dimensions = DimensionSet::new();
    dimensions.insert(Dimension::Community, DimensionCode::parse("c1").expect("code"));
    let line = |account: &str, side, dimensions: &DimensionSet| DraftLine {
        account: AccountCode::parse(account).expect("code"),
        side,
        amount: Amount::from_fen(i64::try_from(number).expect("small") * 7 + 100),
        dimensions: dimensions.clone(),
        memo: String::new(),
    };
    Draft {
        date: Date::constant(2025, if number < 50 { 1 } else { 2 }, 15),
        period: None,
        word: Word::General,
        purpose: Purpose::Ordinary,
        memo: format!("示例 {number}"),
        lines: vec![line("1002", Side::Debit, &DimensionSet::new()), line("5051", Side::Credit, &dimensions)],
        attachment_count: 1,
        attachments: Vec::new(),
        signatures: Signatures { prepared_by: "示例甲".into(), approved_by: "示例乙".into(), ..Signatures::default() },
        source: Source { key: format!("k{number}"), reference: String::new(), row: 1 },
        reverses: None,
    }
}

/// Every event of a small book: declarations, vouchers, a reversal, a closed period.
fn events() -> Vec<Event> {
    let opening = Declaration {
        by: "示例甲".into(),
        date: Date::constant(2025, 1, 1),
        declared: Declared::BookOpened { profile: profile(), verifier_key: signer().verifier_key().to_string() },
    };
    let community = DimensionValue {
        dimension: Dimension::Community,
        code: DimensionCode::parse("c1").expect("code"),
        name: "祐溪示例社区".into(),
        parent: None,
        remark: "示例".into(),
    };
    let mut state = State::before_first(BOOK, &opening).expect("state");
    let mut events = vec![Event::Declaration(Box::new(opening))];
    for declared in [
        Declared::AccountsAdded { accounts: ChartStandard::SmallEnterprise2013.accounts() },
        Declared::DimensionValuesAdded { values: vec![community] },
        Declared::YearOpened { year: 2025 },
    ] {
        events.push(declaration(declared));
    }
    events.iter().for_each(|event| drop(state.apply(event)));
    let mut post = |events: &mut Vec<Event>, draft: &Draft, original: Option<&Voucher>| {
        let event = Event::voucher(posting::accept(&state.book, draft, "示例", original).expect("accepted"));
        state.apply(&event);
        events.push(event);
    };
    for number in 0..VOUCHERS {
        post(&mut events, &draft(number), None);
    }
    let sealed = seal(&events);
    let Event::Voucher(original) = &events[300] else { panic!("a voucher") };
    let original = (**original).clone();
    let place = Place { seq: 301, leaf: *sealed[300].leaf.as_bytes() };
    let signed = Signatures { prepared_by: "示例甲".into(), approved_by: "示例乙".into(), ..Signatures::default() };
    let reversal =
        reversal::draft(&original, place, Date::constant(2025, 2, 20), signed, Source { key: "r".into(), ..Source::default() });
    post(&mut events, &reversal, Some(&original));
    events.push(declaration(Declared::PeriodClosed { period: Period::new(2025, 1).expect("period") }));
    events
}

fn seal(events: &[Event]) -> Vec<Entry> {
    let mut latest = Latest::NONE;
    events.iter().zip(1_750_000_000_000_000..).map(|(event, now)| entry::seal(&BOOK, &mut latest, event, now)).collect()
}

/// Writes a package of these entries, signed by `signer`, with the reports that `events` give.
fn write_package(folder: &Path, entries: &[Entry], events: &[Event], signer: &Signer) {
    let mut writer = PackageWriter::create(folder, "demo").expect("writer");
    let mut edge = cunshe::chain::Edge::new();
    for entry in entries {
        writer.entry(&entry.head, &entry.body).expect("entry");
        let _ = edge.push(entry.leaf);
    }
    let note = cunshe::chain::Checkpoint::new(ORIGIN, edge.size(), edge.root()).sign(signer).expect("signed");
    let Event::Declaration(opening) = &events[0] else { panic!("the opening") };
    let mut state = State::before_first(BOOK, opening).expect("state");
    let mut balances = Balances::default();
    for event in events {
        let sets = state.apply(event);
        if let Event::Voucher(voucher) = event {
            balances.add_voucher(voucher, &sets.numbers);
        }
    }
    let range = Range { from: Period::new(2025, 1).expect("period"), to: Period::new(2025, 12).expect("period") };
    let sums = balances.iter().filter_map(|(key, sum)| Some((key.account, range.stage(key.period, key.purpose)?, *sum)));
    let trial_balance = TrialBalance::compute(&state.book.chart, range, sums);
    let cell = |(key, sum): (&cunshe::ledger::balance::BalanceKey, &cunshe::ledger::balance::Movement)| {
        income_of(&state.book.chart, key, state.sets.get(key.dimension_set)?, *sum, GroupBy::Nothing)
    };
    let cells: Vec<_> = balances.iter().filter_map(cell).collect();
    let books = vec![(&*state.book.chart, &*state.book.dimensions)];
    let income = IncomeTable::compute(range, &cells, &RegisterNames { books, group_by: GroupBy::Nothing }).expect("income");
    writer.finish(&note, &[], &trial_balance, &income).expect("finished");
}

struct Fixture {
    folder: tempfile::TempDir,
    events: Vec<Event>,
    entries: Vec<Entry>,
}

impl Fixture {
    fn new() -> Fixture {
        let events = events();
        let entries = seal(&events);
        let fixture = Fixture { folder: tempfile::tempdir().expect("folder"), events, entries };
        fixture.write();
        fixture
    }

    fn package(&self) -> PathBuf {
        self.folder.path().join("package")
    }

    fn book(&self, path: &str) -> PathBuf {
        self.package().join("demo").join(path)
    }

    /// Writes the package anew from `entries` and `events`.
    fn write(&self) {
        let _ = fs::remove_dir_all(self.package());
        write_package(&self.package(), &self.entries, &self.events, &signer());
    }

    fn verify_with(&self, more: &[&str]) -> (i32, Value) {
        let key = signer().verifier_key().to_string();
        let package = self.package();
        let output = Command::new(env!("CARGO_BIN_EXE_cunshe-verify"))
            .arg(&package)
            .args(["--key", &key, "--json"])
            .args(more)
            .output()
            .expect("runs");
        let value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
        (output.status.code().expect("a code"), value)
    }

    /// The exit code must be the expected one, and the JSON must say the same.
    fn expect(&self, what: &str, code: i32, more: &[&str]) -> Value {
        let (found, value) = self.verify_with(more);
        assert_eq!(found, code, "{what}: {value:#}");
        assert_eq!(value["exit_code"], code, "{what}");
        assert_eq!(value["result"] == "clean", code == 0, "{what}");
        value
    }

    /// Seals `events` again from the start: everything recomputed.
    fn reseal(&mut self) {
        self.entries = seal(&self.events);
        self.write();
    }
}

fn spoil(path: &Path, at: usize) {
    let mut bytes = fs::read(path).expect("readable");
    let at = at % bytes.len();
    bytes[at] ^= 0x20;
    fs::write(path, bytes).expect("written");
}

fn rewrite_voucher(events: &mut [Event], index: usize, change: impl FnOnce(&mut Voucher)) {
    let Event::Voucher(voucher) = &mut events[index] else { panic!("a voucher") };
    change(voucher);
}

#[test]
fn a_clean_package_is_clean_and_says_what_was_not_checked() {
    let fixture = Fixture::new();
    let report = fixture.expect("clean", 0, &[]);
    assert_eq!(report["books"][0]["vouchers"], VOUCHERS + 1);
    let not_checked =
        report["books"][0]["steps"].as_array().expect("steps").iter().filter(|step| step["status"] == "not_checked").count();
    assert_eq!(not_checked, 2, "the register and the outside checkpoints");
}

#[test]
fn bytes_changed_anywhere_are_found() {
    for (path, codes) in [
        ("tile/entries/000", vec![3, 4]),
        ("tile/entries/002.p/94", vec![3, 4]),
        ("bodies/001", vec![5]),
        ("bodies/002.p/94", vec![5]),
        ("tile/0/000", vec![3]),
        ("tile/1/000.p/2", vec![3]),
        ("checkpoint", vec![2]),
        ("reports/trial-balance.json", vec![7, 9]),
        ("reports/income-by-community.json", vec![7, 9]),
    ] {
        let fixture = Fixture::new();
        let whole = fs::read(fixture.book(path)).expect("readable");
        let mut at = 3_usize;
        for _ in 0..25 {
            spoil(&fixture.book(path), at);
            let (code, report) = fixture.verify_with(&[]);
            // A blank in a report that is read as JSON may change its layout and nothing else.
            let neutral = code == 0 && path.ends_with(".json");
            assert!(neutral || codes.contains(&code), "{path} at {at}: {code} {report:#}");
            fs::write(fixture.book(path), &whole).expect("restored");
            at = at.wrapping_mul(31).wrapping_add(17);
        }
    }
}

#[test]
fn a_rewritten_history_is_found_with_and_without_the_key() {
    let mut fixture = Fixture::new();
    let checkpoint = fixture.folder.path().join("mine");
    fs::copy(fixture.book("checkpoint"), &checkpoint).expect("copied");
    let checkpoint = checkpoint.to_str().expect("path").to_owned();
    let receipt = fixture.folder.path().join("receipt.json");
    let leaf = fixture.entries[99].leaf.to_string();
    fs::write(&receipt, serde_json::json!({ "book": "demo", "seq": 100, "leaf": leaf }).to_string()).expect("written");
    let receipt = receipt.to_str().expect("path").to_owned();
    fixture.expect("own checkpoint and receipt", 0, &["--checkpoint", &checkpoint, "--receipt", &receipt]);

    // Voucher 50 rewritten, everything recomputed; the original of the reversal is elsewhere.
    rewrite_voucher(&mut fixture.events, 50, |voucher| {
        voucher.lines.iter_mut().for_each(|line| line.amount = Amount::from_fen(1))
    });
    let fresh = seal(&fixture.events);
    let leaf = *fresh[300].leaf.as_bytes();
    rewrite_voucher(&mut fixture.events, usize::try_from(VOUCHERS).expect("small") + 4, |voucher| {
        voucher.reverses.as_mut().expect("a reversal").leaf = leaf;
    });
    let signed_by_other = Signer::new(ORIGIN, &[8; 32]).expect("signer");
    fixture.entries = seal(&fixture.events);
    let _ = fs::remove_dir_all(fixture.package());
    write_package(&fixture.package(), &fixture.entries, &fixture.events, &signed_by_other);
    fixture.expect("rewritten without the key", 2, &[]);
    fixture.write();
    let report = fixture.expect("rewritten with the key, nothing from outside", 0, &[]);
    let outside =
        report["books"][0]["steps"].as_array().expect("steps").iter().find(|step| step["step"] == "外部检查点").expect("step");
    assert_eq!(outside["status"], "not_checked", "without anything from outside it is never called checked");
    fixture.expect("rewritten with the key against my checkpoint", 3, &["--checkpoint", &checkpoint]);
    fixture.expect("rewritten with the key against my receipt", 3, &["--receipt", &receipt]);
}

#[test]
fn entries_cut_inserted_or_swapped_are_found() {
    let mut fixture = Fixture::new();
    let mine = fixture.folder.path().join("mine");
    fs::copy(fixture.book("checkpoint"), &mine).expect("copied");
    // The tail cut off and the shorter tree signed again.
    fixture.entries.truncate(500);
    fixture.events.truncate(500);
    fixture.write();
    fixture.expect("tail cut off", 3, &["--checkpoint", mine.to_str().expect("path")]);
    for (what, change) in [
        ("deleted", Box::new(|entries: &mut Vec<Entry>| drop(entries.remove(200))) as Box<dyn Fn(&mut Vec<Entry>)>),
        ("inserted", Box::new(|entries| entries.insert(200, entries[100].clone()))),
        ("swapped", Box::new(|entries| entries.swap(200, 201))),
    ] {
        let mut fixture = Fixture::new();
        change(&mut fixture.entries);
        // Signed anew by the key itself: the chain still tells.
        fixture.write();
        let report = fixture.expect(what, 4, &[]);
        assert_eq!(report["books"][0]["findings"][0]["seq"], 201, "{what}");
        // And without the key the tree does.
        let entries = std::mem::replace(&mut fixture.entries, seal(&fixture.events));
        fixture.write();
        let note = fs::read(fixture.book("checkpoint")).expect("note");
        fixture.entries = entries;
        fixture.write();
        fs::write(fixture.book("checkpoint"), note).expect("written");
        let (code, _) = fixture.verify_with(&[]);
        assert!([3, 4].contains(&code), "{what} under the old checkpoint: {code}");
    }
}

#[test]
fn broken_rules_are_found_though_everything_is_sealed() {
    type Change = fn(&mut Vec<Event>);
    let closed_january: Change = |events| {
        let Event::Voucher(last) = events[603].clone() else { panic!("a voucher") };
        let mut voucher = *last;
        (voucher.date, voucher.period) = (Date::constant(2025, 1, 20), Period::new(2025, 1).expect("period"));
        voucher.number.serial = 51;
        events.push(Event::voucher(voucher));
    };
    let table: [(&str, Change); 9] = [
        ("period_closed", closed_january),
        ("unbalanced", |events| rewrite_voucher(events, 500, |voucher| voucher.lines[0].amount = Amount::from_fen(5))),
        ("serial_not_next", |events| rewrite_voucher(events, 500, |voucher| voucher.number.serial += 1)),
        ("preparer_is_approver", |events| {
            rewrite_voucher(events, 500, |voucher| voucher.signatures.approved_by = "示例甲".into())
        }),
        ("account_unknown", |events| rewrite_voucher(events, 500, |voucher| voucher.lines[0].account_name = "别的科目".into())),
        ("dimension_unknown", |events| {
            rewrite_voucher(events, 500, |voucher| {
                voucher.lines[0].dimensions.insert(Dimension::Shop, DimensionCode::parse("none").expect("code"));
            });
        }),
        ("reversal_differs", |events| rewrite_voucher(events, 604, |voucher| voucher.lines[0].amount = Amount::from_fen(-1))),
        ("account_code_taken", |events| {
            let accounts = ChartStandard::SmallEnterprise2013.accounts();
            events.push(declaration(Declared::AccountsAdded { accounts: accounts[..1].to_vec() }));
        }),
        ("book_already_opened", |events| {
            let opening = events[0].clone();
            events.push(opening);
        }),
    ];
    for (code, change) in table {
        let mut fixture = Fixture::new();
        change(&mut fixture.events);
        fixture.reseal();
        let report = fixture.expect(code, 6, &[]);
        let codes: Vec<&str> =
            report["books"][0]["findings"].as_array().expect("findings").iter().filter_map(|f| f["code"].as_str()).collect();
        assert!(codes.contains(&code), "{code}: {codes:?}");
    }
}

#[test]
fn heads_that_lie_are_found() {
    // Changed in the head and everything after it sealed again: only the rule of that field can tell.
    let table: [(&str, usize, &[u8], i32); 6] = [
        ("unknown magic", 0, b"cunshe/2", 4),
        ("unknown flag", 9, &[1], 4),
        ("reserved", 10, &[0, 1], 4),
        ("another date", 12, &[0, 0, 0, 1], 5),
        ("clock turned back", 40, &[0; 8], 4),
        ("epoch", 48, &[0, 0, 0, 0, 0, 0, 0, 2], 4),
    ];
    for (what, at, bytes, code) in table {
        let mut fixture = Fixture::new();
        let mut previous = fixture.entries[99].leaf;
        for index in 100..fixture.entries.len() {
            let entry = &mut fixture.entries[index];
            let mut head: [u8; HEAD_LENGTH] = entry.head;
            head[64..96].copy_from_slice(previous.as_bytes());
            if index == 100 {
                head[at..at + bytes.len()].copy_from_slice(bytes);
            }
            entry.head = head;
            entry.leaf = cunshe::chain::leaf_hash(&head);
            previous = entry.leaf;
        }
        fixture.write();
        let report = fixture.expect(what, code, &[]);
        assert_eq!(report["books"][0]["findings"][0]["seq"], 101, "{what}");
    }
}

#[test]
fn bodies_that_are_not_canonical_are_found() {
    let table: [(&str, fn(&str) -> String); 7] = [
        ("trailing byte", |body| format!("{body} ")),
        ("white space", |body| body.replacen(':', ": ", 1)),
        ("byte order mark", |body| format!("\u{feff}{body}")),
        ("number", |body| body.replace("\"attachment_count\":\"1\"", "\"attachment_count\":1")),
        ("escaped letter", |body| body.replace("ordinary", "\\u006frdinary")),
        ("repeated key", |body| body.replace("\"currency\":\"CNY\"", "\"currency\":\"CNY\",\"currency\":\"CNY\"")),
        ("leading zero", |body| body.replace("\"amount\":\"", "\"amount\":\"0")),
    ];
    for (what, change) in table {
        let mut fixture = Fixture::new();
        let index = 120;
        let body = change(std::str::from_utf8(&fixture.entries[index].body).expect("text"));
        assert_ne!(body.as_bytes(), fixture.entries[index].body, "{what} changes nothing");
        let mut previous = fixture.entries[index - 1].leaf;
        for at in index..fixture.entries.len() {
            let entry = &mut fixture.entries[at];
            let mut head = cunshe::chain::Head::decode(&entry.head).expect("head");
            head.prev = previous;
            if at == index {
                entry.body = body.clone().into_bytes();
                head.body_length = body.len() as u64;
                head.body_hash = cunshe::chain::body_hash(&entry.body);
            }
            entry.head = head.encode();
            entry.leaf = cunshe::chain::leaf_hash(&entry.head);
            previous = entry.leaf;
        }
        fixture.write();
        fixture.expect(what, 5, &[]);
    }
}

#[test]
fn keys_swapped_and_packages_with_holes_are_found() {
    let mut fixture = Fixture::new();
    // Another key in the first entry: the pinned one signs the checkpoint, but is not the book's.
    let Event::Declaration(opening) = &mut fixture.events[0] else { panic!("the opening") };
    let Declared::BookOpened { verifier_key, .. } = &mut opening.declared else { panic!("the opening") };
    *verifier_key = Signer::new(ORIGIN, &[9; 32]).expect("signer").verifier_key().to_string();
    fixture.entries = seal(&fixture.events);
    fixture.write();
    assert_eq!(fixture.verify_with(&[]).0, 2, "key swapped inside");

    for missing in ["checkpoint", "bodies/001", "tile/entries/000", "tile/0/001", "tile/1/000.p/2", "reports/trial-balance.json"]
    {
        let fixture = Fixture::new();
        fs::remove_file(fixture.book(missing)).expect("removed");
        fixture.expect(missing, 9, &[]);
    }
    let fixture = Fixture::new();
    fs::remove_dir_all(fixture.book("")).expect("removed");
    fixture.expect("nothing in it", 9, &[]);
    let other = Signer::new("cunshe.example/test/hidden", &[5; 32]).expect("signer").verifier_key().to_string();
    let fixture = Fixture::new();
    fixture.expect("a book is hidden", 9, &["--key", &other]);

    let fixture = Fixture::new();
    fs::copy(fixture.book("tile/entries/001"), fixture.book("tile/entries/002")).expect("copied");
    fixture.expect("a tail that nobody signed", 8, &[]);
    let fixture = Fixture::new();
    let amount = fs::read_to_string(fixture.book("reports/trial-balance.json")).expect("report");
    fs::write(fixture.book("reports/trial-balance.json"), amount.replacen(".0", ".1", 1)).expect("written");
    fixture.expect("a cell of a report", 7, &[]);
}

/// Changing any field of a voucher or declaration changes its body, and decoding gives back what was encoded.
#[test]
fn every_field_is_bound_by_the_hash() {
    let events = events();
    let body = |event: &Event| cunshe::journal::wire::encode(&BOOK, event);
    for event in [&events[0], &events[1], &events[2], &events[3], &events[10], &events[604], &events[605]] {
        let bytes = body(event);
        assert_eq!(cunshe::journal::wire::decode(&BOOK, &bytes).as_ref(), Ok(event));
        // RFC 8785: a stranger who sorts the keys and writes without blanks gets the same bytes.
        let value: Value = serde_json::from_slice(&bytes).expect("JSON");
        assert_eq!(serde_json::to_vec(&value).expect("JSON"), bytes, "keys in order");
    }
    let Event::Voucher(voucher) = &events[604] else { panic!("the reversal") };
    let base = body(&events[604]);
    let changes: [fn(&mut Voucher); 24] = [
        |v| v.number.serial += 1,
        |v| v.number.word = Word::Receipt,
        |v| v.date = Date::constant(2025, 2, 21),
        |v| v.period = Period::new(2025, 3).expect("period"),
        |v| v.purpose = Purpose::CarryForward,
        |v| v.memo.push('。'),
        |v| v.lines[0].account = AccountCode::parse("1001").expect("code"),
        |v| v.lines[0].account_name.push('x'),
        |v| v.lines[0].side = Side::Credit,
        |v| v.lines[1].amount = Amount::from_fen(1),
        |v| v.lines[1].memo.push('x'),
        |v| v.lines[1].dimensions = DimensionSet::new(),
        |v| v.lines.truncate(1),
        |v| v.attachment_count += 1,
        |v| v.attachments.push(cunshe::ledger::voucher::Attachment { sha256: [1; 32], size: 1, name: "a".into() }),
        |v| v.signatures.prepared_by.push('x'),
        |v| v.signatures.prepared_at.push('x'),
        |v| v.signatures.approved_by.push('x'),
        |v| v.signatures.approved_at.push('x'),
        |v| v.posted_by.push('x'),
        |v| v.source.key.push('x'),
        |v| v.source.reference.push('x'),
        |v| v.source.row += 1,
        |v| v.reverses.as_mut().expect("a reversal").leaf[0] ^= 1,
    ];
    for (index, change) in changes.iter().enumerate() {
        let mut changed = (**voucher).clone();
        change(&mut changed);
        assert_ne!(body(&Event::voucher(changed)), base, "change {index} is not in the body");
    }
    // Neighbouring texts cannot be shifted into each other.
    let mut shifted = (**voucher).clone();
    shifted.signatures.prepared_by = "示例".into();
    shifted.posted_by = "甲示例".into();
    assert_ne!(body(&Event::voucher(shifted)), base);
}

/// Frozen bytes: a change here is a new format version, never an edit of the vectors.
#[test]
fn golden_entries_are_as_they_were() {
    let entries = seal(&events());
    let shown: Vec<String> = [0_usize, 1, 2, 3, 4, 604, 605]
        .iter()
        .map(|index| {
            let entry = &entries[*index];
            let head: String = entry.head.iter().map(|byte| format!("{byte:02x}")).collect();
            format!(
                "seq {}\nkind {}\nhead {head}\nleaf {}\nbody {}\n",
                entry.seq,
                entry.kind.number(),
                entry.leaf,
                String::from_utf8_lossy(&entry.body)
            )
        })
        .collect();
    assert_eq!(entries[604].kind, Kind::Reversal);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/journal/entries.txt");
    let golden = fs::read_to_string(&path).unwrap_or_default();
    assert!(golden == shown.join("\n"), "tests/vectors/journal/entries.txt differs from:\n{}", shown.join("\n"));
    assert_eq!(Digest::of(golden.as_bytes()).to_string().len(), 64);
}
