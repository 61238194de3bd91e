//! Conditions: an operator, a key and the values asked for.

use super::context::{ContextValue, RequestContext};
use super::error::PolicyError;
use super::json::Json;
use super::operator::{Comparison, Operator, Quantifier};
use super::statement::Effect;
use super::template::is_key;
use super::values::{Kind, Value};

/// One key under one operator. All conditions of a statement must hold.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Condition {
    /// In lower case.
    key: String,
    test: Test,
}

#[derive(Debug, Clone, PartialEq)]
enum Test {
    /// The key must be absent (`true`) or there (`false`); one of these.
    Null(Vec<bool>),
    /// One of these values, or none of them if the comparison is negated.
    Compare(Comparison, Vec<Value>),
}

impl Condition {
    /// Reads the element `Condition` of a statement.
    pub(super) fn parse_all(json: &Json, variables: bool, place: &str) -> Result<Vec<Self>, PolicyError> {
        let mut conditions = Vec::new();
        for (name, keys) in json.members(place)? {
            let operator = Operator::parse(name, place)?;
            let place = format!("{place}.{name}");
            for (key, values) in keys.members(&place)? {
                if !is_key(key) {
                    let told = key.escape_debug();
                    return Err(PolicyError::new(&place, format!("'{told}' is no condition key (service:name)")));
                }
                let place = format!("{place}.{key}");
                let texts = texts(values, &place)?;
                let test = test(operator, &texts, variables, &place)?;
                conditions.push(Self { key: key.to_lowercase(), test });
            }
        }
        Ok(conditions)
    }

    /// The keys it asks for: its own, and those of variables in its values.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        let values = match &self.test {
            Test::Null(_) => &[][..],
            Test::Compare(_, values) => values,
        };
        values.iter().flat_map(Value::variables).chain([self.key.as_str()])
    }

    /// Whether it holds in a statement of that effect.
    pub(super) fn holds(&self, effect: Effect, context: &RequestContext) -> bool {
        let found = context.get(&self.key);
        let (comparison, wanted) = match &self.test {
            Test::Null(absent) => return absent.contains(&found.is_none()),
            Test::Compare(comparison, wanted) => (comparison, wanted),
        };
        let Comparison { negated, if_exists, quantifier, .. } = comparison;
        let meets = |found: &String| wanted.iter().any(|wanted| wanted.is_met_by(found, context)) != *negated;
        match (quantifier, found) {
            (None, None) => *if_exists || *negated,
            (None, Some(ContextValue::One(found))) => meets(found),
            // An operator for one value cannot say what it means for several: nobody gets anything by it.
            (None, Some(ContextValue::Many(_))) => effect == Effect::Deny,
            (Some(Quantifier::All), None) => true,
            (Some(Quantifier::Any), None) => *if_exists,
            (Some(_), Some(ContextValue::One(found))) => meets(found),
            (Some(Quantifier::All), Some(ContextValue::Many(found))) => found.iter().all(meets),
            (Some(Quantifier::Any), Some(ContextValue::Many(found))) => found.iter().any(meets),
        }
    }
}

fn test(operator: Operator, texts: &[String], variables: bool, place: &str) -> Result<Test, PolicyError> {
    match operator {
        Operator::Null => {
            let values = texts.iter().map(|text| match Value::parse(Kind::Bool, text, false, place)? {
                Value::Bool(absent) => Ok(absent),
                _ => Err(PolicyError::new(place, "true or false is expected")),
            });
            values.collect::<Result<_, _>>().map(Test::Null)
        }
        Operator::Compare(comparison) => {
            let values = texts.iter().map(|text| Value::parse(comparison.kind, text, variables, place));
            Ok(Test::Compare(comparison, values.collect::<Result<_, _>>()?))
        }
    }
}

/// The values as texts: numbers and booleans may be written without quotation marks.
fn texts(values: &Json, place: &str) -> Result<Vec<String>, PolicyError> {
    let text = |value: &Json| match value {
        Json::Text(text) | Json::Number(text) => Ok(text.clone()),
        Json::Bool(value) => Ok(value.to_string()),
        other => Err(PolicyError::new(place, format!("a value is expected, not {}", other.kind()))),
    };
    values.one_or_more(place)?.iter().map(text).collect()
}
