//! Published vectors and numbered leaves that the tests of several files share. The vectors are the eight
//! reference leaves that have gone around with RFC 6962 since the first certificate logs.

use std::collections::BTreeMap;

use super::{Digest, leaf_hash};

const RFC6962: &str = include_str!("../../tests/vectors/chain/rfc6962.txt");

/// Reads `name = value` lines; `#` begins a comment line.
pub(crate) fn fields(text: &str) -> BTreeMap<&str, &str> {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split_once(" = ").expect("a vector line is `name = value`")).collect()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).expect("hex is ASCII"));
    pairs.map(|pair| u8::from_str_radix(pair, 16).expect("vectors are hex")).collect()
}

fn lines_of<'a>(word: &'a str) -> impl Iterator<Item = Vec<&'a str>> + 'a {
    let lines = RFC6962.lines().map(|line| line.split(' ').collect::<Vec<_>>());
    lines.filter(move |words| words[0] == word).map(|words| words[1..].to_vec())
}

fn digests(words: &[&str]) -> Vec<Digest> {
    words.iter().map(|word| word.parse().expect("vectors are digests in hex")).collect()
}

fn number(word: &str) -> u64 {
    word.parse().expect("vectors are decimal")
}

/// Leaf hashes of the eight reference leaves.
pub(crate) fn leaves() -> Vec<Digest> {
    let data = lines_of("leaf").map(|words| words[0].trim_start_matches('-').to_owned());
    data.map(|data| leaf_hash(&unhex(&data))).collect()
}

/// Published roots of the trees of one to eight reference leaves.
pub(crate) fn roots() -> Vec<Digest> {
    lines_of("root").flat_map(|words| digests(&words)).collect()
}

/// Published (index, size, proof).
pub(crate) fn inclusion_proofs() -> Vec<(u64, u64, Vec<Digest>)> {
    lines_of("inclusion").map(|words| (number(words[0]), number(words[1]), digests(&words[2..]))).collect()
}

/// Published (old size, new size, proof).
pub(crate) fn consistency_proofs() -> Vec<(u64, u64, Vec<Digest>)> {
    lines_of("consistency").map(|words| (number(words[0]), number(words[1]), digests(&words[2..]))).collect()
}

/// Leaf hashes of the numbers from 0, all different.
pub(crate) fn numbered(count: u64) -> Vec<Digest> {
    (0..count).map(|number| leaf_hash(&number.to_be_bytes())).collect()
}
