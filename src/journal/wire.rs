//! The body of each event, field by field: `docs/journal-format.md` in code. [`encode`] writes keys in
//! ascending order and [`decode`] accepts nothing but what [`encode`] would have written.

use crate::collective::Fact;
use crate::journal::canon::{NotCanonical, Reader, Writer, parse_count};
use crate::journal::event::{Declaration, Declared, Event};
use crate::ledger::book::{BookProfile, is_book_code};
use crate::ledger::chart::{CHART_VERSION, ChartStandard};
use crate::ledger::period::parse_date;
use crate::ledger::voucher::{Attachment, Reversed, Signatures, Source};
use crate::ledger::{
    Account, AccountCode, Amount, Dimension, DimensionCode, DimensionSet, DimensionValue, Element, Line, Period, Purpose, Side,
    Voucher, VoucherNumber, Word,
};
use uuid::Uuid;

/// The one currency of format 1 (会计法 §12).
const CURRENCY: &str = "CNY";

/// Canonical bytes of an event of the given book.
pub fn encode(book: &Uuid, event: &Event) -> Vec<u8> {
    match event {
        Event::Voucher(voucher) => encode_voucher(book, voucher),
        Event::Declaration(declaration) => encode_declaration(book, declaration),
    }
}

/// Reads a body back; the book id stands in it and must be the log's own.
pub fn decode(book: &Uuid, bytes: &[u8]) -> Result<Event, NotCanonical> {
    let mut reader = Reader::new(bytes)?;
    reader.open_object()?;
    // A declaration's first key is never `approved_at`: that is how the two families are told apart.
    let event = if reader.next_key_is("approved_at") {
        Event::Voucher(Box::new(decode_voucher(book, &mut reader)?))
    } else {
        Event::Declaration(Box::new(decode_declaration(book, &mut reader)?))
    };
    reader.close_object()?;
    reader.finish()?;
    Ok(event)
}

fn encode_voucher(book: &Uuid, voucher: &Voucher) -> Vec<u8> {
    let mut writer = Writer::with_capacity(512 + 128 * voucher.lines.len());
    let signed = &voucher.signatures;
    writer.open_object();
    writer.field("approved_at", &signed.approved_at);
    writer.field("approved_by", &signed.approved_by);
    writer.plain("attachment_count", voucher.attachment_count);
    writer.key("attachments");
    writer.open_array();
    for attachment in &voucher.attachments {
        writer.open_object();
        writer.field("name", &attachment.name);
        writer.plain("sha256", crate::chain::Digest::from_bytes(attachment.sha256));
        writer.plain("size", attachment.size);
        writer.close_object();
    }
    writer.close_array();
    writer.plain("book", book);
    writer.field("currency", CURRENCY);
    writer.plain("date", voucher.date);
    writer.key("lines");
    writer.open_array();
    for line in &voucher.lines {
        encode_line(&mut writer, line);
    }
    writer.close_array();
    writer.field("memo", &voucher.memo);
    writer.plain("number", voucher.number.serial);
    writer.plain("period", voucher.period);
    writer.field("posted_by", &voucher.posted_by);
    writer.field("prepared_at", &signed.prepared_at);
    writer.field("prepared_by", &signed.prepared_by);
    writer.field("purpose", voucher.purpose.word());
    if let Some(reversed) = &voucher.reverses {
        writer.key("reverses");
        writer.open_object();
        writer.plain("leaf", crate::chain::Digest::from_bytes(reversed.leaf));
        writer.plain("number", reversed.number.serial);
        writer.plain("period", reversed.period);
        writer.plain("seq", reversed.seq);
        writer.field("word", reversed.number.word.chinese());
        writer.close_object();
    }
    writer.key("source");
    writer.open_object();
    writer.field("key", &voucher.source.key);
    writer.field("reference", &voucher.source.reference);
    writer.plain("row", voucher.source.row);
    writer.close_object();
    writer.field("type", if voucher.reverses.is_some() { "reversal" } else { "voucher" });
    writer.field("word", voucher.number.word.chinese());
    writer.close_object();
    writer.finish()
}

