//! 单元格: what people and programs type into a cell, as text, whole numbers and amounts.

use crate::ledger::Amount;
use crate::ledger::amount::AmountError;
use std::borrow::Cow;
use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};

/// Characters no amount or date needs; longer cells are refused before they are looked at closely.
const NUMBER_BYTES_MAX: usize = 100;

/// Without blanks around it (full-width and zero-width ones too), and without the marks by which spreadsheets are
/// told to take digits as text (`="001"`, `'001`).
pub fn trimmed(cell: &str) -> &str {
    let blank = |c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}');
    let cell = cell.trim_matches(blank);
    match cell.as_bytes() {
        [b'=', b'"', .., b'"'] if cell.len() > 2 => cell[2..cell.len() - 1].trim_matches(blank),
        [b'\'', ..] if is_defused(cell) => &cell[1..],
        _ => cell,
    }
}

/// A formula defused by an apostrophe, or digits kept as text by one.
fn is_defused(cell: &str) -> bool {
    let rest = cell.trim_start_matches('\'');
    rest.starts_with(['=', '+', '-', '@']) || (!rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
}

/// The text of a cell in Unicode's composed form; tabs and line breaks inside it become one space.
/// `None` where it holds other control characters.
pub fn text(cell: &str) -> Option<Cow<'_, str>> {
    let cell = trimmed(cell);
    if !cell.chars().any(char::is_control) {
        return Some(composed(cell));
    }
    if cell.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r')) {
        return None;
    }
    let folded = cell.split(['\t', '\n', '\r']).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    Some(Cow::Owned(composed(&folded).into_owned()))
}

fn composed(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

/// The name of a column without what people vary: case, width, spaces, underscores, asterisks of required fields.
pub fn plain_name(name: &str) -> String {
    let kept = |c: &char| !c.is_whitespace() && !matches!(c, '_' | '-' | '*' | '\u{feff}' | '\u{200b}' | '"' | '\'');
    name.nfkc().filter(kept).flat_map(char::to_lowercase).collect()
}

/// Why a cell is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AmountTrouble {
    /// No number, or commas that do not part thousands.
    Malformed,
    /// `1.2E+05`: a spreadsheet has rounded it.
    Scientific,
    /// More than two decimals.
    TooFine,
    /// Beyond [`Amount::MAX`].
    TooLarge,
}

impl AmountTrouble {
    /// The stable code of the reason.
    pub fn code(self) -> &'static str {
        match self {
            AmountTrouble::Malformed | AmountTrouble::Scientific => "amount_malformed",
            AmountTrouble::TooFine => "amount_too_fine",
            AmountTrouble::TooLarge => "amount_too_large",
        }
    }

    /// Why, and what to do.
    pub fn message(self, cell: &str) -> String {
        let cell = crate::files::refusal::quoted(cell);
        match self {
            AmountTrouble::Malformed => format!("“{cell}”不是金额。请写成 1234.50，或加引号的 \"1,234.50\"。"),
            AmountTrouble::Scientific => format!("“{cell}”是科学计数法，尾数可能已经丢失。请把单元格设为数值格式后重新导出。"),
            AmountTrouble::TooFine => format!("“{cell}”多于两位小数。金额以分为最小单位，请四舍五入到分并核对合计。"),
            AmountTrouble::TooLarge => format!("“{cell}”超过单行上限 {} 元。请核对小数点。", Amount::MAX),
        }
    }
}

/// Full-width ASCII as plain ASCII, as input methods leave it behind. Nothing else is folded: `²`, `①` and `Ⅱ` are other
/// characters than 2, 1 and 2, and a cell that holds one has lost something on its way.
pub fn folded(cell: &str) -> String {
    let fold = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => u32::from(c).checked_sub(0xFEE0).and_then(char::from_u32).unwrap_or(c),
        '￥' => '¥',
        c => c,
    };
    cell.chars().map(fold).collect()
}

/// A blank that may stand inside a number: an ordinary or a no-break one.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{202f}')
}

