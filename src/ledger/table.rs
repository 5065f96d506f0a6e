//! 表: the one shape of everything that is shown in rows. A report or a register says its columns once, with a key for
//! programs and a heading for people; terminals, JSON, CSV and pages are made from that.
//!
//! A row type declares its columns with [`columns!`](crate::columns) and becomes cells by them.

use crate::ledger::{AccountCode, Amount, Dimension, DimensionCode, Period};
use jiff::civil::Date;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// What the cells of a column hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// A code; of which dimension, where it has a name to be shown by.
    Code(Option<Dimension>),
    Date,
    /// 会计期间
    Period,
    /// In yuan.
    Amount,
    /// A whole number.
    Count,
    /// A rate in 1/10,000.
    BasisPoints,
    /// Yes or no.
    Flag,
    /// One of a few words, each with its Chinese.
    Word,
    /// Several values of one kind.
    List(&'static Kind),
    /// Values of their own columns.
    Record(&'static [Field]),
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub key: Cow<'static, str>,
    pub heading: Cow<'static, str>,
    pub kind: Kind,
    /// Whether rows may leave it out.
    pub optional: bool,
}

/// The value of a column in one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    Nothing,
    Text(String),
    Amount(Amount),
    Count(i64),
    Flag(bool),
    /// A word for programs, and what people call it.
    Word(String, &'static str),
    List(Vec<Cell>),
    Record(Vec<Cell>),
}

/// Rows under columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// For programs.
    pub name: &'static str,
    /// For people.
    pub title: Cow<'static, str>,
    pub fields: Cow<'static, [Field]>,
    pub rows: Vec<Vec<Cell>>,
}

/// A type whose values are rows of a table.
pub trait Row {
    const FIELDS: &'static [Field];

    /// One cell a field.
    fn cells(&self) -> Vec<Cell>;
}

/// A type whose values are cells.
pub trait Shown {
    const KIND: Kind;
    const OPTIONAL: bool = false;

    fn cell(&self) -> Cell;
}

impl Table {
    /// Rows of one type.
    pub fn of<R: Row>(name: &'static str, title: &'static str, rows: &[R]) -> Table {
        let rows = rows.iter().map(Row::cells).collect();
        Table { name, title: title.into(), fields: R::FIELDS.into(), rows }
    }

    /// The rows as programs get them: an object each, without what is not there.
    pub fn json_rows(&self) -> Vec<Value> {
        self.rows.iter().map(|row| Value::Object(object(&self.fields, row))).collect()
    }
}

fn object(fields: &[Field], row: &[Cell]) -> Map<String, Value> {
    let cells = fields.iter().zip(row).filter(|(_, cell)| **cell != Cell::Nothing);
    cells.map(|(field, cell)| (field.key.clone().into_owned(), json(field.kind, cell))).collect()
}

fn json(kind: Kind, cell: &Cell) -> Value {
    match (kind, cell) {
        (_, Cell::Nothing) => Value::Null,
        (_, Cell::Text(text) | Cell::Word(text, _)) => Value::String(text.clone()),
        (_, Cell::Amount(amount)) => Value::String(amount.to_string()),
        (_, Cell::Count(count)) => Value::from(*count),
        (_, Cell::Flag(flag)) => Value::Bool(*flag),
        (Kind::List(kind), Cell::List(all)) => all.iter().map(|one| json(*kind, one)).collect(),
        (Kind::Record(fields), Cell::Record(row)) => Value::Object(object(fields, row)),
        (_, Cell::List(all) | Cell::Record(all)) => all.iter().map(|one| json(Kind::Text, one)).collect(),
    }
}

/// The text of a cell for people; `name` gives the name of a code.
pub fn text(kind: Kind, cell: &Cell, name: &dyn Fn(Dimension, &str) -> Option<String>) -> String {
    match (kind, cell) {
        (_, Cell::Nothing) => String::new(),
        (Kind::Code(Some(dimension)), Cell::Text(code)) => {
            name(dimension, code).map_or_else(|| code.clone(), |name| format!("{name} {code}"))
        }
        (_, Cell::Text(text)) => text.clone(),
        (_, Cell::Word(_, chinese)) => (*chinese).to_owned(),
        (_, Cell::Amount(amount)) => amount.with_commas(),
        (Kind::BasisPoints, Cell::Count(points)) => percent(*points),
        (_, Cell::Count(count)) => count.to_string(),
        (_, Cell::Flag(flag)) => if *flag { "是" } else { "否" }.to_owned(),
        (Kind::List(kind), Cell::List(all)) => {
            let texts: Vec<String> = all.iter().map(|one| text(*kind, one, name)).collect();
            texts.join("、")
        }
        (Kind::Record(fields), Cell::Record(row)) => {
            let texts = fields.iter().zip(row).map(|(field, cell)| text(field.kind, cell, name));
            texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
        }
        (_, Cell::List(all) | Cell::Record(all)) => {
            all.iter().map(|one| text(Kind::Text, one, name)).collect::<Vec<_>>().join(" ")
        }
    }
}

