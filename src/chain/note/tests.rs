//! Notes: the reference example, our own round trip, and everything that must be refused.

use super::*;
use crate::chain::{Digest, KeyError, Signer};

/// Key and note of the reference implementation's documentation, signed by the seed below.
const VKEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const SEED: &str = "gQoUAtUUbI2E8kQzMPVAgOv5juF9nHT2JS/F1ccoMXM=";
const TEXT: &str = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";

fn golden() -> &'static str {
    include_str!("../../../tests/vectors/chain/note.txt")
}

fn signer(name: &str, seed: u8) -> Signer {
    Signer::new(name, &[seed; 32]).expect("a plain name makes a key")
}

fn vkey(text: &str) -> VerifierKey {
    VerifierKey::parse(text).expect("a published key")
}

#[test]
fn the_reference_note_verifies_and_is_signed_again_to_the_byte() {
    let key = vkey(VKEY);
    assert_eq!((key.name(), key.id()), ("PeterNeumann", 0xc74f_20a3));
    assert_eq!(key.to_string(), VKEY);
    assert_eq!(VKEY.parse(), Ok(key.clone()));
    let note = Note::parse(golden()).expect("the reference note");
    assert_eq!(note.text(), TEXT);
    assert_eq!(note.to_string(), golden());
    let verified = note.verify(std::slice::from_ref(&key)).expect("the reference signature");
    assert_eq!(verified, VerifiedNote { text: TEXT.to_owned(), signed_by: vec![key.clone()] });

    let seed = Digest::from_base64(SEED).expect("32 bytes");
    let signer = Signer::new("PeterNeumann", seed.as_bytes()).expect("the reference key");
    assert_eq!(signer.verifier_key(), &key);
    assert_eq!(signer.sign(TEXT).as_deref(), Ok(golden()));
    assert_eq!(format!("{signer:?}"), format!("Signer({VKEY})"), "a seed must not be printed");
}

#[test]
fn the_specification_examples_read_back() {
    // Their keys were not published, so the form is all that can be checked. Text with an empty line; a cosignature.
    let poem = "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n\
        — quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n";
    let sofa = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
        — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
        — witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";
    for (text, lengths) in [(poem, vec![64]), (sofa, vec![64, 72])] {
        let note = Note::parse(text).expect("an example of the specification");
        assert_eq!(note.to_string(), text);
        assert_eq!(note.signatures().iter().map(|signature| signature.bytes.len()).collect::<Vec<_>>(), lengths);
        assert_eq!(note.verify(&[vkey(VKEY)]), Err(NoteError::Unsigned));
    }
    let note = Note::parse(poem).expect("an example of the specification");
    assert!(note.text().ends_with("sole:\n\ned è subito sera.\n"));
    assert_eq!(note.signatures()[0].key_id, 0x367b_a04b);
}

#[test]
fn every_changed_byte_of_a_note_is_refused() {
    let key = vkey(VKEY);
    for at in 0..golden().len() {
        for mask in [1, 2, 0x20] {
            let mut bytes = golden().as_bytes().to_vec();
            bytes[at] ^= mask;
            let Ok(text) = String::from_utf8(bytes) else { continue };
            let opened = Note::parse(&text).and_then(|note| note.verify(std::slice::from_ref(&key)));
            assert!(opened.is_err(), "{at} {text}");
        }
    }
}

