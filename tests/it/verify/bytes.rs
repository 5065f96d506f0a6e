//! What the bytes bind, and that they stay as they are.

use super::fixture::{BOOK, events, seal};
use crate::support::root;
use cunshe::chain::Kind;
use cunshe::collective::Fact;
use cunshe::journal::{Declared, Event};
use cunshe::ledger::{AccountCode, Amount, DimensionSet, Period, Purpose, Side, Voucher, Word};
use jiff::civil::Date;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;

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
    let path = root().join("tests/vectors/journal/entries.txt");
    let golden = fs::read_to_string(&path).unwrap_or_default();
    assert!(golden == shown.join("\n"), "tests/vectors/journal/entries.txt differs from:\n{}", shown.join("\n"));
}

/// Frozen records of every kind of fact: a change here is a new kind, never an edit of the vectors.
#[test]
fn golden_facts_are_read_as_they_were_written() {
    let text = fs::read_to_string(root().join("tests/vectors/journal/facts.txt")).expect("vectors");
    let mut seen = BTreeSet::new();
    for line in text.lines() {
        let (word, record) = line.split_once(' ').expect("a word and a record");
        let fact = Fact::decode(word, record.as_bytes()).unwrap_or_else(|| panic!("{line}"));
        let event = Event::declaration("示例甲", Date::constant(2025, 1, 31), Declared::Fact(Box::new(fact)));
        let body = cunshe::journal::wire::encode(&BOOK, &event);
        assert_eq!(cunshe::journal::wire::decode(&BOOK, &body).as_ref(), Ok(&event), "{line}");
        let told = format!("\"declared\":{record},\"type\":\"{word}\"}}");
        assert!(String::from_utf8_lossy(&body).ends_with(&told), "{line}");
        // Any other spelling of the same record is refused.
        for other in [record.replacen(':', ": ", 1), record.replacen("\":\"", "\":\"\\u0020", 1), format!("{record} ")] {
            assert_eq!(Fact::decode(word, other.as_bytes()), None, "{other}");
        }
        seen.insert(word);
    }
    assert_eq!(seen.len(), Fact::WORDS.len(), "every kind of fact has a vector");
}
