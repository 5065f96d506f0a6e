//! Receipts: one golden file, the round trip for every entry of a small log, and what must be refused.

use super::*;
use crate::chain::{Kind, Signer, root};

const ORIGIN: &str = "yanhe.example/books/zj01";
const SIZE: u64 = 11;

fn signer() -> Signer {
    Signer::new(ORIGIN, &[7; 32]).expect("a fixed seed and a plain name make a key")
}

/// Heads of a small chained log; the last byte of the anchor tells two logs apart.
fn heads(anchor: u8) -> Vec<[u8; 160]> {
    let mut prev = Digest::ZERO;
    let chained = (1..=SIZE).map(|seq| {
        let head = Head {
            kind: Kind::Voucher,
            date: 20_000,
            book: [9; 16],
            seq,
            recorded_at: 1_700_000_000_000_000 + seq,
            epoch: 1,
            body_length: 2,
            prev,
            body_hash: crate::chain::body_hash(b"{}"),
            anchor: Digest::from_bytes([anchor; 32]),
        };
        let bytes = head.encode();
        prev = leaf_hash(&bytes);
        bytes
    });
    chained.collect()
}

fn receipt(index: u64) -> (TlogProof, [u8; 160]) {
    let heads = heads(0);
    let leaves: Vec<Digest> = heads.iter().map(|head| leaf_hash(head)).collect();
    let checkpoint = Checkpoint::new(ORIGIN, SIZE, root(&leaves)).sign(&signer()).expect("the log signs for itself");
    let proof = InclusionProof::from_leaves(index, &leaves).expect("the index is in the tree");
    (TlogProof::new(index, proof, checkpoint), heads[usize::try_from(index).expect("a test index fits")])
}

#[test]
fn golden_file() {
    let golden = include_str!("../../../tests/vectors/chain/receipt.tlog-proof");
    let (mut proof, head) = receipt(6);
    proof.extra = Some(head.to_vec());
    assert_eq!(proof.encode(), golden);
    let parsed = TlogProof::parse(golden).expect("our own file");
    assert_eq!(parsed, proof);
    let proven = parsed.verify(&head, signer().verifier_key()).expect("a genuine receipt");
    assert_eq!((proven.head.seq, proven.checkpoint.size), (7, SIZE));
}

#[test]
fn every_entry_has_a_receipt_that_fits_no_other_entry() {
    for index in 0..SIZE {
        let (proof, head) = receipt(index);
        let text = proof.encode();
        assert_eq!(TlogProof::parse(&text), Ok(proof.clone()));
        assert!(proof.verify(&head, signer().verifier_key()).is_ok(), "{index}");
        for (place, other) in (0..).zip(heads(0)) {
            let verified = proof.verify(&other, signer().verifier_key());
            assert_eq!(verified.is_ok(), place == index, "{index} {place}");
        }
        for other in heads(1) {
            let refused = proof.verify(&other, signer().verifier_key()).map_err(|error| error.code());
            assert_eq!(refused, Err("proof_root"), "{index}");
        }
    }
}

#[test]
fn every_changed_byte_of_a_receipt_or_its_head_is_refused() {
    let (proof, head) = receipt(6);
    let text = proof.encode();
    let key = signer().verifier_key().clone();
    for at in 0..text.len() {
        let mut bytes = text.as_bytes().to_vec();
        bytes[at] ^= 1;
        let Ok(changed) = String::from_utf8(bytes) else { continue };
        let verified = TlogProof::parse(&changed).and_then(|proof| proof.verify(&head, &key));
        assert!(verified.is_err(), "{at} {changed}");
    }
    for at in 0..head.len() {
        let mut changed = head;
        changed[at] ^= 1;
        assert_eq!(proof.verify(&changed, &key).map_err(|error| error.code()), Err("proof_root"), "{at}");
    }
}