#[test]
fn malformed_notes() {
    let line = golden().strip_prefix(TEXT).and_then(|rest| rest.strip_prefix('\n')).expect("text, empty line, signature");
    let base64 = line.trim_end().rsplit(' ').next().expect("the last word");
    let many = |count: usize| format!("t\n\n{}", line.repeat(count));
    let table = [
        (String::new(), "note_no_signatures"),
        ("t\n".to_owned(), "note_no_signatures"),
        ("t\n\n".to_owned(), "note_no_signatures"),
        ("t\n\n\n".to_owned(), "note_no_signatures"),
        (format!("t\n{line}"), "note_no_signatures"),
        (format!("\n{line}"), "note_no_signatures"),
        (format!("t\n\n{}", line.trim_end()), "note_no_signatures"),
        (format!("t\n\n{line}\n"), "note_no_signatures"),
        (format!("t\n\n{line}\n\n"), "note_no_signatures"),
        (format!("t\n\n{line}x\n"), "note_signature_line"),
        (format!("t\n\n {line}"), "note_signature_line"),
        (format!("t\n\n{}", line.replace('—', "-")), "note_signature_line"),
        (format!("t\n\n{}", line.replace('—', "–")), "note_signature_line"),
        (format!("t\n\n{}", line.replace("— ", "—")), "note_signature_line"),
        (format!("t\n\n{}", line.replace("— ", "—  ")), "note_signature_line"),
        (format!("t\n\n{}", line.replace("— ", "—\u{a0}")), "note_signature_line"),
        (format!("t\n\n{}", line.replace("Neumann ", "Neumann  ")), "note_signature_line"),
        (format!("t\n\n{}", line.replace("PeterNeumann", "Peter+Neumann")), "note_signature_line"),
        (format!("t\n\n{}", line.replace("PeterNeumann", "Peter\u{3000}Neumann")), "note_signature_line"),
        (format!("t\n\n{}", line.replace("PeterNeumann ", "")), "note_signature_line"),
        (format!("t\n\n{}", line.replace('\n', " \n")), "note_signature_line"),
        (format!("t\n\n{}", line.replace('=', "")), "note_signature_line"),
        (format!("t\n\n{}", line.replace("nAM=", "nAN=")), "note_signature_line"),
        (format!("t\n\n{}", line.replace('/', "_")), "note_signature_line"),
        ("t\n\n— n AAAAAA==\n".to_owned(), "note_signature_line"), // a key id and no signature
        ("t\n\n— n AAAA\n".to_owned(), "note_signature_line"),
        ("t\n\n— n \n".to_owned(), "note_signature_line"),
        (format!("t\r\n\r\n{line}"), "note_control"),
        (format!("t\t\n\n{line}"), "note_control"),
        (format!("t\0\n\n{line}"), "note_control"),
        (many(101), "note_too_many_signatures"),
        (format!("{}\n\n{line}", "t".repeat(NOTE_LENGTH_MAX)), "note_too_long"),
    ];
    for (text, code) in table {
        let shown: String = text.chars().take(200).collect();
        assert_eq!(Note::parse(&text).map_err(NoteError::code), Err(code), "{shown:?}");
    }
    assert_eq!(Note::parse(&many(100)).map(|note| note.signatures().len()), Ok(100));
    let foreign = format!("{}— other {base64}\n", golden());
    assert!(Note::parse(&foreign).and_then(|note| note.verify(&[vkey(VKEY)])).is_ok(), "an unknown key is ignored");
}

#[test]
fn which_signatures_count() {
    let (one, two) = (signer("one", 1), signer("two", 2));
    let (key_one, key_two) = (one.verifier_key().clone(), two.verifier_key().clone());
    let open = |note: &str, known: &[VerifierKey]| {
        Note::parse(note).and_then(|note| note.verify(known)).map(|verified| verified.signed_by)
    };
    let line = |signer: &Signer, text: &str| signer.signature_line(text).expect("a plain text");
    let both = format!("t\n\n{}{}", line(&one, "t\n"), line(&two, "t\n"));
    assert_eq!(open(&both, std::slice::from_ref(&key_one)), Ok(vec![key_one.clone()]));
    assert_eq!(open(&both, &[key_two.clone(), key_one.clone()]), Ok(vec![key_one.clone(), key_two.clone()]));
    assert_eq!(open(&both, &[]), Err(NoteError::Unsigned));

    // A bad signature of a known key spoils the note, wherever it stands; of an unknown key it does not matter.
    let bad = format!("t\n\n{}{}", line(&one, "t\n"), line(&two, "u\n"));
    assert_eq!(open(&bad, std::slice::from_ref(&key_one)), Ok(vec![key_one.clone()]));
    assert_eq!(open(&bad, &[key_one.clone(), key_two.clone()]), Err(NoteError::BadSignature(2)));
    let twice = format!("t\n\n{}{}", line(&one, "t\n"), line(&one, "t\n"));
    assert_eq!(open(&twice, std::slice::from_ref(&key_one)), Ok(vec![key_one.clone()]));
    let twice_bad = format!("t\n\n{}{}", line(&one, "t\n"), line(&one, "u\n"));
    assert_eq!(open(&twice_bad, std::slice::from_ref(&key_one)), Err(NoteError::BadSignature(2)));

    // The same name with another key, or the same key with another name, is another key.
    assert_eq!(open(&both, &[signer("one", 3).verifier_key().clone()]), Err(NoteError::Unsigned));
    assert_eq!(open(&both, &[signer("uno", 1).verifier_key().clone()]), Err(NoteError::Unsigned));

    // A known key listed twice is one key; two keys that only collide in name and id are a trap.
    assert_eq!(open(&both, &[key_one.clone(), key_one.clone()]), Ok(vec![key_one.clone()]));
    let collision = signer("one", 4).verifier_key().clone().with_id(key_one.id());
    assert_eq!(open(&both, &[key_one, collision]), Err(NoteError::AmbiguousKey));
}

