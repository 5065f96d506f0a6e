//! Facts from files: shop days, facts of one kind, merchants' bills and movements; and the sample's roles.

use crate::bookkeeper::Bookkeeper;
use crate::bookkeeper::intake::{FileKind, Imported, Intake, IntakeError};
use crate::cli::args::{BillOptions, FundsOptions};
use crate::cli::outcome::Trouble;
use crate::cli::place::find_book;
use crate::cli::source::{People, Source};
use crate::collective::Fact;
use crate::files::Counter;
use crate::files::facts::explained;
use crate::files::facts::schema::kinds;
use crate::ledger::DimensionCode;
use jiff::civil::Date;

/// The file of facts whose kind is typed so.
pub fn facts(word: &str) -> Result<FileKind, Trouble> {
    let known = || kinds().iter().map(|kind| kind.word).collect::<Vec<_>>().join("、");
    let found = kinds().iter().find(|kind| kind.word == word);
    found.map(FileKind::Facts).ok_or_else(|| Trouble::usage(format!("没有可以用表格导入的业务事实 {word}。可用：{}。", known())))
}

/// Where a bill's sales belong.
pub fn counter(options: &BillOptions) -> Result<Counter, Trouble> {
    let (shop, channel) = (code("--shop", &options.shop)?, code("--channel", &options.channel)?);
    Ok(Counter { channel, shop, tax_basis_points: options.tax_basis_points })
}

/// Whose account moved.
pub fn shop(options: &FundsOptions) -> Result<DimensionCode, Trouble> {
    code("--shop", &options.shop)
}

fn code(option: &str, text: &str) -> Result<DimensionCode, Trouble> {
    DimensionCode::parse(text).ok_or_else(|| Trouble::usage(format!("{option} 的“{text}”不是编码。请填写已登记的编码。")))
}

/// Records every fact of a file that is new, or none of them.
pub async fn take_in(
    bookkeeper: &Bookkeeper,
    book: &str,
    kind: FileKind,
    source: &Source,
    people: People<'_>,
    date: Option<Date>,
    dry_run: bool,
) -> Result<Imported, Trouble> {
    find_book(bookkeeper, book)?;
    let intake = Intake { kind, signatures: people.signatures(), date, dry_run };
    bookkeeper.take_in(book, source.open()?, intake).await.map_err(|error| match error {
        IntakeError::Refused(refusal) => source.refuse(refusal),
        IntakeError::Post(error) => error.into(),
    })
}

/// 科目对应 from JSON, unless the book has them.
pub async fn roles(bookkeeper: &Bookkeeper, book: &str, source: &Source, people: People<'_>) -> Result<(), Trouble> {
    let view = find_book(bookkeeper, book)?;
    let mut text = String::new();
    std::io::Read::read_to_string(&mut source.open()?, &mut text).map_err(Trouble::internal)?;
    let fact = Fact::read("roles_assigned", text.as_bytes()).map_err(|error| {
        Trouble::new(10, "fact_malformed", format!("看不懂科目对应：{}。", explained("roles_assigned", &error)))
    })?;
    let mut with = (*view.registers).clone();
    fact.apply(&mut with);
    if with != *view.registers {
        bookkeeper.record(book, vec![fact], view.profile.first_period.first_day(), people.signatures()).await?;
    }
    Ok(())
}