/// A rate in 1/10,000 as a percentage: `5%`, `33.33%`.
fn percent(points: i64) -> String {
    let (sign, points) = if points < 0 { ("-", points.unsigned_abs()) } else { ("", points.unsigned_abs()) };
    let (whole, part) = (points / 100, points % 100);
    match (part, part % 10) {
        (0, _) => format!("{sign}{whole}%"),
        (_, 0) => format!("{sign}{whole}.{}%", part / 10),
        _ => format!("{sign}{whole}.{part:02}%"),
    }
}

impl Kind {
    /// The same kind, of codes of a dimension.
    pub const fn of(self, dimension: Option<Dimension>) -> Kind {
        match (self, dimension) {
            (Kind::Code(_), Some(_)) => Kind::Code(dimension),
            _ => self,
        }
    }
}

/// The kind of what a getter gives; for [`columns!`](crate::columns).
pub const fn kind_of<R, T: Shown>(_: fn(&R) -> &T) -> Kind {
    T::KIND
}

/// Whether what a getter gives may be absent; for [`columns!`](crate::columns).
pub const fn is_optional<R, T: Shown>(_: fn(&R) -> &T) -> bool {
    T::OPTIONAL
}

/// Makes a type a [`Row`]: its fields in the order of the columns, each with its heading. `of` names the dimension that a
/// code is of, `as` the key where it is not the field's own name.
///
/// ```
/// use cunshe::ledger::table::Row as _;
/// struct Shop { shop: cunshe::ledger::DimensionCode, sales: cunshe::ledger::Amount }
/// cunshe::columns! { Shop:
///     shop: "门店" of Shop,
///     sales: "销售",
/// }
/// assert_eq!(Shop::FIELDS[1].heading, "销售");
/// ```
#[macro_export]
macro_rules! columns {
    (@key $field:ident) => { stringify!($field) };
    (@key $field:ident $key:literal) => { $key };
    (@dimension) => { None };
    (@dimension $dimension:ident) => { Some($crate::ledger::Dimension::$dimension) };
    ($row:ty: $($first:ident $(. $more:ident)* $(as $key:literal)? : $heading:literal $(of $dimension:ident)? ,)+) => {
        impl $crate::ledger::table::Row for $row {
            const FIELDS: &'static [$crate::ledger::table::Field] = &[$(
                $crate::ledger::table::Field {
                    key: ::std::borrow::Cow::Borrowed($crate::columns!(@key $first $($key)?)),
                    heading: ::std::borrow::Cow::Borrowed($heading),
                    kind: $crate::ledger::table::kind_of(|row: &$row| &row.$first$(.$more)*)
                        .of($crate::columns!(@dimension $($dimension)?)),
                    optional: $crate::ledger::table::is_optional(|row: &$row| &row.$first$(.$more)*),
                },
            )+];

            fn cells(&self) -> Vec<$crate::ledger::table::Cell> {
                vec![$($crate::ledger::table::Shown::cell(&self.$first$(.$more)*),)+]
            }
        }
    };
}

/// Makes types whose values are words, each with a `chinese`, cells of tables.
#[macro_export]
macro_rules! shown_words {
    ($($word:ty),+ $(,)?) => {$(
        impl $crate::ledger::table::Shown for $word {
            const KIND: $crate::ledger::table::Kind = $crate::ledger::table::Kind::Word;

            fn cell(&self) -> $crate::ledger::table::Cell {
                let word = serde_json::to_value(self).ok();
                let word = word.as_ref().and_then(|word| word.as_str()).unwrap_or_default();
                $crate::ledger::table::Cell::Word(word.to_owned(), self.chinese())
            }
        }
    )+};
}

