//! Whom a trigger tells: a topic of SNS or a function of Lambda, by its ARN.

use crate::account::{AccountId, Region};
use serde::{Deserialize, Serialize};

/// Where triggers deliver to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Destination {
    /// A topic of SNS: `arn:aws:sns:<region>:<account>:<name>`.
    Topic(Arn),
    /// A function of Lambda: `arn:aws:lambda:<region>:<account>:function:<name>`, perhaps with `:<version or alias>`.
    Function(Arn),
}

/// An ARN whose form was checked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Arn {
    text: String,
    region: Region,
}

/// A text that triggers cannot deliver to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{}' is no ARN of a topic or a function: {reason}", .arn.escape_debug())]
pub struct DestinationError {
    arn: String,
    reason: &'static str,
}

impl Destination {
    /// Reads an ARN.
    pub fn parse(arn: impl Into<String>) -> Result<Self, DestinationError> {
        let text = arn.into();
        match parts(&text) {
            Ok((service, region)) => {
                let arn = Arn { text, region };
                Ok(if service == Service::Sns { Self::Topic(arn) } else { Self::Function(arn) })
            }
            Err(reason) => Err(DestinationError { arn: text, reason }),
        }
    }

    /// The region it is in.
    pub fn region(&self) -> &Region {
        match self {
            Self::Topic(arn) | Self::Function(arn) => &arn.region,
        }
    }

    /// The ARN.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Topic(arn) | Self::Function(arn) => &arn.text,
        }
    }
}

#[derive(PartialEq, Eq)]
enum Service {
    Sns,
    Lambda,
}

fn parts(arn: &str) -> Result<(Service, Region), &'static str> {
    let parts: Vec<&str> = arn.split(':').collect();
    let ["arn", partition, service, region, account, resource @ ..] = &parts[..] else {
        return Err("an ARN has six parts, with colons between them");
    };
    let region = Region::parse(*region).map_err(|_| "its region is malformed")?;
    if region.partition() != *partition {
        return Err("its region belongs to another partition");
    }
    AccountId::parse(*account).map_err(|_| "its account id must have 12 digits")?;
    let service = match (*service, resource) {
        ("sns", [topic]) if is_name(topic, 256) => Service::Sns,
        ("lambda", ["function", name]) if is_name(name, 64) => Service::Lambda,
        ("lambda", ["function", name, version])
            if is_name(name, 64) && (*version == "$LATEST" || is_name(version, 128)) =>
        {
            Service::Lambda
        }
        ("sns", _) => return Err("the name of a topic has 1 to 256 letters, digits, '-' and '_'"),
        ("lambda", _) => return Err("a function is function:<name>, perhaps with a version or an alias"),
        _ => return Err("it is neither of sns nor of lambda"),
    };
    Ok((service, region))
}

pub(super) fn is_name(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

impl std::fmt::Display for Destination {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<String> for Destination {
    type Error = DestinationError;

    fn try_from(arn: String) -> Result<Self, DestinationError> {
        Self::parse(arn)
    }
}

impl From<Destination> for String {
    fn from(destination: Destination) -> Self {
        match destination {
            Destination::Topic(arn) | Destination::Function(arn) => arn.text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_and_functions_are_known_by_their_arns() {
        let topic = Destination::parse("arn:aws:sns:eu-west-1:123456789012:My-Topic_1").unwrap();
        assert!(matches!(topic, Destination::Topic(_)));
        assert_eq!(topic.region().as_str(), "eu-west-1");
        assert_eq!(topic.to_string(), "arn:aws:sns:eu-west-1:123456789012:My-Topic_1");
        for name in ["f", "f:live", "f:42", "f:$LATEST"] {
            let function = Destination::parse(format!("arn:aws-cn:lambda:cn-north-1:123456789012:function:{name}"));
            assert!(matches!(function, Ok(Destination::Function(_))), "{name}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for wrong in [
            "",
            "topic",
            "arn:aws:sns:eu-west-1:123456789012",
            "arn:aws:sns:eu-west-1:123456789012:",
            "arn:aws:sns:eu-west-1:123456789012:a b",
            "arn:aws:sns:eu-west-1:123456789012:a:b",
            "arn:aws:sns:EU:123456789012:a",
            "arn:aws:sns:cn-north-1:123456789012:a",
            "arn:aws:sns:eu-west-1:1234:a",
            "arn:aws:sqs:eu-west-1:123456789012:a",
            "arn:aws:lambda:eu-west-1:123456789012:f",
            "arn:aws:lambda:eu-west-1:123456789012:layer:f",
            "arn:aws:lambda:eu-west-1:123456789012:function:f:1:2",
        ] {
            assert!(Destination::parse(wrong).is_err(), "{wrong}");
        }
    }
}