fn encode_line(writer: &mut Writer, line: &Line) {
    writer.open_object();
    writer.plain("account", line.account);
    writer.plain("amount", line.amount);
    writer.key("dimensions");
    writer.open_object();
    for (dimension, code) in line.dimensions.iter() {
        writer.field(dimension.word(), code.as_str());
    }
    writer.close_object();
    writer.field("memo", &line.memo);
    writer.field("name", &line.account_name);
    writer.field("side", line.side.word());
    writer.close_object();
}

fn decode_voucher(book: &Uuid, reader: &mut Reader) -> Result<Voucher, NotCanonical> {
    let approved_at = reader.field("approved_at")?.into_owned();
    let approved_by = reader.field("approved_by")?.into_owned();
    let attachment_count = reader.parsed("attachment_count", parse_count)?;
    let attachments = decode_array(reader, "attachments", decode_attachment)?;
    decode_book(book, reader)?;
    reader.parsed("currency", |text| (text == CURRENCY).then_some(()))?;
    let date = reader.parsed("date", parse_date)?;
    let lines = decode_array(reader, "lines", decode_line)?;
    let memo = reader.field("memo")?.into_owned();
    let serial = reader.parsed("number", parse_count)?;
    let period = reader.parsed("period", Period::parse)?;
    let posted_by = reader.field("posted_by")?.into_owned();
    let prepared_at = reader.field("prepared_at")?.into_owned();
    let prepared_by = reader.field("prepared_by")?.into_owned();
    let purpose = reader.parsed("purpose", |text| Purpose::parse(text).filter(|purpose| purpose.word() == text))?;
    let reverses = if reader.next_key_is("reverses") { Some(decode_reversed(reader)?) } else { None };
    let source = decode_source(reader)?;
    let expected = if reverses.is_some() { "reversal" } else { "voucher" };
    reader.parsed("type", |text| (text == expected).then_some(()))?;
    let word = reader.parsed("word", Word::parse)?;
    Ok(Voucher {
        number: VoucherNumber { word, serial },
        date,
        period,
        purpose,
        memo,
        lines,
        attachment_count,
        attachments,
        signatures: Signatures { prepared_by, prepared_at, approved_by, approved_at },
        posted_by,
        source,
        reverses,
    })
}

fn decode_array<T>(
    reader: &mut Reader,
    key: &'static str,
    item: impl Fn(&mut Reader) -> Result<T, NotCanonical>,
) -> Result<Vec<T>, NotCanonical> {
    reader.key(key)?;
    reader.open_array()?;
    let mut items = Vec::new();
    while reader.more() {
        items.push(item(reader)?);
    }
    Ok(items)
}

fn decode_book(book: &Uuid, reader: &mut Reader) -> Result<(), NotCanonical> {
    let mut buffer = Uuid::encode_buffer();
    let expected: &str = book.hyphenated().encode_lower(&mut buffer);
    reader.parsed("book", |text| (text == expected).then_some(()))
}

fn decode_attachment(reader: &mut Reader) -> Result<Attachment, NotCanonical> {
    reader.open_object()?;
    let name = reader.field("name")?.into_owned();
    let sha256 = reader.parsed("sha256", parse_digest)?;
    let size = reader.parsed("size", parse_count)?;
    reader.close_object()?;
    Ok(Attachment { sha256, size, name })
}

/// 64 lower-case hexadecimal digits.
fn parse_digest(text: &str) -> Option<[u8; 32]> {
    let digest: crate::chain::Digest = text.parse().ok()?;
    (!text.bytes().any(|b| b.is_ascii_uppercase())).then(|| *digest.as_bytes())
}

fn decode_line(reader: &mut Reader) -> Result<Line, NotCanonical> {
    reader.open_object()?;
    let account = reader.parsed("account", AccountCode::parse)?;
    let amount = reader.parsed("amount", Amount::parse_canonical)?;
    reader.key("dimensions")?;
    reader.open_object()?;
    let mut dimensions = DimensionSet::new();
    for dimension in Dimension::ALL {
        if reader.next_key_is(dimension.word()) {
            dimensions.insert(dimension, reader.parsed(dimension.word(), DimensionCode::parse)?);
        }
    }
    reader.close_object()?;
    let memo = reader.field("memo")?.into_owned();
    let account_name = reader.field("name")?.into_owned();
    let side = reader.parsed("side", |text| Side::parse(text).filter(|side| side.word() == text))?;
    reader.close_object()?;
    Ok(Line { account, account_name, side, amount, dimensions, memo })
}

