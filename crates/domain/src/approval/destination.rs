//! The branches that an approval rule template is for.

use crate::names::{BranchName, RefName};
use crate::pattern;

const HEADS: &str = "refs/heads/";

/// A destination reference of a template: `refs/heads/<branch>`, where `*` in the branch stands for any text. A star cannot come
/// first: a template without destination references is for all branches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Destination(String);

impl Destination {
    /// Reads a destination reference; the error says what it should look like.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let branch = text.strip_prefix(HEADS).ok_or("must begin with refs/heads/")?;
        if branch.starts_with('*') {
            return Err("must not begin with a wildcard; leave DestinationReferences out for all branches");
        }
        // What a star stands for cannot mend a name that is wrong with a letter in its place.
        match BranchName::parse(branch.replace('*', "x")) {
            Ok(_) => Ok(Self(text.to_owned())),
            Err(_) => Err("must be a branch, in which * stands for any text"),
        }
    }

    /// Whether the template is for this branch, given by its full name.
    pub(super) fn includes(&self, reference: &RefName) -> bool {
        pattern::matches(&self.0, reference.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn includes(destination: &str, reference: &str) -> bool {
        Destination::parse(destination).unwrap().includes(&RefName::parse(reference).unwrap())
    }

    #[test]
    fn a_branch_is_itself_only() {
        assert!(includes("refs/heads/main", "refs/heads/main"));
        assert!(!includes("refs/heads/main", "refs/heads/main2"));
        assert!(!includes("refs/heads/main", "refs/heads/Main"));
        assert!(!includes("refs/heads/main", "refs/tags/main"));
    }

    #[test]
    fn a_star_stands_for_any_text() {
        for (destination, reference, expected) in [
            ("refs/heads/feature*", "refs/heads/feature", true),
            ("refs/heads/feature*", "refs/heads/feature/a/b", true),
            ("refs/heads/feature/*", "refs/heads/feature/a", true),
            ("refs/heads/feature/*", "refs/heads/features", false),
            ("refs/heads/r*-final", "refs/heads/release-1-final", true),
            ("refs/heads/r*-final", "refs/heads/release-1", false),
        ] {
            assert_eq!(includes(destination, reference), expected, "{destination} {reference}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for wrong in [
            "",
            "main",
            "refs/heads/",
            "refs/heads/*",
            "refs/heads/*main",
            "refs/tags/v1",
            "refs/heads/a b",
            "refs/heads/a?",
        ] {
            assert!(Destination::parse(wrong).is_err(), "{wrong}");
        }
    }
}
