//! Commit statuses: how the checks of a commit went.

use serde::{Deserialize, Serialize};

/// Which check it is: a name such as `ci/build`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StatusContext(String);

/// A text that is no context of a status.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a context has 1 to {} printable ASCII characters, the first and the last of which are no spaces",
    StatusContext::MAX
)]
pub struct StatusContextError;

impl StatusContext {
    /// How long it may be, in characters.
    pub const MAX: usize = 255;

    /// Reads a context.
    pub fn parse(text: impl Into<String>) -> Result<Self, StatusContextError> {
        let text = text.into();
        let printable = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        let fits = (1..=Self::MAX).contains(&text.len()) && printable && text.trim() == text;
        if fits { Ok(Self(text)) } else { Err(StatusContextError) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for StatusContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<StatusContext> for String {
    fn from(context: StatusContext) -> Self {
        context.0
    }
}

impl TryFrom<String> for StatusContext {
    type Error = StatusContextError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(text)
    }
}

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum StatusState {
    /// It is not known yet.
    Pending,
    /// The commit is good.
    Success,
    /// The commit is not.
    Failure,
    /// The check itself did not work.
    Error,
}

impl StatusState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Success, Self::Failure, Self::Error];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Error => "error",
        }
    }

    /// The state that a word stands for.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// What is said of a commit, in one context.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StatusFacts {
    /// How the check went.
    pub state: StatusState,
    /// A line about it for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where people find more about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_url: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_is_printable() {
        for good in ["ci", "ci/build (linux, x86)", "~", &"c".repeat(255)] {
            assert_eq!(StatusContext::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", " ci", "ci ", "c\ni", "\u{e9}", &"c".repeat(256)] {
            assert_eq!(StatusContext::parse(bad), Err(StatusContextError), "{bad:?}");
        }
    }

    #[test]
    fn words_and_states_belong_together() {
        for state in StatusState::ALL {
            assert_eq!(StatusState::parse(state.as_str()), Some(state));
            assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
        }
        assert_eq!(StatusState::parse("Success"), None);
    }
}
