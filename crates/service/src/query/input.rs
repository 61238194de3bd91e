//! What a Query request says: parameters by name, lists and structures as `Name.member.1.Field`.

use super::QueryError;
use crate::failure::{Failure, Result};
use percent_encoding::percent_decode;
use serde_json::Value;
use std::collections::BTreeMap;

/// The parameters of a request. Those that an operation does not know are ignored, as AWS does it.
#[derive(Debug, Clone, Default)]
pub struct QueryInput {
    parameters: BTreeMap<String, String>,
}

impl QueryInput {
    /// Reads a form-encoded body (WHATWG URL, "application/x-www-form-urlencoded parsing"). A parameter may occur once.
    pub(crate) fn parse(body: &[u8]) -> Result<Self> {
        let mut parameters = BTreeMap::new();
        for pair in body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            let mut parts = pair.splitn(2, |byte| *byte == b'=');
            let (name, value) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            let (name, value) = (decoded(name)?, decoded(value)?);
            if parameters.contains_key(&name) {
                return Err(invalid(format!("the parameter {} occurs more than once", name.escape_debug())));
            }
            parameters.insert(name, value);
        }
        Ok(Self { parameters })
    }

    /// The parameters for the record, by name.
    pub(crate) fn told(&self) -> Value {
        let told = self.parameters.iter().filter(|(name, _)| !["Action", "Version"].contains(&name.as_str()));
        told.map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect()
    }

    /// The operation.
    pub(crate) fn action(&self) -> &str {
        self.text("Action").unwrap_or_default()
    }

    /// A parameter that is there and not empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.given(name).filter(|value| !value.is_empty())
    }

    /// A parameter that is there, perhaps empty.
    pub fn given(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    /// A parameter that must be there.
    pub fn required(&self, name: &str) -> Result<&str> {
        self.text(name).ok_or_else(|| invalid(format!("{name} is required")))
    }

    /// The values of a list, in order. It ends where a number is missing.
    pub fn list(&self, name: &str) -> Vec<&str> {
        (1..).map_while(|number: u32| self.given(&format!("{name}.member.{number}"))).collect()
    }

    /// The entries of a list of structures that all have the member `required`, in order. It ends where a number is missing.
    pub fn entries(&self, name: &str, required: &str) -> Vec<Self> {
        let entry = |number: u32| {
            let prefix = format!("{name}.member.{number}.");
            self.parameters.contains_key(&format!("{prefix}{required}")).then(|| {
                let own = self.parameters.range(prefix.clone()..);
                let own = own.map_while(|(name, value)| Some((name.strip_prefix(&prefix)?.to_owned(), value.clone())));
                Self { parameters: own.collect() }
            })
        };
        (1..).map_while(entry).collect()
    }

    /// The tags in the parameter `Tags` (AWS IAM user guide, "Rules for tagging").
    pub fn tags(&self) -> Result<BTreeMap<String, String>> {
        let mut tags = BTreeMap::new();
        let wrong = |message: String| Err(Failure::query(QueryError::InvalidInput, message));
        for tag in self.entries("Tags", "Key") {
            let (key, value) = (tag.given("Key").unwrap_or_default(), tag.given("Value").unwrap_or_default());
            if !(1..=128).contains(&key.chars().count()) || value.chars().count() > 256 {
                return wrong("a tag's key has 1 to 128 characters, its value at most 256".to_owned());
            }
            if key.to_ascii_lowercase().starts_with("aws:") {
                return wrong("tag keys that begin with 'aws:' are reserved".to_owned());
            }
            if tags.keys().any(|known: &String| known.eq_ignore_ascii_case(key)) {
                return wrong(format!("the tag key '{}' occurs more than once", key.escape_debug()));
            }
            tags.insert(key.to_owned(), value.to_owned());
        }
        if tags.len() > MOST_TAGS {
            return Err(Failure::query(QueryError::LimitExceeded, format!("there can be at most {MOST_TAGS} tags")));
        }
        Ok(tags)
    }
}

/// The most tags an identity may have (AWS IAM quotas).
const MOST_TAGS: usize = 50;

fn decoded(text: &[u8]) -> Result<String> {
    let spaced: Vec<u8> = text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    let decoded = percent_decode(&spaced).decode_utf8();
    decoded.map(Into::into).map_err(|_| invalid("the request body is not form-encoded UTF-8"))
}

fn invalid(message: impl Into<String>) -> Failure {
    Failure::query(QueryError::ValidationError, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn parameters_lists_and_structures_are_read() {
        let body =
            b"Action=TagUser&A=b+c%2B&E=&L.member.1=x&L.member.2=y&L.member.4=z&T.member.1.Key=k&T.member.1.Value=v\
                     &T.member.10.Key=far&T.member.2.Key=l";
        let input = QueryInput::parse(body).unwrap();
        assert_eq!((input.action(), input.text("A"), input.text("E")), ("TagUser", Some("b c+"), None));
        assert_eq!((input.given("E"), input.given("F")), (Some(""), None));
        assert_eq!(input.list("L"), ["x", "y"]);
        let tags = input.entries("T", "Key");
        let told: Vec<_> = tags.iter().map(|tag| (tag.given("Key"), tag.given("Value"))).collect();
        assert_eq!(told, [(Some("k"), Some("v")), (Some("l"), None)]);
        assert!(input.required("E").is_err() && input.required("A").is_ok());
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for wrong in ["A=1&A=2", "A=1&%41=2", "A=%ff"] {
            assert!(QueryInput::parse(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(body: Vec<u8>) {
            _ = QueryInput::parse(&body);
        }
    }
}
