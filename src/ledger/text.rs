//! Text in the books: which characters it may hold, when two names are one person's, and values that travel as text in one
//! spelling.

use serde::Deserialize as _;
use serde::de::Error as _;
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization as _;

/// Characters that show nothing or turn text around, as ranges: the categories Cc, Cf, Zl and Zp of Unicode 16.0 and what
/// it calls default-ignorable. Two texts that differ by them alone look the same.
const INVISIBLE: &[(u32, u32)] = &[
    (0x0000, 0x001F),
    (0x007F, 0x009F),
    (0x00AD, 0x00AD),
    (0x034F, 0x034F),
    (0x0600, 0x0605),
    (0x061C, 0x061C),
    (0x06DD, 0x06DD),
    (0x070F, 0x070F),
    (0x0890, 0x0891),
    (0x08E2, 0x08E2),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x2028, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFB),
    (0x110BD, 0x110BD),
    (0x110CD, 0x110CD),
    (0x13430, 0x1343F),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
];

/// Whether a character is one of those that no text in the books may hold.
pub fn is_invisible(c: char) -> bool {
    let number = u32::from(c);
    let at = INVISIBLE.partition_point(|(_, last)| *last < number);
    INVISIBLE.get(at).is_some_and(|(first, _)| *first <= number)
}

/// Whether text holds an invisible character.
pub fn has_invisible(text: &str) -> bool {
    let ascii_control = |b: &u8| *b < 0x20 || *b == 0x7f;
    text.as_bytes().iter().any(ascii_control) || (!text.is_ascii() && text.chars().any(is_invisible))
}

/// Characters that show nothing, an empty Braille cell among them, which Unicode does not count as white space.
fn shows_nothing(c: char) -> bool {
    c.is_whitespace() || c == '\u{2800}' || is_invisible(c)
}

/// Whether text is empty for whoever reads it.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(shows_nothing)
}

/// Dots between the parts of a name, which every input method writes in its own way.
fn is_middle_dot(c: char) -> bool {
    matches!(c, '·' | '•' | '‧' | '∙' | '⋅' | '・' | '●' | '⸱' | 'ꞏ' | '᛫')
}

/// Characters that are what they are compared as, whatever stands beside them: most names consist of them.
fn is_plain(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | 'a'..='z' | '0'..='9')
}

/// A person's name as it is compared: compatible characters, case, blanks and the kind of middle dot aside. Lookalikes of other
/// scripts stay different, and namesakes need a number. Empty where a name shows nothing.
pub fn person_key(name: &str) -> Cow<'_, str> {
    if name.chars().all(is_plain) { Cow::Borrowed(name) } else { Cow::Owned(folded(name)) }
}

fn folded(name: &str) -> String {
    let dotted = |c: char| if is_middle_dot(c) { '·' } else { c };
    // Upper case first: `ß` and `SS`, `ς` and `σ` are one. What case and blanks leave may compose anew.
    let cased = name.nfkc().filter(|c| !shows_nothing(*c)).flat_map(char::to_uppercase).flat_map(char::to_lowercase);
    cased.collect::<String>().nfkc().filter(|c| !shows_nothing(*c)).map(dotted).collect()
}

/// Reads a string that `parse` must accept; `expected` says in Chinese what it is to be.
pub fn parsed<'de, D: serde::Deserializer<'de>, T>(
    deserializer: D,
    parse: impl FnOnce(&str) -> Option<T>,
    expected: &'static str,
) -> Result<T, D::Error> {
    let text = Cow::<str>::deserialize(deserializer)?;
    parse(&text).ok_or_else(|| D::Error::custom(format!("“{text}”不是{expected}")))
}

/// Whole numbers as text, without a sign or leading zeros: counts and days in business facts. Use with `serde(with)`.
pub mod count {
    /// Writes `12` as `"12"`.
    pub fn serialize<S: serde::Serializer>(count: &u32, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(count)
    }

