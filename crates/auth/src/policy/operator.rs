//! The operators of conditions, by name (AWS IAM user guide, "Condition operators").

use super::error::PolicyError;
use super::values::{Kind, Relation};

/// What a condition does with a key's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    /// Whether the key is there at all.
    Null,
    /// Compares.
    Compare(Comparison),
}

/// How values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Comparison {
    pub(super) kind: Kind,
    /// `…Not…`: met by what matches none of the values.
    pub(super) negated: bool,
    /// `…IfExists`: met when the key is not there.
    pub(super) if_exists: bool,
    /// How many of a key's values must match; `None` is for keys with one value.
    pub(super) quantifier: Option<Quantifier>,
}

/// How many of a key's values must match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quantifier {
    /// `ForAllValues:`
    All,
    /// `ForAnyValue:`
    Any,
}

const NAMES: &[(&str, Kind, bool)] = &[
    ("StringEquals", Kind::Text, false),
    ("StringNotEquals", Kind::Text, true),
    ("StringEqualsIgnoreCase", Kind::FoldedText, false),
    ("StringNotEqualsIgnoreCase", Kind::FoldedText, true),
    ("StringLike", Kind::Like, false),
    ("StringNotLike", Kind::Like, true),
    ("NumericEquals", Kind::Number(Relation::Equal), false),
    ("NumericNotEquals", Kind::Number(Relation::Equal), true),
    ("NumericLessThan", Kind::Number(Relation::Less), false),
    ("NumericLessThanEquals", Kind::Number(Relation::LessOrEqual), false),
    ("NumericGreaterThan", Kind::Number(Relation::Greater), false),
    ("NumericGreaterThanEquals", Kind::Number(Relation::GreaterOrEqual), false),
    ("DateEquals", Kind::Date(Relation::Equal), false),
    ("DateNotEquals", Kind::Date(Relation::Equal), true),
    ("DateLessThan", Kind::Date(Relation::Less), false),
    ("DateLessThanEquals", Kind::Date(Relation::LessOrEqual), false),
    ("DateGreaterThan", Kind::Date(Relation::Greater), false),
    ("DateGreaterThanEquals", Kind::Date(Relation::GreaterOrEqual), false),
    ("Bool", Kind::Bool, false),
    ("BinaryEquals", Kind::Binary, false),
    ("IpAddress", Kind::Ip, false),
    ("NotIpAddress", Kind::Ip, true),
    ("ArnEquals", Kind::Arn, false),
    ("ArnNotEquals", Kind::Arn, true),
    ("ArnLike", Kind::Arn, false),
    ("ArnNotLike", Kind::Arn, true),
];

impl Operator {
    /// The operator of this name.
    pub(super) fn parse(name: &str, place: &str) -> Result<Self, PolicyError> {
        if name == "Null" {
            return Ok(Self::Null);
        }
        let (quantifier, rest) = match name.split_once(':') {
            Some(("ForAllValues", rest)) => (Some(Quantifier::All), rest),
            Some(("ForAnyValue", rest)) => (Some(Quantifier::Any), rest),
            _ => (None, name),
        };
        let (plain, if_exists) = rest.strip_suffix("IfExists").map_or((rest, false), |plain| (plain, true));
        let Some((_, kind, negated)) = NAMES.iter().find(|(known, ..)| *known == plain) else {
            let close = NAMES.iter().find(|(known, ..)| known.eq_ignore_ascii_case(plain));
            let hint = close.map_or_else(String::new, |(known, ..)| format!("; did you mean '{known}'?"));
            return Err(PolicyError::new(place, format!("'{}' is no condition operator{hint}", name.escape_debug())));
        };
        Ok(Self::Compare(Comparison { kind: *kind, negated: *negated, if_exists, quantifier }))
    }
}
