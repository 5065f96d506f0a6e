//! 各主题: every subject of the business, for those who go through all of them: the registers that can be shown, and the
//! accounts that registers explain.

use crate::collective::registers::{Listing, Subject};
use crate::collective::roles::role::Role;
use crate::collective::{assets, carried, contracts, custody, funds, organisation, roles, shares, shops, stakes};
use crate::ledger::Dimension;

/// Every subject.
pub const SUBJECTS: [&Subject; 10] = [
    &roles::report::SUBJECT,
    &carried::report::SUBJECT,
    &custody::report::SUBJECT,
    &contracts::report::SUBJECT,
    &shops::report::SUBJECT,
    &shares::report::SUBJECT,
    &funds::report::SUBJECT,
    &organisation::report::SUBJECT,
    &stakes::report::SUBJECT,
    &assets::report::SUBJECT,
];

/// Every register that can be shown.
pub fn listings() -> impl Iterator<Item = &'static Listing> {
    SUBJECTS.into_iter().flat_map(|subject| subject.listings)
}

/// The register of a word.
pub fn listing(word: &str) -> Option<&'static Listing> {
    listings().find(|listing| listing.word == word)
}

/// The registers, as a sentence lists them.
pub fn known_listings() -> String {
    listings().map(|listing| format!("{}（{}）", listing.word, listing.chinese)).collect::<Vec<_>>().join("、")
}

/// The dimension by which a register explains the account of a role in full.
pub fn tied(role: Role) -> Option<Dimension> {
    let mut ties = SUBJECTS.into_iter().flat_map(|subject| subject.ties);
    ties.find(|(tied, _)| *tied == role).map(|(_, dimension)| *dimension)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn words_of_registers_and_their_columns_are_used_once() {
        let words: BTreeSet<&str> = listings().map(|listing| listing.word).collect();
        assert_eq!(words.len(), listings().count());
        for listing in listings() {
            let keys: BTreeSet<&str> = listing.fields.iter().map(|field| &*field.key).collect();
            let headings: BTreeSet<&str> = listing.fields.iter().map(|field| &*field.heading).collect();
            assert!(headings.iter().all(|heading| !heading.is_ascii()), "{}: people read Chinese", listing.word);
            assert_eq!((keys.len(), headings.len()), (listing.fields.len(), listing.fields.len()), "{}", listing.word);
        }
    }

    #[test]
    fn an_account_is_explained_by_one_subject() {
        let ties: Vec<Role> = SUBJECTS.into_iter().flat_map(|subject| subject.ties).map(|(role, _)| *role).collect();
        assert_eq!(ties.iter().collect::<BTreeSet<_>>().len(), ties.len());
    }
}