#[test]
fn a_signature_of_another_length_is_not_a_signature() {
    let one = signer("one", 1);
    let note = Note::parse(&one.sign("t\n").expect("a plain text")).expect("our own note");
    for length in [1, 63, 65, 72] {
        let mut changed = note.clone();
        changed.signatures[0].bytes.resize(length, 0);
        let known = std::slice::from_ref(one.verifier_key());
        assert_eq!(changed.verify(known), Err(NoteError::BadSignature(1)), "{length}");
    }
}

#[test]
fn malleable_and_small_order_signatures_are_refused() {
    let one = signer("one", 1);
    let note = Note::parse(&one.sign("t\n").expect("a plain text")).expect("our own note");
    // S + L, with L the order of the group (RFC 8032 section 5.1), satisfies the same equation.
    let order: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut changed = note.clone();
    let mut carry = 0_u16;
    for (byte, add) in changed.signatures[0].bytes[32..].iter_mut().zip(order) {
        carry += u16::from(*byte) + u16::from(add);
        *byte = carry as u8;
        carry >>= 8;
    }
    assert_ne!(changed, note);
    assert_eq!(changed.verify(std::slice::from_ref(one.verifier_key())), Err(NoteError::BadSignature(1)));

    // R and key of small order with S = 0 would verify for every text under lax rules.
    let mut identity = [0; 32];
    identity[0] = 1;
    let mut beyond_the_prime = [0xff; 32]; // y = p + 1, a second spelling of the identity
    beyond_the_prime[0] = 0xee;
    beyond_the_prime[31] = 0x7f;
    for key in [[0; 32], identity, beyond_the_prime] {
        assert_eq!(VerifierKey::new("one", key), Err(KeyError::Point));
    }
    let mut off_the_curve = [0; 32];
    off_the_curve[0] = 2;
    assert_eq!(VerifierKey::new("one", off_the_curve), Err(KeyError::Point));
}

#[test]
fn malformed_keys() {
    let table = [
        ("", "key_format"),
        ("PeterNeumann", "key_format"),
        ("PeterNeumann+c74f20a3", "key_format"),
        ("+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "key_name"),
        ("Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "key_name"),
        ("Peter\u{2003}+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "key_name"),
        ("Peter\u{1}+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "key_name"),
        ("PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "key_format"),
        ("PeterNeumann+c74f20a+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "key_format"),
        ("PeterNeumann+0c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "key_format"),
        ("PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "key_id"),
        ("PaterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "key_id"),
        ("PeterNeumann+c74f20a3+BBpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "key_type"),
        ("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T", "key_format"),
        ("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy", "key_format"),
        ("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWAAAA", "key_format"),
        ("PeterNeumann+c74f20a3+", "key_format"),
        ("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n", "key_format"),
    ];
    for (text, code) in table {
        assert_eq!(VerifierKey::parse(text).map_err(KeyError::code), Err(code), "{text:?}");
    }
    for name in ["", "a b", "a+b", "a\nb", "\u{85}", "全角　空格"] {
        assert_eq!(Signer::new(name, &[1; 32]).map(|_| ()), Err(KeyError::Name), "{name:?}");
    }
    assert!(Signer::new("雁荷.example/账套/zj01", &[1; 32]).is_ok());
}

#[test]
fn what_cannot_be_read_back_is_not_signed() {
    let one = signer("one", 1);
    assert_eq!(one.sign(""), Err(NoteError::Text));
    assert_eq!(one.sign("t"), Err(NoteError::Text));
    assert_eq!(one.sign("t\t\n"), Err(NoteError::Control));
    let long = format!("{}\n", "t".repeat(NOTE_LENGTH_MAX));
    assert_eq!(one.sign(&long), Err(NoteError::TooLong));
    for text in ["\n", "t\n\n", "\n\n\n", "a\n\n— one AAAA\n\nb\n", "村社\n"] {
        let note = one.sign(text).expect("a text that ends with a newline");
        let verified = Note::parse(&note).and_then(|note| note.verify(std::slice::from_ref(one.verifier_key())));
        assert_eq!(verified.map(|verified| verified.text).as_deref(), Ok(text));
    }
}
