//! Which refs a setting is about.

use crate::names::RefName;
use crate::pattern;
use serde::{Deserialize, Serialize};

/// Full names of refs with wildcards, such as `refs/heads/release/*`: `*` stands for any text, also one with slashes, and `?` for
/// any one character.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RefPattern(String);

/// A text that is no pattern for refs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{}' is no pattern for full names of refs: {}", .0.escape_debug(), .1)]
pub struct RefPatternError(String, &'static str);

impl RefPattern {
    /// How long it may be, in characters.
    pub const MAX: usize = 256;

    /// Reads a pattern. One that no ref can match is refused, since whoever wrote it meant something else.
    pub fn parse(text: impl Into<String>) -> Result<Self, RefPatternError> {
        let text = text.into();
        // What a star stands for may have slashes in it, as it must in `refs/*`.
        let example = text.replace('*', "x/x").replace('?', "x");
        let rule = if text.chars().count() > Self::MAX {
            "it has more than 256 characters"
        } else if !text.starts_with("refs/") {
            "it does not begin with 'refs/', as in 'refs/heads/main'"
        } else if RefName::parse(example).is_err() {
            "no ref can have such a name"
        } else {
            return Ok(Self(text));
        };
        Err(RefPatternError(text, rule))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is about the ref of this full name.
    pub fn matches(&self, name: &str) -> bool {
        pattern::matches(&self.0, name)
    }
}

impl std::fmt::Display for RefPattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<RefPattern> for String {
    fn from(pattern: RefPattern) -> Self {
        pattern.0
    }
}

impl TryFrom<String> for RefPattern {
    type Error = RefPatternError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_about_full_names() {
        let releases = RefPattern::parse("refs/heads/release/*").unwrap();
        for name in ["refs/heads/release/1", "refs/heads/release/1/hotfix"] {
            assert!(releases.matches(name), "{name}");
        }
        for name in ["refs/heads/release", "refs/heads/main", "refs/tags/release/1", "refs/heads/Release/1"] {
            assert!(!releases.matches(name), "{name}");
        }
        assert!(RefPattern::parse("refs/*").unwrap().matches("refs/heads/main"));
        assert!(RefPattern::parse("refs/heads/v?").unwrap().matches("refs/heads/v1"));
    }

    #[test]
    fn what_matches_nothing_is_refused() {
        for wrong in
            ["", "main", "*", "heads/*", "refs/heads/a b", "refs/heads/a..b", "refs/", "refs/heads/", "/refs/heads/a"]
        {
            assert!(RefPattern::parse(wrong).is_err(), "{wrong}");
        }
        assert!(RefPattern::parse(format!("refs/heads/{}", "b".repeat(256))).is_err());
    }
}
