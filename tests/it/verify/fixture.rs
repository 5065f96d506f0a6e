//! A small book and its audit package, to be spoiled.

use cunshe::chain::Signer;
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

pub const ORIGIN: &str = "cunshe.example/test/demo";
pub const BOOK: Uuid = Uuid::from_u128(0x1234_5678_9abc_def0_1234_5678_9abc_def0);
/// More than two full bundles, so that full tiles and partial ones are there.
pub const VOUCHERS: u64 = 600;

pub fn signer() -> Signer {
    Signer::new(ORIGIN, &[7; 32]).expect("signer")
}

pub fn profile() -> BookProfile {
    BookProfile {
        code: "demo".into(),
        name: "示例账".into(),
        organisation: "示例公司".into(),
        standard: ChartStandard::SmallEnterprise2013,
        first_period: Period::new(2025, 1).expect("period"),
        attachments_required: false,
    }
}

pub fn declaration(declared: Declared) -> Event {
    Event::Declaration(Box::new(Declaration { by: "示例甲".into(), date: Date::constant(2025, 1, 1), declared }))
}

pub fn draft(number: u64) -> Draft {
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
pub fn events() -> Vec<Event> {
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

pub fn seal(events: &[Event]) -> Vec<Entry> {
    let mut latest = Latest::NONE;
    events.iter().zip(1_750_000_000_000_000..).map(|(event, now)| entry::seal(&BOOK, &mut latest, event, now)).collect()
}

/// Writes a package of these entries, signed by `signer`, with the reports that `events` give.
pub fn write_package(folder: &Path, entries: &[Entry], events: &[Event], signer: &Signer) {
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

pub struct Fixture {
    pub folder: tempfile::TempDir,
    pub events: Vec<Event>,
    pub entries: Vec<Entry>,
}

impl Fixture {
    pub fn new() -> Fixture {
        let events = events();
        let entries = seal(&events);
        let fixture = Fixture { folder: tempfile::tempdir().expect("folder"), events, entries };
        fixture.write();
        fixture
    }

    pub fn package(&self) -> PathBuf {
        self.folder.path().join("package")
    }

    pub fn book(&self, path: &str) -> PathBuf {
        self.package().join("demo").join(path)
    }

    /// Writes the package anew from `entries` and `events`.
    pub fn write(&self) {
        let _ = fs::remove_dir_all(self.package());
        write_package(&self.package(), &self.entries, &self.events, &signer());
    }

    pub fn verify_with(&self, more: &[&str]) -> (i32, Value) {
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
    pub fn expect(&self, what: &str, code: i32, more: &[&str]) -> Value {
        let (found, value) = self.verify_with(more);
        assert_eq!(found, code, "{what}: {value:#}");
        assert_eq!(value["exit_code"], code, "{what}");
        assert_eq!(value["result"] == "clean", code == 0, "{what}");
        value
    }

    /// Seals `events` again from the start: everything recomputed.
    pub fn reseal(&mut self) {
        self.entries = seal(&self.events);
        self.write();
    }
}

pub fn spoil(path: &Path, at: usize) {
    let mut bytes = fs::read(path).expect("readable");
    let at = at % bytes.len();
    bytes[at] ^= 0x20;
    fs::write(path, bytes).expect("written");
}

pub fn rewrite_voucher(events: &mut [Event], index: usize, change: impl FnOnce(&mut Voucher)) {
    let Event::Voucher(voucher) = &mut events[index] else { panic!("a voucher") };
    change(voucher);
}
