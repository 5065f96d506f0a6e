//! Tables in the description of the interface: every field of every register, with its heading and form, from the columns
//! that the registers declare.

use crate::collective::subjects::listings;
use crate::ledger::table::{Field, Kind};
use std::borrow::Cow;
use utoipa::openapi::schema::{AnyOfBuilder, ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

/// The answer to a register: its rows are those of its own columns.
pub struct RegisterAnswer;

/// The answer to a register of all books: each row names its book besides.
pub struct RegistersAnswer;

/// A word that is one of the registers'.
pub struct RegisterWord;

impl PartialSchema for RegisterWord {
    fn schema() -> RefOr<Schema> {
        let words: Vec<&str> = listings().map(|listing| listing.word).collect();
        let told: Vec<String> = listings().map(|listing| format!("{} {}", listing.word, listing.chinese)).collect();
        let text = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words));
        text.description(Some(told.join("、"))).into()
    }
}

impl ToSchema for RegisterWord {
    fn name() -> Cow<'static, str> {
        "RegisterWord".into()
    }
}

impl PartialSchema for RegisterAnswer {
    fn schema() -> RefOr<Schema> {
        answer().property("book", text("账套编码")).required("book").into()
    }
}

impl ToSchema for RegisterAnswer {
    fn name() -> Cow<'static, str> {
        "RegisterAnswer".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.extend(
            listings().map(|listing| (row_name(listing.word), record(listing.fields).title(Some(listing.chinese)).into())),
        );
    }
}

impl PartialSchema for RegistersAnswer {
    fn schema() -> RefOr<Schema> {
        answer().into()
    }
}

impl ToSchema for RegistersAnswer {
    fn name() -> Cow<'static, str> {
        "RegistersAnswer".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        RegisterAnswer::schemas(schemas);
    }
}

fn answer() -> ObjectBuilder {
    let rows = listings().fold(AnyOfBuilder::new(), |rows, listing| rows.item(Ref::from_schema_name(row_name(listing.word))));
    let rows = ArrayBuilder::new().items(RefOr::T(rows.into())).description(Some("这种台账的各行；全部账套的，每行另有 book"));
    ObjectBuilder::new()
        .property("register", text("台账"))
        .property("day", text("截至哪一天").format(Some(utoipa::openapi::SchemaFormat::Custom("date".into()))))
        .property("rows", rows)
        .required("register")
        .required("day")
        .required("rows")
}

fn row_name(word: &str) -> String {
    format!("register_{word}")
}

fn text(description: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).description(Some(description))
}

/// An object of these fields.
fn record(fields: &[Field]) -> ObjectBuilder {
    fields.iter().fold(ObjectBuilder::new(), |object, field| {
        let object = object.property(&*field.key, schema_of(field.kind, Some(&field.heading)));
        if field.optional { object } else { object.required(&*field.key) }
    })
}

fn schema_of(kind: Kind, heading: Option<&str>) -> RefOr<Schema> {
    let plain = |schema_type: Type| ObjectBuilder::new().schema_type(SchemaType::Type(schema_type)).description(heading);
    let formed = |format: &str| plain(Type::String).format(Some(utoipa::openapi::SchemaFormat::Custom(format.into())));
    match kind {
        Kind::Text | Kind::Code(_) | Kind::Word => plain(Type::String).into(),
        Kind::Date => formed("date").into(),
        Kind::Period => plain(Type::String).pattern(Some("^[0-9]{4}-[0-9]{2}$")).into(),
        Kind::Amount => plain(Type::String).pattern(Some(r"^-?(0|[1-9][0-9]*)\.[0-9]{2}$")).into(),
        Kind::Count | Kind::BasisPoints => plain(Type::Integer).into(),
        Kind::Flag => plain(Type::Boolean).into(),
        Kind::List(kind) => ArrayBuilder::new().items(schema_of(*kind, None)).description(heading).into(),
        Kind::Record(fields) => record(fields).description(heading).into(),
    }
}