/// An amount in yuan as people write it: `1,234.50`, `1 234.50`, `¥1234.5`, `（100.00）`, `１２`; empty, `-` and `--` are `None`.
pub fn amount(cell: &str) -> Result<Option<Amount>, AmountTrouble> {
    let cell = trimmed(cell);
    if let Some(amount) =
        Amount::parse_canonical(cell).filter(|amount| amount.fen().unsigned_abs() <= Amount::MAX.fen().unsigned_abs())
    {
        return Ok(Some(amount));
    }
    if cell.len() > NUMBER_BYTES_MAX {
        return Err(AmountTrouble::Malformed);
    }
    let plain: String = folded(cell).chars().map(|c| if is_dash(c) { '-' } else { c }).collect();
    if plain.bytes().all(|b| b == b'-') {
        return Ok(None);
    }
    let plain = plain.strip_suffix('元').unwrap_or(&plain);
    let (negative, digits) = sign(plain.trim_matches(is_blank));
    if digits.contains(['e', 'E']) && digits.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(AmountTrouble::Scientific);
    }
    // `000.00` is what is left of 1,000.00 where nobody quoted the comma.
    let zeros = digits.starts_with('0') && digits[1..].starts_with(|c: char| c.is_ascii_digit());
    let digits = ungrouped(digits).filter(|_| !zeros).ok_or(AmountTrouble::Malformed)?;
    let amount = Amount::parse(&digits).map_err(|error| match error {
        AmountError::NotANumber => AmountTrouble::Malformed,
        AmountError::TooFine => AmountTrouble::TooFine,
        AmountError::TooLarge => AmountTrouble::TooLarge,
    })?;
    let amount = if negative { amount.checked_neg().ok_or(AmountTrouble::TooLarge)? } else { amount };
    Ok(Some(amount))
}

/// Dashes by which printed tables say "nothing", and the true minus sign.
fn is_dash(c: char) -> bool {
    matches!(c, '—' | '–' | '−' | '─' | '‐' | '‑')
}

/// Takes off the signs: `-`, brackets, and a currency sign before or behind them.
fn sign(plain: &str) -> (bool, &str) {
    let currency = |text: &'_ str| -> usize {
        ["¥", "CNY", "RMB"].iter().find(|mark| text.starts_with(**mark)).map_or(0, |mark| mark.len())
    };
    let mut rest = plain[currency(plain)..].trim_matches(is_blank);
    let mut negative = false;
    if let Some(inner) = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        (negative, rest) = (true, inner.trim_matches(is_blank));
    } else if let Some(inner) = rest.strip_prefix('-') {
        (negative, rest) = (true, inner.trim_start_matches(is_blank));
    }
    rest = rest[currency(rest)..].trim_start_matches(is_blank);
    // A second sign would be a guess; it is left for the number's own check to refuse.
    if negative && rest.starts_with('-') { (false, plain) } else { (negative, rest) }
}

/// Takes out what parts groups of three, commas or blanks but not both, and nothing else.
fn ungrouped(digits: &str) -> Option<Cow<'_, str>> {
    let mut marks = digits.chars().filter(|c| *c == ',' || is_blank(*c));
    let Some(mark) = marks.next() else { return Some(Cow::Borrowed(digits)) };
    if marks.any(|other| other != mark) {
        return None;
    }
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut groups = whole.split(mark);
    let first = groups.next()?;
    let grouped = (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3);
    if !grouped || fraction.is_some_and(|fraction| fraction.contains(mark)) {
        return None;
    }
    let whole = whole.replace(mark, "");
    Some(Cow::Owned(fraction.map_or(whole.clone(), |fraction| format!("{whole}.{fraction}"))))
}

