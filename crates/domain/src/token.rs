//! Tokens for git that may do less than their owner.

use crate::names::RepositoryName;
use crate::pattern;
use crate::ref_pattern::RefPattern;
use serde::{Deserialize, Serialize};

/// How many tokens a user may have.
pub const MOST_TOKENS: usize = 50;
/// How many patterns for repositories, and how many for refs, a token may have.
pub const MOST_SCOPE_PATTERNS: usize = 20;

/// Whom a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TokenKind {
    /// A person, on their own machine.
    Personal,
    /// A machine, such as a build server.
    Deploy,
}

impl TokenKind {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Personal => "personal",
            Self::Deploy => "deploy",
        }
    }

    /// The kind that a word stands for.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Personal, Self::Deploy].into_iter().find(|kind| kind.as_str() == word)
    }

    /// How long a token is good when nobody says otherwise, in days: persons come by to make a new one.
    pub fn usual_days(self) -> u32 {
        match self {
            Self::Personal => 90,
            Self::Deploy => 365,
        }
    }
}

/// What a token may do, as far as its owner may.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenScope {
    /// The repositories that it is for.
    pub repositories: Vec<RepositoryPattern>,
    /// Whether it may push; it may always fetch.
    pub write: bool,
    /// The refs that it may push to; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refs: Vec<RefPattern>,
}

impl TokenScope {
    /// Whether it may fetch from the repository.
    pub fn may_fetch(&self, repository: &RepositoryName) -> bool {
        self.repositories.iter().any(|pattern| pattern.matches(repository))
    }

    /// Whether it may push to this ref of the repository; without a ref, whether it may push there at all.
    pub fn may_push(&self, repository: &RepositoryName, reference: Option<&str>) -> bool {
        let to_ref = |name| self.refs.is_empty() || self.refs.iter().any(|pattern| pattern.matches(name));
        self.write && self.may_fetch(repository) && reference.is_none_or(to_ref)
    }
}

/// The name of a repository with wildcards: `*` stands for any text and `?` for any one character.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RepositoryPattern(String);

/// A text that is no pattern for names of repositories.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{}' is no pattern for names of repositories: it has 1 to 100 letters, digits, '.', '_', '-', '*' and '?'", .0.escape_debug())]
pub struct RepositoryPatternError(String);

impl RepositoryPattern {
    /// Reads a pattern.
    pub fn parse(text: impl Into<String>) -> Result<Self, RepositoryPatternError> {
        let text = text.into();
        let good = |byte: u8| byte.is_ascii_alphanumeric() || b"._-*?".contains(&byte);
        if (1..=100).contains(&text.len()) && text.bytes().all(good) {
            Ok(Self(text))
        } else {
            Err(RepositoryPatternError(text))
        }
    }

    /// Whether it is about the repository of this name.
    pub fn matches(&self, name: &RepositoryName) -> bool {
        pattern::matches(&self.0, name.as_str())
    }
}

impl From<RepositoryPattern> for String {
    fn from(pattern: RepositoryPattern) -> Self {
        pattern.0
    }
}

impl TryFrom<String> for RepositoryPattern {
    type Error = RepositoryPatternError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scope(repositories: &[&str], write: bool, refs: &[&str]) -> TokenScope {
        TokenScope {
            repositories: repositories.iter().map(|text| RepositoryPattern::parse(*text).unwrap()).collect(),
            write,
            refs: refs.iter().map(|text| RefPattern::parse(*text).unwrap()).collect(),
        }
    }

    fn name(text: &str) -> RepositoryName {
        RepositoryName::parse(text).unwrap()
    }

    #[test]
    fn a_scope_is_a_list_of_what_is_allowed() {
        let reader = scope(&["demo", "lib-*"], false, &[]);
        for (repository, allowed) in
            [("demo", true), ("lib-a", true), ("demo2", false), ("Demo", false), ("lib", false)]
        {
            assert_eq!(reader.may_fetch(&name(repository)), allowed, "{repository}");
            assert!(!reader.may_push(&name(repository), None), "{repository}");
        }
        let writer = scope(&["demo"], true, &["refs/heads/ci/*"]);
        assert!(writer.may_push(&name("demo"), None));
        assert!(writer.may_push(&name("demo"), Some("refs/heads/ci/1")));
        assert!(!writer.may_push(&name("demo"), Some("refs/heads/main")));
        assert!(!writer.may_push(&name("other"), Some("refs/heads/ci/1")));
        assert!(scope(&["*"], true, &[]).may_push(&name("demo"), Some("refs/tags/v1")));
        assert!(!scope(&[], true, &[]).may_fetch(&name("demo")));
    }

    #[test]
    fn patterns_are_made_of_what_names_are_made_of() {
        for wrong in ["", "a/b", "a b", "\u{fc}", &"r".repeat(101)] {
            assert!(RepositoryPattern::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn kinds_are_words() {
        for kind in [TokenKind::Personal, TokenKind::Deploy] {
            assert_eq!(TokenKind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(TokenKind::parse("Personal"), None);
    }

    proptest! {
        /// Whatever a scope says, it pushes nowhere it may not fetch from, and a scope without writing pushes nowhere.
        #[test]
        fn writing_is_never_more_than_reading(
            patterns in proptest::collection::vec("[ab*?]{1,4}", 0..3), write in any::<bool>(), repository in "[ab]{1,4}",
            refs in proptest::collection::vec("refs/heads/[ab*?]{1,3}", 0..3), reference in "refs/heads/[ab]{1,3}",
        ) {
            let patterns: Vec<&str> = patterns.iter().map(String::as_str).collect();
            let refs: Vec<&str> = refs.iter().map(String::as_str).collect();
            let (scope, repository) = (scope(&patterns, write, &refs), name(&repository));
            let pushes = scope.may_push(&repository, Some(&reference));
            prop_assert!(!pushes || (write && scope.may_fetch(&repository) && scope.may_push(&repository, None)));
            let listed = refs.is_empty() || scope.refs.iter().any(|pattern| pattern.matches(&reference));
            prop_assert_eq!(pushes, write && scope.may_fetch(&repository) && listed);
        }
    }
}