/// Makes row types cells of other tables.
#[macro_export]
macro_rules! shown_rows {
    ($($row:ty),+ $(,)?) => {$(
        impl $crate::ledger::table::Shown for $row {
            const KIND: $crate::ledger::table::Kind =
                $crate::ledger::table::Kind::Record(<$row as $crate::ledger::table::Row>::FIELDS);

            fn cell(&self) -> $crate::ledger::table::Cell {
                $crate::ledger::table::Cell::Record($crate::ledger::table::Row::cells(self))
            }
        }
    )+};
}

macro_rules! shown_as_text {
    ($($type:ty = $kind:expr),+ $(,)?) => {$(
        impl Shown for $type {
            const KIND: Kind = $kind;

            fn cell(&self) -> Cell {
                Cell::Text(self.to_string())
            }
        }
    )+};
}

shown_as_text!(
    String = Kind::Text,
    &'static str = Kind::Text,
    DimensionCode = Kind::Code(None),
    AccountCode = Kind::Code(None),
    Date = Kind::Date,
    Period = Kind::Period,
);

macro_rules! shown_as_count {
    ($($type:ty),+) => {$(
        impl Shown for $type {
            const KIND: Kind = Kind::Count;

            fn cell(&self) -> Cell {
                i64::try_from(*self).map_or_else(|_| Cell::Text(self.to_string()), Cell::Count)
            }
        }
    )+};
}

shown_as_count!(i16, u32, usize);

/// A rate in 1/10,000.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct BasisPoints(pub i64);

impl Shown for BasisPoints {
    const KIND: Kind = Kind::BasisPoints;

    fn cell(&self) -> Cell {
        Cell::Count(self.0)
    }
}

impl Shown for Amount {
    const KIND: Kind = Kind::Amount;

    fn cell(&self) -> Cell {
        Cell::Amount(*self)
    }
}

impl Shown for bool {
    const KIND: Kind = Kind::Flag;

    fn cell(&self) -> Cell {
        Cell::Flag(*self)
    }
}

impl<T: Shown> Shown for Option<T> {
    const KIND: Kind = T::KIND;
    const OPTIONAL: bool = true;

    fn cell(&self) -> Cell {
        self.as_ref().map_or(Cell::Nothing, Shown::cell)
    }
}

impl<T: Shown + 'static> Shown for Vec<T> {
    const KIND: Kind = Kind::List(&T::KIND);

    fn cell(&self) -> Cell {
        Cell::List(self.iter().map(Shown::cell).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Part {
        name: String,
        amount: Amount,
    }

    struct Line {
        shop: DimensionCode,
        note: Option<String>,
        part: Part,
        parts: Vec<Part>,
        rate: BasisPoints,
    }

    columns! { Part:
        name: "名称",
        amount: "金额",
    }
    shown_rows!(Part);
    columns! { Line:
        shop: "门店" of Shop,
        note: "备注",
        part.amount as "part_amount": "其中",
        parts: "各项",
        rate: "比率",
    }

    fn line(note: Option<&str>) -> Line {
        let part = |fen| Part { name: "示例".into(), amount: Amount::from_fen(fen) };
        let shop = DimensionCode::parse("S1").expect("code");
        Line {
            shop,
            note: note.map(str::to_owned),
            part: part(-123_456),
            parts: vec![part(1), part(2)],
            rate: BasisPoints(3_330),
        }
    }

    #[test]
    fn a_table_is_the_same_for_programs_and_for_people() {
        let table = Table::of("lines", "行", &[line(None)]);
        let expected = serde_json::json!([{
            "shop": "S1", "part_amount": "-1234.56", "rate": 3330,
            "parts": [{ "name": "示例", "amount": "0.01" }, { "name": "示例", "amount": "0.02" }],
        }]);
        assert_eq!(Value::from(table.json_rows()), expected);
        let name = |dimension: Dimension, code: &str| (dimension == Dimension::Shop).then(|| format!("示例店{code}"));
        let shown: Vec<String> =
            table.fields.iter().zip(&table.rows[0]).map(|(field, cell)| text(field.kind, cell, &name)).collect();
        assert_eq!(shown, ["示例店S1 S1", "", "-1,234.56", "示例 0.01、示例 0.02", "33.3%"]);
        let optional: Vec<bool> = Line::FIELDS.iter().map(|field| field.optional).collect();
        assert_eq!(optional, [false, true, false, false, false]);
    }

    #[test]
    fn rates_are_percentages() {
        for (points, text) in [(0, "0%"), (500, "5%"), (3_333, "33.33%"), (3_330, "33.3%"), (5, "0.05%"), (-150, "-1.5%")] {
            assert_eq!(percent(points), text);
        }
    }
}
