//! 辅助核算: what a line is about beside its account. Values are registered data; lines name them by code.

use std::collections::BTreeMap;
use std::fmt;

/// The ten kinds of dimension a line may carry, in the order of their English words
/// (the order canonical bytes use).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    Asset,
    Channel,
    Community,
    Contract,
    Counterparty,
    Fund,
    IncomeType,
    Resolution,
    Shop,
    Street,
}

impl Dimension {
    pub const ALL: [Dimension; 10] = [
        Dimension::Asset,
        Dimension::Channel,
        Dimension::Community,
        Dimension::Contract,
        Dimension::Counterparty,
        Dimension::Fund,
        Dimension::IncomeType,
        Dimension::Resolution,
        Dimension::Shop,
        Dimension::Street,
    ];

    pub const fn word(self) -> &'static str {
        match self {
            Dimension::Asset => "asset",
            Dimension::Channel => "channel",
            Dimension::Community => "community",
            Dimension::Contract => "contract",
            Dimension::Counterparty => "counterparty",
            Dimension::Fund => "fund",
            Dimension::IncomeType => "income_type",
            Dimension::Resolution => "resolution",
            Dimension::Shop => "shop",
            Dimension::Street => "street",
        }
    }

    pub const fn chinese(self) -> &'static str {
        match self {
            Dimension::Asset => "资产",
            Dimension::Channel => "渠道",
            Dimension::Community => "社区",
            Dimension::Contract => "合同",
            Dimension::Counterparty => "往来",
            Dimension::Fund => "项目资金",
            Dimension::IncomeType => "收入类型",
            Dimension::Resolution => "决议",
            Dimension::Shop => "门店",
            Dimension::Street => "街道",
        }
    }

    /// Reads the English word or the Chinese one.
    pub fn parse(text: &str) -> Option<Dimension> {
        Dimension::ALL.into_iter().find(|d| d.word() == text || d.chinese() == text)
    }
}

impl serde::Serialize for Dimension {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// The code of a dimension's value: 1 to 32 of `0-9A-Za-z_-`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct DimensionCode(Box<str>);

/// Longest code of a dimension value, in bytes: an 18-character credit code with room for a prefix.
pub const DIMENSION_CODE_BYTES_MAX: usize = 32;

impl DimensionCode {
    pub fn parse(text: &str) -> Option<DimensionCode> {
        let fits = (1..=DIMENSION_CODE_BYTES_MAX).contains(&text.len());
        let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        (fits && plain).then(|| DimensionCode(text.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> serde::Deserialize<'de> for DimensionCode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<DimensionCode, D::Error> {
        crate::ledger::text::parsed(deserializer, DimensionCode::parse, "编码（1 至 32 个字母、数字、-、_）")
    }
}

impl fmt::Display for DimensionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A registered value: a community, a shop, a contract. Codes are never reused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DimensionValue {
    pub dimension: Dimension,
    pub code: DimensionCode,
    pub name: String,
    /// The code this one belongs to, such as the street of a community.
    pub parent: Option<DimensionCode>,
    /// Where the row comes from, in the words of who registered it (文章, 二手资料, 示例).
    pub remark: String,
}

/// The values one line carries: at most one of each dimension, ascending.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DimensionSet(Vec<(Dimension, DimensionCode)>);

impl DimensionSet {
    pub fn new() -> DimensionSet {
        DimensionSet::default()
    }

    /// Adds a value; `false` when the dimension is already there.
    pub fn insert(&mut self, dimension: Dimension, code: DimensionCode) -> bool {
        match self.0.binary_search_by_key(&dimension, |pair| pair.0) {
            Ok(_) => false,
            Err(at) => {
                self.0.insert(at, (dimension, code));
                true
            }
        }
    }

    pub fn get(&self, dimension: Dimension) -> Option<&DimensionCode> {
        self.0.iter().find(|pair| pair.0 == dimension).map(|pair| &pair.1)
    }

    pub fn iter(&self) -> impl Iterator<Item = (Dimension, &DimensionCode)> {
        self.0.iter().map(|(dimension, code)| (*dimension, code))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl serde::Serialize for DimensionSet {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

/// Every value registered in a book.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DimensionRegister {
    values: BTreeMap<Dimension, BTreeMap<DimensionCode, DimensionValue>>,
}

impl DimensionRegister {
    pub fn get(&self, dimension: Dimension, code: &DimensionCode) -> Option<&DimensionValue> {
        self.values.get(&dimension)?.get(code)
    }

    pub fn insert(&mut self, value: DimensionValue) {
        self.values.entry(value.dimension).or_default().insert(value.code.clone(), value);
    }

    /// The values of one dimension, by code.
    pub fn of(&self, dimension: Dimension) -> impl Iterator<Item = &DimensionValue> {
        self.values.get(&dimension).into_iter().flat_map(BTreeMap::values)
    }

    pub fn iter(&self) -> impl Iterator<Item = &DimensionValue> {
        self.values.values().flat_map(BTreeMap::values)
    }
}
