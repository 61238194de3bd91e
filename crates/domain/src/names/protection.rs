//! The names of ref protections.

use super::{NameError, NameKind, name_as_text};
use serde::{Deserialize, Serialize};

/// The name of a ref protection, unique within its repository: 1 to 100 letters, digits, `.`, `_` and `-`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProtectionName(String);

name_as_text!(ProtectionName);

impl ProtectionName {
    /// Checks a name against the rules.
    pub fn parse(name: impl Into<String>) -> Result<Self, NameError> {
        let name = name.into();
        let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        let rule = if !(1..=100).contains(&name.len()) {
            "it must have 1 to 100 characters"
        } else if !name.bytes().all(good) {
            "it must consist of letters, digits, '.', '_' and '-'"
        } else {
            return Ok(Self(name));
        };
        Err(NameError { kind: NameKind::Protection, name, rule })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words() {
        for good in ["main", "release-branches", "v1.x_only", &"p".repeat(100)] {
            assert_eq!(ProtectionName::parse(good).unwrap().as_str(), good);
        }
        for wrong in ["", "a b", "a/b", "\u{fc}", &"p".repeat(101)] {
            assert!(ProtectionName::parse(wrong).unwrap_err().to_string().contains("protection name"), "{wrong}");
        }
    }
}
