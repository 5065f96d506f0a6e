//! Every row of the domain's table of posting patterns, as data: `tests/vectors/patterns/`.

use crate::collective::fact::{Fact, Withdrawal};
use crate::collective::roles::role::Role;
use crate::collective::tests::desk::{Desk, code, role, yuan};
use crate::ledger::chart::ChartStandard;
use crate::ledger::voucher::Signatures;
use crate::ledger::{
    AccountCode, Amount, Dimension, DimensionSet, Draft, DraftLine, Purpose, Side, Voucher, Word, posting, reversal,
};

const FACTS: &str = include_str!("../../../tests/vectors/patterns/facts.txt");
const TYPED: &str = include_str!("../../../tests/vectors/patterns/typed.txt");

/// A heading and the lines under it.
fn sections(text: &'static str) -> Vec<(&'static str, Vec<&'static str>)> {
    let mut sections: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with("# ")) {
        match (line.strip_prefix("## "), sections.last_mut()) {
            (Some(heading), _) => sections.push((heading, Vec::new())),
            (None, Some((_, lines))) => lines.push(line),
            (None, None) => panic!("a line before the first section: {line}"),
        }
    }
    sections
}

/// `debit bank 6000.00 asset=DG-1`: the side, what stands for the account, the amount, the codes.
fn told(line: &'static str) -> Option<(Side, &'static str, Amount, DimensionSet)> {
    let mut words = line.split(' ');
    let side = match words.next() {
        Some("debit") => Side::Debit,
        Some("credit") => Side::Credit,
        _ => return None,
    };
    let (account, amount) = (words.next().expect("an account"), yuan(words.next().expect("an amount")));
    let mut codes = DimensionSet::new();
    for word in words {
        let (dimension, value) = word.split_once('=').expect("a dimension and its code");
        let dimension = Dimension::ALL.iter().find(|known| known.word() == dimension).expect("a dimension");
        codes.insert(*dimension, code(value));
    }
    Some((side, account, amount, codes))
}

fn desk(standard: ChartStandard) -> Desk {
    let mut desk = Desk::of(standard);
    for (dimension, codes) in [
        (Dimension::Asset, &["DG-1", "GD-1"][..]),
        (Dimension::Channel, &["school", "shop"]),
        (Dimension::Community, &["c1", "c2"]),
        (Dimension::Contract, &["HT-1"]),
        (Dimension::Counterparty, &["z1"]),
        (Dimension::Fund, &["ZJ-1"]),
        (Dimension::IncomeType, &["01", "02", "04", "05", "06"]),
        (Dimension::Resolution, &["R1"]),
        (Dimension::Shop, &["S1"]),
    ] {
        desk.name(dimension, codes);
    }
    desk
}

fn standard(heading: &str) -> ChartStandard {
    let word = heading.split(' ').next().unwrap_or_default();
    ChartStandard::parse(word).expect("the section's chart")
}

fn as_role(word: &str) -> Role {
    serde_json::from_value(word.into()).unwrap_or_else(|_| panic!("{word} is no role"))
}

/// A fact and the lines expected of it.
type Step = (Fact, Vec<(Side, Role, Amount, DimensionSet)>);

fn steps(lines: &[&'static str]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in lines {
        match told(line) {
            Some((side, word, amount, codes)) => {
                steps.last_mut().expect("a fact above its lines").1.push((side, as_role(word), amount, codes));
            }
            None => {
                let (word, json) = line.split_once(' ').expect("a word and a record");
                steps.push((Fact::read(word, json.as_bytes()).unwrap_or_else(|error| panic!("{line}: {error}")), Vec::new()));
            }
        }
    }
    steps
}

#[test]
fn every_row_that_a_fact_stands_behind_posts_as_the_table_says() {
    let mut other = Vec::new();
    for (heading, lines) in sections(FACTS) {
        let mut desk = desk(standard(heading));
        for (fact, expected) in steps(&lines) {
            let word = fact.word();
            let posted = desk.take(fact).into_iter().flat_map(|voucher| voucher.lines);
            let posted: Vec<_> = posted.map(|line| (line.side, role(&line), line.amount, line.dimensions.clone())).collect();
            if !expected.is_empty() && posted != expected {
                other.push(format!("{heading}: {word}\n posted {posted:?}\n wanted {expected:?}"));
            }
        }
    }
    assert!(other.is_empty(), "{}", other.join("\n"));
}

/// Reversal of any produced voucher restores the register: the newest one of each row.
#[test]
fn the_newest_voucher_of_every_row_can_be_taken_back() {
    for (heading, lines) in sections(FACTS) {
        let mut desk = desk(standard(heading));
        let (mut before, mut newest) = (desk.registers.clone(), Vec::new());
        for (fact, _) in steps(&lines) {
            let registers = desk.registers.clone();
            let produced = desk.take(fact);
            if !produced.is_empty() {
                (before, newest) = (registers, produced);
            }
        }
        for voucher in newest.iter().rev() {
            desk.take(Fact::Withdrawn(Withdrawal { reference: voucher.reference.clone() }));
        }
        before.withdrawals = desk.registers.withdrawals;
        assert_eq!(desk.registers, before, "{heading}");
    }
}

/// What people type goes through the book's rules and stands as typed; L1 is what the books make of L0.
#[test]
fn every_row_that_a_person_types_is_accepted_as_the_table_says() {
    let mut book = desk(ChartStandard::SmallEnterprise2013).book;
    book.apply_year_opened(2026);
    let mut wrong = None::<Voucher>;
    for (heading, lines) in sections(TYPED) {
        let (row, rest) = heading.split_once(' ').expect("a row");
        let date = rest.split(' ').next().expect("a day").parse().expect("a day");
        let typed: Vec<_> = lines.iter().map(|line| told(line).expect("a line")).collect();
        let signatures = Signatures { prepared_by: "甲".into(), approved_by: "乙".into(), ..Signatures::default() };
        let red = wrong.as_ref().filter(|_| row == "L1");
        let draft = match red {
            Some(original) => {
                reversal::draft(original, reversal::Place { seq: 1, leaf: [0; 32] }, date, signatures, Default::default())
            }
            None => Draft {
                date,
                period: None,
                word: Word::General,
                purpose: if row == "J1" { Purpose::CarryForward } else { Purpose::Ordinary },
                memo: rest.to_owned(),
                lines: typed
                    .iter()
                    .map(|(side, account, amount, codes)| DraftLine {
                        account: AccountCode::parse(account).expect("an account"),
                        side: *side,
                        amount: *amount,
                        dimensions: codes.clone(),
                        memo: String::new(),
                    })
                    .collect(),
                attachment_count: 1,
                attachments: Vec::new(),
                signatures,
                source: Default::default(),
                reverses: None,
            },
        };
        let voucher = posting::accept(&book, &draft, "示例系统", red).unwrap_or_else(|refusal| panic!("{row}: {refusal:?}"));
        let stands: Vec<_> = voucher
            .lines
            .iter()
            .map(|line| (line.side, line.account.to_string(), line.amount, line.dimensions.clone()))
            .collect();
        let expected: Vec<_> =
            typed.into_iter().map(|(side, account, amount, codes)| (side, account.to_owned(), amount, codes)).collect();
        assert_eq!(stands, expected, "{row}");
        if row == "L0" {
            wrong = Some(voucher);
        } else if row == "L1" {
            assert!(voucher.memo.starts_with("注销3月5日记-"), "{}", voucher.memo);
        }
    }
    assert!(wrong.is_some());
}
