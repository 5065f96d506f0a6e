//! Holds the plan of the house (`docs/architecture.md`), so that the plan cannot drift from the code.

use crate::support::root;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Each room and its floor. A room may use rooms on lower floors only.
const FLOORS: &[(&str, u8)] = &[
    ("ledger", 1),
    ("chain", 1),
    ("collective", 2),
    ("journal", 3),
    ("store", 4),
    ("verify", 4),
    ("files", 4),
    ("bookkeeper", 5),
    ("http", 6),
    ("web", 6),
    ("cli", 7),
];
/// Rooms without I/O, clock, randomness, logging or floats.
const PURE: &[&str] = &["ledger", "chain", "collective", "journal"];
const LINES_MAX: usize = 500;

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("folder") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The code of a file: no comments, nothing behind `#[cfg(test)]`.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("readable");
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

fn room_files(room: &str) -> Vec<PathBuf> {
    let files = rust_files(&root().join("src").join(room));
    files.into_iter().filter(|path| !path.ends_with("tests.rs")).collect()
}

#[test]
fn rooms_use_lower_floors_only() {
    let floors: BTreeMap<&str, u8> = FLOORS.iter().copied().collect();
    let mut broken = Vec::new();
    for (room, floor) in FLOORS {
        for path in room_files(room) {
            let code = code(&path);
            for (other, other_floor) in &floors {
                let used = code.contains(&format!("crate::{other}::")) || code.contains(&format!("use crate::{other};"));
                if used && other != room && other_floor >= floor {
                    broken.push(format!("{} uses {other}", path.display()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "a room imports from its own floor or above:\n{}", broken.join("\n"));
}

#[test]
fn every_room_is_on_the_plan() {
    for entry in fs::read_dir(root().join("src")).expect("src") {
        let path = entry.expect("entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("name").to_owned();
        let known = name == "bin" || !path.is_dir() || FLOORS.iter().any(|(room, _)| *room == name);
        assert!(known, "src/{name} is not on the plan of docs/architecture.md and tests/it/tidy.rs");
    }
}

#[test]
fn pure_rooms_are_pure() {
    const BANNED: &[&str] = &[
        "std::fs",
        "std::net",
        "std::io::Read",
        "std::time",
        "std::env",
        "tokio",
        "async fn",
        ".await",
        "SystemTime",
        "Instant::now",
        "println!",
        "eprintln!",
        "tracing::",
        "getrandom",
        "f64",
        "f32",
        "unsafe",
    ];
    let mut broken = Vec::new();
    for room in PURE {
        for path in room_files(room) {
            let code = code(&path);
            let found = BANNED.iter().filter(|word| code.contains(**word));
            broken.extend(found.map(|word| format!("{}: {word}", path.display())));
        }
    }
    assert!(broken.is_empty(), "a pure room does what only others may:\n{}", broken.join("\n"));
}

#[test]
fn one_room_knows_sql_and_one_place_names_engines() {
    for (room, _) in FLOORS.iter().filter(|(room, _)| *room != "store") {
        for path in room_files(room) {
            let code = code(&path);
            let sql = ["sqlx::", "SELECT ", "INSERT INTO"].iter().find(|word| code.contains(**word));
            assert!(sql.is_none(), "{} says {}", path.display(), sql.expect("checked"));
        }
    }
    for path in room_files("store").iter().filter(|path| !path.iter().any(|part| part == "db" || part == "db.rs")) {
        let named = ["sqlx::sqlite", "sqlx::postgres", "SqlitePool", "PgPool"].iter().find(|word| code(path).contains(**word));
        assert!(named.is_none(), "{} names an engine", path.display());
    }
}

#[test]
fn files_are_short_and_finished() {
    let markers = [["TO", "DO"].concat(), ["FIX", "ME"].concat(), ["unimpl", "emented!"].concat(), ["to", "do!("].concat()];
    for path in rust_files(&root().join("src")).into_iter().chain(rust_files(&root().join("tests"))) {
        let text = fs::read_to_string(&path).expect("readable");
        let lines = text.lines().count();
        assert!(lines <= LINES_MAX, "{}: {lines} lines; does one thing live there, or three?", path.display());
        let marker = markers.iter().find(|marker| text.contains(marker.as_str()));
        assert!(marker.is_none(), "{}: {}", path.display(), marker.expect("checked"));
    }
}

/// Money never clips: an amount that does not fit is refused at the door, or stops the program.
#[test]
fn no_amount_clips_in_the_pure_rooms() {
    let clips = ["unwrap_or(Amount::MAX)", "unwrap_or(Amount::MAX.fen())"];
    for room in ["ledger", "collective", "journal"] {
        for path in rust_files(&root().join("src").join(room)) {
            let text = fs::read_to_string(&path).expect("readable");
            let clip = clips.iter().find(|clip| text.contains(**clip));
            assert!(clip.is_none(), "{}: {}", path.display(), clip.expect("checked"));
            let checked = |line: &&str| line.contains("checked_") && line.contains("unwrap_or(Amount::ZERO)");
            let lost = text.lines().find(checked);
            assert!(lost.is_none(), "{}: {}", path.display(), lost.expect("checked"));
        }
    }
}

/// What `cargo tree` says of the crates that are built here, one line a crate.
fn crates(arguments: &[&str]) -> String {
    let mut command = std::process::Command::new(env!("CARGO"));
    let output = command.args(["tree", "--offline", "--prefix", "none"]).args(arguments).current_dir(root()).output();
    let output = output.expect("cargo tree runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// What an auditor has to read and trust stays small.
#[test]
fn the_verifier_is_built_from_few_crates() {
    let text = crates(&["--no-default-features", "--edges", "normal", "--depth", "1", "--format", "{p}"]);
    let mut names: Vec<&str> =
        text.lines().skip(1).filter_map(|line| line.split(' ').next()).filter(|name| !name.is_empty()).collect();
    names.sort_unstable();
    names.dedup();
    let allowed = [
        "base64",
        "ed25519-dalek",
        "jiff",
        "lexopt",
        "rust_decimal",
        "serde",
        "serde_json",
        "sha2",
        "thiserror",
        "unicode-normalization",
        "uuid",
    ];
    assert_eq!(names, allowed, "the verifier's direct dependencies changed");
}

/// Nothing is built from a folder or a repository that may change or go away, and nothing that the county may not use freely.
#[test]
fn every_crate_is_from_the_registry_and_free() {
    const FREE: &[&str] =
        &["MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "Zlib", "CC0-1.0", "Unlicense", "BSL-1.0", "Unicode-3.0"];
    let text = crates(&["--edges", "normal,build,dev", "--no-dedupe", "--format", "{p}|{l}"]);
    let lines: BTreeSet<&str> = text.lines().filter(|line| !line.starts_with("cunshe ")).collect();
    assert!(lines.len() > 100, "cargo tree told of {} crates", lines.len());
    for line in lines {
        let (package, licence) = line.split_once('|').expect("package and licence");
        // Another source than the registry stands in brackets; a procedural macro says that it is one.
        assert!(!package.replace(" (proc-macro)", "").contains('('), "{package} is not from the registry");
        let together = licence.replace(['(', ')'], "");
        for part in together.split(" AND ") {
            let free = part.split(" OR ").flat_map(|one| one.split('/')).any(|one| FREE.contains(&one.trim()));
            assert!(free, "{package} is under {licence}; may the county use it?");
        }
    }
}
