//! Each attack, its exit code and its JSON.

use super::fixture::{Fixture, ORIGIN, VOUCHERS, declaration, rewrite_voucher, seal, spoil, write_package};
use cunshe::chain::{HEAD_LENGTH, Signer};
use cunshe::collective::Fact;
use cunshe::journal::{Declared, Entry, Event};
use cunshe::ledger::chart::ChartStandard;
use cunshe::ledger::{Amount, Dimension, DimensionCode, Period};
use jiff::civil::Date;
use std::fs;

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

/// R6: a bit flipped anywhere in a package is found, or changes nothing that is read (the layout of a JSON report).
#[test]
fn a_thousand_flipped_bits_are_found() {
    const FLIPS: u64 = 1_000;
    let fixture = Fixture::new();
    let files = all_files(&fixture.package());
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    println!("xorshift from {random:#x} over {} files", files.len());
    let mut neutral = Vec::new();
    for _ in 0..FLIPS {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let path = &files[usize::try_from(random % files.len() as u64).expect("small")];
        let whole = fs::read(path).expect("readable");
        let at = usize::try_from((random >> 16) % whole.len() as u64).expect("small");
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << ((random >> 60) % 8);
        fs::write(path, bytes).expect("written");
        let (code, report) = fixture.verify_with(&[]);
        assert_eq!(report["exit_code"], code);
        if code == 0 {
            neutral.push((path.strip_prefix(fixture.package()).expect("inside").to_owned(), at));
        }
        fs::write(path, whole).expect("restored");
    }
    let unexplained: Vec<_> =
        neutral.iter().filter(|(path, _)| !path.ends_with("README") && !path.to_string_lossy().ends_with(".json")).collect();
    assert!(unexplained.is_empty(), "changed and not found: {unexplained:?}");
    println!("{} of {FLIPS} flips changed only the README or the layout of a report", neutral.len());
}

fn all_files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("folder") {
        let path = entry.expect("entry").path();
        if path.is_dir() { files.extend(all_files(&path)) } else { files.push(path) }
    }
    files.sort();
    files
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

fn fact(word: &str, record: &[u8]) -> Event {
    declaration(Declared::Fact(Box::new(Fact::decode(word, record).expect("canonical"))))
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
    let half_open: Change = |events| events.truncate(2);
    let table: [(&str, Change); 16] = [
        ("asset_unknown", |events| {
            let step = br#"{"asset":"DG-1","date":"2025-02-01","document":"x","step":"lost"}"#;
            events.push(fact("asset_stepped", step));
        }),
        ("reference_unknown", |events| events.push(fact("withdrawn", br#"{"reference":"money_received/HT-1/x"}"#))),
        ("shop_day_payments_differ", |events| {
            let day = br#"{"cost":"0.00","date":"2025-02-01","discount":"0.00","receipts":"1","returns":"0.00","rounding":"0.00","sales":[{"channel":"x","gross":"5.00"}],"shift":"1","shop":"s","short_over":"0.00","tax_basis_points":"100","tenders":[{"amount":"4.00","kind":"cash"}]}"#;
            events.push(fact("shop_day_reported", day));
        }),
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
        ("reversal_before_original", |events| {
            rewrite_voucher(events, 604, |voucher| voucher.date = Date::constant(2025, 2, 14));
        }),
        ("preparer_is_approver", |events| {
            rewrite_voucher(events, 500, |voucher| voucher.signatures.approved_by = "示\u{3000}例 甲".into())
        }),
        ("text_malformed", |events| rewrite_voucher(events, 500, |voucher| voucher.memo = "租金\u{202e}".into())),
        ("book_half_open", half_open),
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
    type Change = fn(&str) -> String;
    let table: [(&str, Change); 7] = [
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
    fs::remove_file(fixture.book("reports/trial-balance.json")).expect("removed");
    fixture.expect("a tail and a hole: the hole counts", 9, &[]);
    let fixture = Fixture::new();
    let mine = fixture.folder.path().join("mine");
    fs::copy(fixture.book("checkpoint"), &mine).expect("copied");
    fs::remove_file(fixture.book("bodies/001")).expect("removed");
    fixture.expect("a hole is no rewriting", 9, &["--checkpoint", mine.to_str().expect("path")]);
    let elsewhere = Signer::new("other.example/test/demo", &[6; 32]).expect("signer").verifier_key().to_string();
    let fixture = Fixture::new();
    fixture.expect("a book of the same code from another house is hidden", 9, &["--key", &elsewhere]);
    let fixture = Fixture::new();
    let amount = fs::read_to_string(fixture.book("reports/trial-balance.json")).expect("report");
    fs::write(fixture.book("reports/trial-balance.json"), amount.replacen(".0", ".1", 1)).expect("written");
    fixture.expect("a cell of a report", 7, &[]);
}
