//! Triggers: what a repository tells a topic or a function when its refs change.

mod bus;
mod destination;
mod filter;
mod message;

pub use bus::EventBus;
pub use destination::{Destination, DestinationError};
pub use message::{MessageError, MessagePart, TriggerMessage, TriggerReference, in_parts, subject};

use crate::names::BranchName;
use serde::{Deserialize, Serialize};

/// The most triggers of a repository (AWS user guide, "Quotas").
pub const MOST_TRIGGERS: usize = 10;

/// The most branches of a trigger (AWS user guide, "Create a trigger").
pub const MOST_BRANCHES: usize = 10;

/// The most characters of a trigger's custom data (AWS user guide, "Quotas").
pub const MOST_CUSTOM_CHARACTERS: usize = 1000;

/// A trigger of a repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Trigger {
    /// Its name, which no other trigger of the repository has.
    pub name: TriggerName,
    /// Whom it tells.
    pub destination: Destination,
    /// A text that it adds to everything it tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_data: Option<String>,
    /// The branches it is about; none stands for everything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub branches: Vec<BranchName>,
    /// The events it tells of: [`TriggerEvent::All`], or some of the others.
    pub events: Vec<TriggerEvent>,
}

/// What a trigger can tell of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TriggerEvent {
    /// Everything that happens to a ref.
    All,
    /// A ref was moved.
    UpdateReference,
    /// A ref was created.
    CreateReference,
    /// A ref was deleted.
    DeleteReference,
}

impl TriggerEvent {
    /// The API's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::UpdateReference => "updateReference",
            Self::CreateReference => "createReference",
            Self::DeleteReference => "deleteReference",
        }
    }

    /// The event of the API's word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::All, Self::UpdateReference, Self::CreateReference, Self::DeleteReference]
            .into_iter()
            .find(|event| event.as_str() == word)
    }
}

/// The name of a trigger: 1 to 100 letters, digits, `.`, `_` and `-` (AWS user guide, "Quotas").
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TriggerName(String);

/// A text that is no name of a trigger.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{}' is no name of a trigger: it must have 1 to 100 letters, digits, '.', '_' and '-'", .0.escape_debug())]
pub struct TriggerNameError(String);

impl TriggerName {
    /// Checks a name against the rules.
    pub fn parse(name: impl Into<String>) -> Result<Self, TriggerNameError> {
        let name = name.into();
        let possible = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-');
        if (1..=100).contains(&name.chars().count()) && name.chars().all(possible) {
            Ok(Self(name))
        } else {
            Err(TriggerNameError(name))
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for TriggerName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for TriggerName {
    type Error = TriggerNameError;

    fn try_from(name: String) -> Result<Self, TriggerNameError> {
        Self::parse(name)
    }
}

impl From<TriggerName> for String {
    fn from(name: TriggerName) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_letters_digits_and_three_marks() {
        for good in ["a", "My-First_Trigger.1", "ü", &"t".repeat(100)] {
            assert_eq!(TriggerName::parse(good).unwrap().as_str(), good);
        }
        for wrong in ["", "a b", "a,b", "a/b", &"t".repeat(101)] {
            assert_eq!(TriggerName::parse(wrong), Err(TriggerNameError(wrong.into())));
        }
    }

    #[test]
    fn events_are_called_as_in_the_api() {
        for word in ["all", "updateReference", "createReference", "deleteReference"] {
            let event = TriggerEvent::parse(word).unwrap();
            assert_eq!(serde_json::to_value(event).unwrap(), word);
            assert_eq!(event.as_str(), word);
        }
        assert_eq!(TriggerEvent::parse("everything"), None);
    }
}
