//! Values that travel as text in one spelling: how serde reads them back.

use serde::Deserialize as _;
use serde::de::Error as _;
use std::borrow::Cow;

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
