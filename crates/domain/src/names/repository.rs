//! The name of a repository.

use super::{NameError, NameKind, name_as_text};
use serde::{Deserialize, Serialize};

/// The name of a repository within an account and region; case-sensitive.
///
/// 1 to 100 ASCII letters, digits, `.`, `_` and `-`, not ending in `.git` (shape `RepositoryName` of the AWS API model, and
/// the user guide, "Repository names").
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RepositoryName(String);

name_as_text!(RepositoryName);

impl RepositoryName {
    /// Checks a name against the rules.
    pub fn parse(name: impl Into<String>) -> Result<Self, NameError> {
        let name = name.into();
        match broken_rule(&name) {
            None => Ok(Self(name)),
            Some(rule) => Err(NameError { kind: NameKind::Repository, name, rule }),
        }
    }
}

fn broken_rule(name: &str) -> Option<&'static str> {
    if !(1..=100).contains(&name.len()) {
        return Some("it must have 1 to 100 characters");
    }
    if !name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-')) {
        return Some("it must consist of letters, digits, '.', '_' and '-'");
    }
    if name.ends_with(".git") {
        return Some("it must not end in '.git'");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_digits_dots_underscores_and_hyphens_make_a_name() {
        let longest = "x".repeat(100);
        for good in ["a", "My.Repo_1-x", "..", ".git.x", "git", longest.as_str()] {
            assert_eq!(RepositoryName::parse(good).unwrap().as_str(), good);
        }
    }

    #[test]
    fn other_names_are_refused_with_the_rule() {
        let too_long = "x".repeat(101);
        for (wrong, word) in [
            ("", "1 to 100"),
            (too_long.as_str(), "1 to 100"),
            ("a b", "letters"),
            ("a/b", "letters"),
            ("caf\u{e9}", "letters"),
            ("a.git", ".git"),
            (".git", ".git"),
        ] {
            let error = RepositoryName::parse(wrong).unwrap_err();
            assert!(error.to_string().contains(word), "{error}");
        }
    }

    #[test]
    fn a_stored_name_is_checked_when_it_is_read() {
        assert!(serde_json::from_str::<RepositoryName>("\"good\"").is_ok());
        assert!(serde_json::from_str::<RepositoryName>("\"not good\"").is_err());
    }
}