#[test]
fn malformed_files() {
    let (proof, _) = receipt(6);
    let good = proof.encode();
    let hash = Digest::ZERO.to_base64();
    let header = HEADER;
    let checkpoint = &proof.checkpoint;
    let table = [
        (String::new(), "tlog_proof_header"),
        (good.replacen("@v1", "@v2", 1), "tlog_proof_header"),
        (good.replacen("@v1\n", "@v1 \n", 1), "tlog_proof_header"),
        (good.replacen('\n', "\r\n", 1), "tlog_proof_header"),
        (format!("\n{good}"), "tlog_proof_header"),
        (format!("{header}\n\n{checkpoint}"), "tlog_proof_index"),
        (format!("{header}\nextra\nindex 6\n\n{checkpoint}"), "tlog_proof_index"),
        (format!("{header}\nextra \nindex 6\n\n{checkpoint}"), "tlog_proof_extra"),
        (format!("{header}\nextra !\nindex 6\n\n{checkpoint}"), "tlog_proof_extra"),
        (format!("{header}\nextra AAB=\nindex 6\n\n{checkpoint}"), "tlog_proof_extra"),
        (format!("{header}\nextra AA==\nextra AA==\nindex 6\n\n{checkpoint}"), "tlog_proof_index"),
        (format!("{header}\nindex 6\nextra AA==\n\n{checkpoint}"), "tlog_proof_path"),
        (format!("{header}\nindex 06\n\n{checkpoint}"), "tlog_proof_index"),
        (format!("{header}\nindex +6\n\n{checkpoint}"), "tlog_proof_index"),
        (format!("{header}\nindex  6\n\n{checkpoint}"), "tlog_proof_index"),
        (format!("{header}\nindex\n\n{checkpoint}"), "tlog_proof_index"),
        (format!("{header}\nindex 18446744073709551616\n\n{checkpoint}"), "tlog_proof_index"),
        (format!("{header}\nindex 6"), "tlog_proof_index"),
        (format!("{header}\nindex 6\n"), "tlog_proof_path"),
        (format!("{header}\nindex 6\n{hash}"), "tlog_proof_path"),
        (format!("{header}\nindex 6\n{}\n\n{checkpoint}", &hash[1..]), "tlog_proof_path"),
        (format!("{header}\nindex 6\n{hash} \n\n{checkpoint}"), "tlog_proof_path"),
        (format!("{header}\nindex 6\n{}\n{checkpoint}", format!("{hash}\n").repeat(65)), "tlog_proof_path"),
        (format!("{header}\nindex 6\n{hash}\n\n"), "note_no_signatures"),
        (format!("{header}\nindex 6\n{hash}\n\n\n{checkpoint}"), "checkpoint_lines"),
        (format!("{good}\n"), "note_no_signatures"),
        (good.replacen("\n11\n", "\n011\n", 1), "checkpoint_size"),
        ("x".repeat(TLOG_PROOF_LENGTH_MAX + 1), "tlog_proof_too_long"),
    ];
    for (text, code) in table {
        let shown: String = text.chars().take(300).collect();
        assert_eq!(TlogProof::parse(&text).map_err(|error| error.code()), Err(code), "{shown:?}");
    }
}

#[test]
fn genuine_pieces_that_do_not_belong_together() {
    let (proof, head) = receipt(6);
    let verify = |proof: &TlogProof, key: &VerifierKey| proof.verify(&head, key).map_err(|error| error.code());
    let ours = signer();
    let stranger = Signer::new(ORIGIN, &[8; 32]).expect("a fixed seed and a plain name make a key");
    assert_eq!(verify(&proof, stranger.verifier_key()), Err("note_unsigned"));

    let mut wrong = proof.clone();
    wrong.index = 5;
    assert_eq!(verify(&wrong, ours.verifier_key()), Err("proof_root"));
    wrong.index = SIZE;
    assert_eq!(verify(&wrong, ours.verifier_key()), Err("proof_index_out_of_range"));
    wrong.index = 6;
    wrong.proof.0.pop();
    assert_eq!(verify(&wrong, ours.verifier_key()), Err("proof_length"));

    // A log may sign another log's checkpoint text, but not as its own.
    let mut foreign = proof.clone();
    let other_origin = Checkpoint::new("another.example", SIZE, Digest::ZERO).encode().expect("a plain checkpoint");
    foreign.checkpoint = ours.sign(&other_origin).expect("any text can be signed");
    assert_eq!(verify(&foreign, ours.verifier_key()), Err("checkpoint_origin"));
}

#[test]
fn an_entry_at_another_place_than_it_claims_is_refused() {
    let heads = heads(0);
    for (entry, code) in [(heads[3].as_slice(), "tlog_proof_seq"), (b"not a head".as_slice(), "head_length")] {
        let leaf = leaf_hash(entry);
        let checkpoint = Checkpoint::new(ORIGIN, 1, leaf).sign(&signer()).expect("the log signs for itself");
        let proof = TlogProof::new(0, InclusionProof::default(), checkpoint);
        let refused = proof.verify(entry, signer().verifier_key()).map_err(|error| error.code());
        assert_eq!(refused, Err(code));
        assert!(proof.verify_leaf(leaf, signer().verifier_key()).is_ok());
    }
}

#[test]
fn extra_data_is_carried_and_empty_data_left_out() {
    let (mut proof, _) = receipt(0);
    proof.extra = Some(Vec::new());
    assert_eq!(TlogProof::parse(&proof.encode()).map(|parsed| parsed.extra), Ok(None));
    proof.extra = Some(vec![0; EXTRA_LENGTH_MAX]);
    assert_eq!(TlogProof::parse(&proof.encode()), Ok(proof.clone()));
    proof.extra = Some(vec![0; EXTRA_LENGTH_MAX + 1]);
    assert_eq!(TlogProof::parse(&proof.encode()), Err(TlogProofError::Extra));
}
