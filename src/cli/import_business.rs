//! `import shop-days` and the sample's roles: facts from files. What the registers hold already is counted and left alone.

use crate::bookkeeper::Bookkeeper;
use crate::cli::outcome::Trouble;
use crate::cli::place::find_book;
use crate::cli::source::{Imported, People, Source};
use crate::collective::{Fact, Registers};
use crate::files::read_shop_days;
use crate::files::refusal::{FileReason, FileRefusal};
use crate::ledger::Book;
use crate::ledger::voucher::Signatures;

/// Reports every day of a file, or none of them.
pub async fn shop_days(
    bookkeeper: &Bookkeeper,
    book: &str,
    source: &Source,
    people: People<'_>,
    dry_run: bool,
) -> Result<Imported, Trouble> {
    let view = find_book(bookkeeper, book)?;
    let read = read_shop_days(source.open()?).map_err(|refusal| source.refuse(refusal))?;
    let all = read.days.len();
    let fresh = read
        .days
        .into_iter()
        .zip(read.rows)
        .filter(|(day, _)| view.registers.shops.day(&day.shop, day.date, &day.shift) != Some(day));
    let (facts, rows): (Vec<Fact>, Vec<u32>) = fresh.map(|(day, row)| (Fact::ShopDayReported(day), row)).unzip();
    examine(&view.registers, &view.book, &facts, &rows).map_err(|refusal| source.refuse(refusal))?;
    let added = facts.len();
    let last = facts.iter().filter_map(|fact| if let Fact::ShopDayReported(day) = fact { Some(day.date) } else { None }).max();
    if let Some(date) = last.filter(|_| !dry_run) {
        let signatures =
            Signatures { prepared_by: people.by.into(), approved_by: people.approved_by.into(), ..Signatures::default() };
        bookkeeper.record(book, facts, date, signatures).await?;
    }
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    Ok(Imported {
        what: "营业日报",
        added: count(added),
        unchanged: count(all - added),
        replayed: all > 0 && added == 0,
        dry_run,
        notes: read.notes,
    })
}

/// Everything that the registers have against the facts, each at its row.
fn examine(registers: &Registers, book: &Book, facts: &[Fact], rows: &[u32]) -> Result<(), FileRefusal> {
    let (mut registers, mut refusal) = (registers.clone(), FileRefusal::default());
    for (fact, row) in facts.iter().zip(rows) {
        let rules = fact.examine(&registers, book);
        if rules.is_empty() {
            fact.apply(&mut registers);
        } else if !refusal.add(rules.iter().map(|rule| FileReason::row(*row, rule.code(), rule.message()))) {
            break;
        }
    }
    refusal.unless_empty()
}

/// 科目对应 from JSON, unless the book has them.
pub async fn roles(bookkeeper: &Bookkeeper, book: &str, source: &Source, people: People<'_>) -> Result<(), Trouble> {
    let view = find_book(bookkeeper, book)?;
    let mut text = String::new();
    std::io::Read::read_to_string(&mut source.open()?, &mut text).map_err(Trouble::internal)?;
    let fact = Fact::read("roles_assigned", text.as_bytes())
        .map_err(|error| Trouble::new(10, "fact_malformed", format!("看不懂科目对应：{error}。")))?;
    let mut with = (*view.registers).clone();
    fact.apply(&mut with);
    if with != *view.registers {
        let signatures =
            Signatures { prepared_by: people.by.into(), approved_by: people.approved_by.into(), ..Signatures::default() };
        bookkeeper.record(book, vec![fact], view.profile.first_period.first_day(), signatures).await?;
    }
    Ok(())
}