fn decode_reversed(reader: &mut Reader) -> Result<Reversed, NotCanonical> {
    reader.key("reverses")?;
    reader.open_object()?;
    let leaf = reader.parsed("leaf", parse_digest)?;
    let serial = reader.parsed("number", parse_count)?;
    let period = reader.parsed("period", Period::parse)?;
    let seq = reader.parsed("seq", parse_count)?;
    let word = reader.parsed("word", Word::parse)?;
    reader.close_object()?;
    Ok(Reversed { seq, leaf, period, number: VoucherNumber { word, serial } })
}

fn decode_source(reader: &mut Reader) -> Result<Source, NotCanonical> {
    reader.key("source")?;
    reader.open_object()?;
    let key = reader.field("key")?.into_owned();
    let reference = reader.field("reference")?.into_owned();
    let row = reader.parsed("row", parse_count)?;
    reader.close_object()?;
    Ok(Source { key, reference, row })
}

/// Declarations: `book`, `by`, `date`, the declaration's own keys under `declared`, `type`.
fn encode_declaration(book: &Uuid, declaration: &Declaration) -> Vec<u8> {
    let mut writer = Writer::with_capacity(256);
    writer.open_object();
    writer.plain("book", book);
    writer.field("by", &declaration.by);
    writer.plain("date", declaration.date);
    writer.key("declared");
    match &declaration.declared {
        Declared::Fact(fact) => writer.object(&fact.encode()),
        declared => encode_declared(&mut writer, declared),
    }
    writer.field("type", declaration.declared.word());
    writer.close_object();
    writer.finish()
}

fn encode_declared(writer: &mut Writer, declared: &Declared) {
    writer.open_object();
    match declared {
        Declared::BookOpened { profile, verifier_key } => encode_profile(writer, profile, verifier_key),
        Declared::AccountsAdded { accounts } => encode_accounts(writer, accounts),
        Declared::AccountClosed { account } => writer.plain("account", account),
        Declared::DimensionValuesAdded { values } => encode_dimension_values(writer, values),
        Declared::YearOpened { year } => writer.plain("year", year),
        Declared::PeriodClosed { period } => writer.plain("period", period),
        Declared::Fact(_) => unreachable!("a fact has its own record"),
    }
    writer.close_object();
}

fn yes_or_no(value: bool) -> &'static str {
    if value { "yes" } else { "no" }
}