    pub fn deserialize<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
        let canonical = |text: &str| (text == "0" || !text.starts_with(['0', '+'])).then(|| text.parse().ok()).flatten();
        super::parsed(deserializer, canonical, "整数（如 12，不带正号和前导零）")
    }
}

/// The same where it may be absent. Use with `serde(default, with, skip_serializing_if)`.
pub mod some_count {
    pub fn serialize<S: serde::Serializer>(count: &Option<u32>, serializer: S) -> Result<S::Ok, S::Error> {
        match count {
            Some(count) => serializer.collect_str(count),
            None => serializer.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
        super::count::deserialize(deserializer).map(Some)
    }
}

/// Yes or no as text: `"yes"`, `"no"`. Use with `serde(with)`.
pub mod yes_no {
    pub fn serialize<S: serde::Serializer>(value: &bool, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(if *value { "yes" } else { "no" })
    }

    pub fn deserialize<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
        let parse = |text: &str| match text {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        };
        super::parsed(deserializer, parse, "yes 或 no")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_has_one_key() {
        for name in [
            "张三",
            "张\u{3000}三",
            " 张 三 ",
            "张\u{a0}三",
            "张三\u{200b}",
            "\u{feff}张三",
            "张\u{ad}三",
            "张\u{2800}三",
            "张\u{3164}三",
        ] {
            assert_eq!(person_key(name), "张三", "{name:?}");
        }
        assert_eq!(person_key("ZHANG San"), person_key("ｚｈａｎｇ san"));
        assert_eq!(person_key("阿卜杜拉·买买提"), person_key("阿卜杜拉•买买提"));
        assert_eq!(person_key("ﬁ"), person_key("FI"));
        assert_eq!(person_key("STRASSE"), person_key("Straße"));
        assert_eq!(person_key("ΣΑΣ"), person_key("σας"));
        for (one, other) in [("张三", "张三2"), ("张三", "张叁"), ("zhang", "zh\u{430}ng"), ("阿·买", "阿买")] {
            assert_ne!(person_key(one), person_key(other), "{one} {other}");
        }
        for nothing in ["", " ", "\u{3000}", "\u{200b}\u{feff}", "\u{2800}", "\u{3164}", "\u{115f}", "\u{202e}"] {
            assert_eq!(person_key(nothing), "", "{nothing:?}");
        }
    }

    proptest::proptest! {
        /// Most names take the short way.
        #[test]
        fn both_ways_give_one_key(name in "[a-z0-9一-龥]{0,12}", any in "\\PC{0,12}") {
            proptest::prop_assert_eq!(person_key(&name), folded(&name));
            let key = person_key(&any).into_owned();
            proptest::prop_assert_eq!(&person_key(&key), &key, "a key is its own key");
        }
    }

    #[test]
    fn invisible_characters_are_unicodes() {
        use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory};
        use icu_properties::{CodePointMapData, CodePointSetData};
        let (category, ignorable) =
            (CodePointMapData::<GeneralCategory>::new(), CodePointSetData::new::<DefaultIgnorableCodePoint>());
        for c in '\0'..=char::MAX {
            let hidden = matches!(
                category.get(c),
                GeneralCategory::Control
                    | GeneralCategory::Format
                    | GeneralCategory::LineSeparator
                    | GeneralCategory::ParagraphSeparator
            );
            assert_eq!(is_invisible(c), hidden || ignorable.contains(c), "{c:?}");
        }
    }

    #[test]
    fn invisible_characters_are_known() {
        assert!(INVISIBLE.windows(2).all(|pair| pair[0].1 < pair[1].0), "in order");
        for c in [
            '\0',
            '\t',
            '\n',
            '\u{7f}',
            '\u{85}',
            '\u{ad}',
            '\u{200b}',
            '\u{202e}',
            '\u{2028}',
            '\u{2066}',
            '\u{feff}',
            '\u{e0041}',
        ] {
            assert!(has_invisible(&format!("a{c}b")), "{c:?}");
        }
        for text in ["", "祐溪街道", "a b", "张\u{3000}三", "①", "𠮷", "。"] {
            assert!(!has_invisible(text), "{text}");
        }
    }
}
