//! The name of a branch.

use super::reference::{RefName, broken_format_rule};
use super::{NameError, NameKind, name_as_text};
use serde::{Deserialize, Serialize};

/// The name of a branch, without `refs/heads/`.
///
/// 1 to 256 characters; not 40 hex digits, which would look like a commit id (AWS user guide, "Branch names");
/// and `refs/heads/<name>` must be a good [`RefName`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BranchName(String);

name_as_text!(BranchName);

impl BranchName {
    /// Checks a name against the rules.
    pub fn parse(name: impl Into<String>) -> Result<Self, NameError> {
        let name = name.into();
        match broken_rule(&name) {
            None => Ok(Self(name)),
            Some(rule) => Err(NameError { kind: NameKind::Branch, name, rule }),
        }
    }

    /// The ref that the branch is: `refs/heads/<name>`.
    pub fn full_name(&self) -> RefName {
        RefName::of_branch(self)
    }
}

fn broken_rule(name: &str) -> Option<&'static str> {
    if !(1..=256).contains(&name.chars().count()) {
        return Some("it must have 1 to 256 characters");
    }
    if name.len() + "refs/heads/".len() > RefName::MAX_BYTES {
        return Some("it must have at most 989 bytes");
    }
    if name.len() == 40 && name.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Some("it must not look like a commit id");
    }
    if name == "@" {
        return Some("it must not be '@'");
    }
    broken_format_rule(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ref_of_a_branch_is_below_refs_heads() {
        let branch = BranchName::parse("feature/x").unwrap();
        assert_eq!(branch.full_name().as_str(), "refs/heads/feature/x");
        assert_eq!(branch.full_name().branch(), Some("feature/x"));
    }

    #[test]
    fn names_that_git_or_aws_refuse_are_refused() {
        let commit_id = "0123456789abcdef0123456789ABCDEF01234567";
        let too_long = "x".repeat(257);
        for wrong in [
            "",
            "@",
            "/a",
            "a/",
            "a//b",
            ".a",
            "a.",
            "a/.b",
            "a..b",
            "a@{b",
            "a b",
            "a?",
            "a^",
            "a*",
            "a[",
            "a\\b",
            "a~",
            "a:b",
            "a.lock",
            "a.lock/b",
            "a\n",
            "a\u{7f}",
            commit_id,
            too_long.as_str(),
        ] {
            assert!(BranchName::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn names_that_both_allow_are_allowed() {
        let longest = "x".repeat(256);
        let wide = "\u{fc}".repeat(256);
        for good in
            ["main", "a/b/c", "@a", "a@", "{x}", "-x", "v1.0", "caf\u{e9}", &"a".repeat(39), longest.as_str(), &wide]
        {
            assert_eq!(BranchName::parse(good).unwrap().as_str(), good);
        }
    }

    #[test]
    fn the_ref_of_the_longest_branch_is_no_longer_than_a_ref_may_be() {
        let widest = "\u{1f600}".repeat(247);
        assert_eq!(BranchName::parse(widest.clone()).unwrap().full_name().as_str().len(), 11 + widest.len());
        assert!(BranchName::parse("\u{1f600}".repeat(248)).is_err());
    }
}
