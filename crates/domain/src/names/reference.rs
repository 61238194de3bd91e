//! The full name of a ref.

use super::{BranchName, NameError, NameKind, name_as_text};
use serde::{Deserialize, Serialize};

const HEADS: &str = "refs/heads/";
const TAGS: &str = "refs/tags/";

/// The full name of a ref, such as `refs/heads/main`.
///
/// It follows the numbered rules of git-check-ref-format(1), is UTF-8, and has the form `refs/<kind>/<rest>`, as
/// receive-pack demands of refs that are created. At most [`RefName::MAX_BYTES`] bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RefName(String);

name_as_text!(RefName);

impl RefName {
    /// How long a name may be, in bytes: what fits into a `DynamoDB` sort key (1,024 bytes) with room for a prefix.
    pub const MAX_BYTES: usize = 1000;

    /// Checks a name against the rules.
    pub fn parse(name: impl Into<String>) -> Result<Self, NameError> {
        let name = name.into();
        match broken_rule(&name) {
            None => Ok(Self(name)),
            Some(rule) => Err(NameError { kind: NameKind::Ref, name, rule }),
        }
    }

    pub(super) fn of_branch(branch: &BranchName) -> Self {
        Self(format!("{HEADS}{branch}"))
    }

    /// The name of the branch, if the ref is one. It need not be a good [`BranchName`]: git allows a little more than AWS.
    pub fn branch(&self) -> Option<&str> {
        self.0.strip_prefix(HEADS)
    }

    /// The name of the tag, if the ref is one.
    pub fn tag(&self) -> Option<&str> {
        self.0.strip_prefix(TAGS)
    }

    /// The names that must not be refs while this one is, from the longest to the shortest: for `refs/heads/a/b/c` these
    /// are `refs/heads/a/b` and `refs/heads/a`. No ref can have the name `refs/heads` or `refs`, so these are left out. One
    /// that ends with a dot cannot be a ref either, but stands for a directory all the same.
    pub fn directories(&self) -> impl Iterator<Item = Self> + '_ {
        let shortest = self.0.match_indices('/').nth(1).map_or(self.0.len(), |(at, _)| at);
        self.0
            .rmatch_indices('/')
            .map(|(at, _)| at)
            .take_while(move |at| *at > shortest)
            .map(|at| Self(self.0[..at].into()))
    }
}

fn broken_rule(name: &str) -> Option<&'static str> {
    if name.len() > RefName::MAX_BYTES {
        return Some("it must have at most 1000 bytes");
    }
    let Some(rest) = name.strip_prefix("refs/") else {
        return Some("it must begin with 'refs/'");
    };
    if !rest.contains('/') {
        return Some("it must have a category, such as 'heads' in 'refs/heads/main'");
    }
    broken_format_rule(rest)
}

/// The rule of git-check-ref-format(1) that a name, or the tail of one, breaks. Rules 2 (a category) and 9 (not just `@`)
/// concern whole names and are the callers'.
pub(super) fn broken_format_rule(name: &str) -> Option<&'static str> {
    for component in name.split('/') {
        if component.is_empty() {
            return Some("it must not begin or end with '/' nor contain '//'");
        }
        if component.starts_with('.') {
            return Some("none of its parts may begin with '.'");
        }
        if component.ends_with(".lock") {
            return Some("none of its parts may end in '.lock'");
        }
    }
    if name.ends_with('.') {
        return Some("it must not end in '.'");
    }
    if name.contains("..") {
        return Some("it must not contain '..'");
    }
    if name.contains("@{") {
        return Some("it must not contain '@{'");
    }
    if name.bytes().any(|b| b.is_ascii_control()) {
        return Some("it must not contain control characters");
    }
    if name.contains([' ', '~', '^', ':', '?', '*', '[', '\\']) {
        return Some("it must not contain a space or any of '~^:?*[\\'");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::process::Command;

    fn git_accepts(name: &str) -> bool {
        Command::new("git").args(["check-ref-format", name]).status().unwrap().success()
    }

    #[test]
    fn names_outside_of_refs_are_refused() {
        for wrong in
            ["", "HEAD", "main", "refs", "refs/", "refs/main", "heads/main", "Refs/heads/main", "/refs/heads/main"]
        {
            assert!(RefName::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_name_too_long_for_the_table_is_refused() {
        let name = |bytes: usize| format!("refs/heads/{}", "x".repeat(bytes - 11));
        assert!(RefName::parse(name(RefName::MAX_BYTES)).is_ok());
        assert!(RefName::parse(name(RefName::MAX_BYTES + 1)).is_err());
    }

    #[test]
    fn a_name_with_a_nul_is_refused() {
        assert!(RefName::parse("refs/heads/a\0").is_err());
    }

    #[test]
    fn branches_and_tags_are_told_apart() {
        let name = |text: &str| RefName::parse(text).unwrap();
        assert_eq!(name("refs/heads/a/b").branch(), Some("a/b"));
        assert_eq!(name("refs/heads/a/b").tag(), None);
        assert_eq!(name("refs/tags/v1").tag(), Some("v1"));
        assert_eq!(name("refs/notes/commits").branch(), None);
    }

    #[test]
    fn directories_end_below_the_category() {
        let directories =
            |text: &str| RefName::parse(text).unwrap().directories().map(String::from).collect::<Vec<_>>();
        assert_eq!(directories("refs/heads/main"), [""; 0]);
        assert_eq!(directories("refs/heads/a/b/c"), ["refs/heads/a/b", "refs/heads/a"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn git_agrees_on_every_name(
            parts in proptest::collection::vec(
                prop_oneof![
                    4 => "[a-b]{1,2}",
                    3 => "[./@{}\\-~^:?*\\[\\\\ \t\u{7f}\u{e9}]",
                    1 => Just("/".to_owned()),
                    1 => Just(".lock".to_owned()),
                    1 => Just("@{".to_owned()),
                ],
                1..6,
            ),
        ) {
            let name = format!("refs/heads/{}", parts.concat());
            prop_assert_eq!(RefName::parse(name.as_str()).is_ok(), git_accepts(&name), "{}", name);
        }

        #[test]
        fn any_text_is_judged_without_a_panic_and_what_is_good_splits(text in "(refs/)?\\PC{0,20}(/\\PC{0,5}){0,3}") {
            if let Ok(name) = RefName::parse(text) {
                for directory in name.directories() {
                    // `a./b` is a name although `a.` is none: only whole names must not end with a dot.
                    let whole = RefName::parse(directory.as_str());
                    prop_assert!(whole.is_ok() || directory.as_str().ends_with('.'), "{}", directory.as_str());
                }
            }
        }
    }
}