/// A count such as `3`, `3张`; empty is 0.
pub fn count(cell: &str) -> Option<u32> {
    let cell = trimmed(cell);
    if cell.is_empty() {
        return Some(0);
    }
    if cell.len() > NUMBER_BYTES_MAX {
        return None;
    }
    let plain = folded(cell);
    let digits = plain.strip_suffix('张').map_or(plain.as_str(), |digits| digits.trim_end_matches(is_blank));
    if digits.starts_with('+') { None } else { digits.parse().ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (cell, fen) in [
            ("1234.50", 123_450),
            ("1,234.50", 123_450),
            ("1,234,567", 123_456_700),
            (" ￥ 1234.5 ", 123_450),
            ("¥1,000", 100_000),
            ("-¥5", -500),
            ("¥-5", -500),
            ("（1,234.50）", -123_450),
            ("(5)", -500),
            ("－5.00", -500),
            ("−5", -500),
            ("１２．５", 1_250),
            ("100元", 10_000),
            ("\t100.00\t", 10_000),
            ("=\"100.00\"", 10_000),
            ("0", 0),
            ("1.500", 150),
            ("1 234.50", 123_450),
            ("1\u{a0}234\u{a0}567.8", 123_456_780),
            ("12\u{202f}345", 1_234_500),
            ("¥ 1 234 元", 123_400),
            ("( 100.00 )", -10_000),
            ("\n100.00\n", 10_000),
        ] {
            assert_eq!(amount(cell), Ok(Some(Amount::from_fen(fen))), "{cell}");
        }
        for cell in ["", " ", "-", "--", "—", "——", "－", "\u{3000}"] {
            assert_eq!(amount(cell), Ok(None), "{cell}");
        }
        for cell in
            ["abc", "1,23", "1,0000.00", "1.2.3", "1,234,", ",100", "--5", "(-5)", "+5", "5-", "000.00", "=1+1", "1 000万", "∞"]
                .into_iter()
                .chain([
                    "100\n200",
                    "100\r\n200",
                    "10\t5",
                    "12 50",
                    "1  234",
                    "1\u{3000}234",
                    "1\u{2009}234",
                    "1 234,567",
                    "1,234 567",
                ])
                .chain(["100①", "10²", "Ⅱ", "½", "一百", "١٢", "𝟙𝟚", "1\u{200b}2", "1.5\u{ad}0", "1 234.5 0"])
        {
            assert_eq!(amount(cell), Err(AmountTrouble::Malformed), "{cell}");
        }
        assert_eq!(amount("1.2E+05"), Err(AmountTrouble::Scientific));
        assert_eq!(amount("0.001"), Err(AmountTrouble::TooFine));
        assert_eq!(amount("10000000000000.01"), Err(AmountTrouble::TooLarge));
        assert_eq!(amount("9999999999999999.99"), Err(AmountTrouble::TooLarge));
        assert_eq!(amount(&"9".repeat(90)), Err(AmountTrouble::TooLarge));
        assert_eq!(amount(&"9".repeat(1_000)), Err(AmountTrouble::Malformed));
    }

    #[test]
    fn text_is_trimmed_composed_and_on_one_line() {
        for (cell, expected) in [
            (" 摘要\u{3000}", Some("摘要")),
            ("第一行\r\n 第二行", Some("第一行 第二行")),
            ("消费     \t", Some("消费")),
            ("e\u{301}", Some("é")),
            ("\u{FA4F}溪街道", Some("祐溪街道")),
            ("=\"001\"", Some("001")),
            ("'001", Some("001")),
            ("'=SUM(A1)", Some("=SUM(A1)")),
            ("''=x", Some("'=x")),
            ("'quoted'", Some("'quoted'")),
            ("a\0b", None),
            ("a\u{7f}", None),
        ] {
            assert_eq!(text(cell).as_deref(), expected, "{cell:?}");
        }
    }

    #[test]
    fn counts_are_whole() {
        for (cell, expected) in
            [("", Some(0)), ("3", Some(3)), (" 3 张", Some(3)), ("３", Some(3)), ("-1", None), ("1.5", None), ("+1", None)]
                .into_iter()
                .chain([("1 2", None), ("1\t2", None), ("1\n2", None), ("3²", None), ("①", None)])
        {
            assert_eq!(count(cell), expected, "{cell}");
        }
    }
}