fn parse_yes_or_no(text: &str) -> Option<bool> {
    match text {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

fn encode_profile(writer: &mut Writer, profile: &BookProfile, verifier_key: &str) {
    writer.field("attachments_required", yes_or_no(profile.attachments_required));
    writer.field("chart", profile.standard.word());
    writer.field("chart_version", CHART_VERSION);
    writer.field("code", &profile.code);
    writer.plain("first_period", profile.first_period);
    writer.field("name", &profile.name);
    writer.field("organisation", &profile.organisation);
    writer.field("verifier_key", verifier_key);
}

fn encode_accounts(writer: &mut Writer, accounts: &[Account]) {
    writer.key("accounts");
    writer.open_array();
    for account in accounts {
        writer.open_object();
        writer.plain("code", account.code);
        writer.field("element", account.element.word());
        writer.field("name", &account.name);
        writer.field("normal_side", account.normal_side.word());
        writer.field("official", yes_or_no(account.official));
        writer.key("requires");
        writer.open_array();
        for dimension in &account.requires {
            writer.text(dimension.word());
        }
        writer.close_array();
        writer.close_object();
    }
    writer.close_array();
}

fn encode_dimension_values(writer: &mut Writer, values: &[DimensionValue]) {
    writer.key("values");
    writer.open_array();
    for value in values {
        writer.open_object();
        writer.field("code", value.code.as_str());
        writer.field("dimension", value.dimension.word());
        writer.field("name", &value.name);
        writer.field("parent", value.parent.as_ref().map_or("", DimensionCode::as_str));
        writer.field("remark", &value.remark);
        writer.close_object();
    }
    writer.close_array();
}

fn decode_declaration(book: &Uuid, reader: &mut Reader) -> Result<Declaration, NotCanonical> {
    decode_book(book, reader)?;
    let by = reader.field("by")?.into_owned();
    let date = reader.parsed("date", parse_date)?;
    reader.key("declared")?;
    let declared = match reader.last_type().filter(|word| Fact::WORDS.contains(word)) {
        Some(word) => {
            let fault = reader.fault("the record of the fact that `type` names");
            let record = Fact::decode(word, reader.object()?).ok_or(fault)?;
            Declared::Fact(Box::new(record))
        }
        None => {
            reader.open_object()?;
            let declared = decode_declared(reader)?;
            reader.close_object()?;
            declared
        }
    };
    reader.parsed("type", |text| (text == declared.word()).then_some(()))?;
    Ok(Declaration { by, date, declared })
}

/// Which declaration it is shows in its first own key; `type` behind it must agree.
fn decode_declared(reader: &mut Reader) -> Result<Declared, NotCanonical> {
    if reader.next_key_is("attachments_required") {
        return decode_profile(reader);
    }
    if reader.next_key_is("accounts") {
        return Ok(Declared::AccountsAdded { accounts: decode_array(reader, "accounts", decode_account)? });
    }
    if reader.next_key_is("account") {
        return Ok(Declared::AccountClosed { account: reader.parsed("account", AccountCode::parse)? });
    }
    if reader.next_key_is("values") {
        return Ok(Declared::DimensionValuesAdded { values: decode_array(reader, "values", decode_dimension_value)? });
    }
    if reader.next_key_is("year") {
        return Ok(Declared::YearOpened { year: reader.parsed("year", parse_count)? });
    }
    Ok(Declared::PeriodClosed { period: reader.parsed("period", Period::parse)? })
}

fn decode_profile(reader: &mut Reader) -> Result<Declared, NotCanonical> {
    let attachments_required = reader.parsed("attachments_required", parse_yes_or_no)?;
    let standard = reader.parsed("chart", |text| ChartStandard::parse(text).filter(|chart| chart.word() == text))?;
    reader.parsed("chart_version", |text| (text == CHART_VERSION).then_some(()))?;
    let code = reader.parsed("code", |text| is_book_code(text).then(|| text.to_owned()))?;
    let first_period = reader.parsed("first_period", Period::parse)?;
    let name = reader.field("name")?.into_owned();
    let organisation = reader.field("organisation")?.into_owned();
    let verifier_key = reader.field("verifier_key")?.into_owned();
    let profile = BookProfile { code, name, organisation, standard, first_period, attachments_required };
    Ok(Declared::BookOpened { profile, verifier_key })
}

fn decode_account(reader: &mut Reader) -> Result<Account, NotCanonical> {
    reader.open_object()?;
    let code = reader.parsed("code", AccountCode::parse)?;
    let element = reader.parsed("element", |text| Element::parse(text).filter(|element| element.word() == text))?;
    let name = reader.field("name")?.into_owned();
    let normal_side = reader.parsed("normal_side", |text| Side::parse(text).filter(|side| side.word() == text))?;
    let official = reader.parsed("official", parse_yes_or_no)?;
    let requires = decode_array(reader, "requires", decode_dimension)?;
    let ascending = requires.windows(2).all(|pair| pair[0] < pair[1]);
    let fault = reader.fault("required dimensions in ascending order");
    reader.close_object()?;
    ascending.then_some(Account { code, name, element, normal_side, official, requires }).ok_or(fault)
}

fn decode_dimension(reader: &mut Reader) -> Result<Dimension, NotCanonical> {
    let fault = reader.fault("a dimension");
    let text = reader.text()?;
    Dimension::parse(&text).filter(|dimension| dimension.word() == text).ok_or(fault)
}

fn decode_dimension_value(reader: &mut Reader) -> Result<DimensionValue, NotCanonical> {
    reader.open_object()?;
    let code = reader.parsed("code", DimensionCode::parse)?;
    let dimension = reader.parsed("dimension", |text| Dimension::parse(text).filter(|dimension| dimension.word() == text))?;
    let name = reader.field("name")?.into_owned();
    let parent =
        reader.parsed("parent", |text| if text.is_empty() { Some(None) } else { DimensionCode::parse(text).map(Some) })?;
    let remark = reader.field("remark")?.into_owned();
    reader.close_object()?;
    Ok(DimensionValue { dimension, code, name, parent, remark })
}
