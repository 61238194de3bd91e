//! Webhooks: URLs that are told of what happens to a repository or in the account.

use crate::event::{EventFilter, EventFilterError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The most webhooks of a repository, and of the account.
pub const MOST_WEBHOOKS: usize = 20;

/// In which form a webhook is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WebhookFormat {
    /// Our own, signed as Standard Webhooks says.
    Coldforge,
    /// That of GitHub's webhooks, as far as there is one for what happened.
    Github,
}

impl WebhookFormat {
    /// The word of the API for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Coldforge => "coldforge",
            Self::Github => "github",
        }
    }

    /// The form of the API's word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Coldforge, Self::Github].into_iter().find(|format| format.as_str() == word)
    }
}

/// Whether a webhook is told of anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WebhookStatus {
    /// It is.
    Active,
    /// It is not, because somebody said so.
    Inactive,
    /// It is not, because its deliveries failed for days, or because it said that it is gone.
    Disabled,
}

impl WebhookStatus {
    /// The word of the API for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
            Self::Disabled => "disabled",
        }
    }
}

/// The events of GitHub that there are.
pub const GITHUB_EVENTS: &[&str] = &["create", "delete", "pull_request", "push"];

/// Which events a webhook is told of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WebhookEvents {
    /// Events of ours, by their types.
    Coldforge(EventFilter),
    /// Events of GitHub, by their names; `*` for all.
    Github(BTreeSet<String>),
}

/// A text that a webhook cannot be told of.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebhookEventsError {
    /// It is no type of event.
    #[error(transparent)]
    Coldforge(#[from] EventFilterError),
    /// It is no event of GitHub's that there is here.
    #[error("'{}' is no event in the GitHub form: it must be push, create, delete, pull_request or *", .0.escape_debug())]
    Github(String),
    /// Nothing was chosen.
    #[error("at least one event must be chosen; * stands for all")]
    None,
}

impl WebhookEvents {
    /// The events of these names, in the words of a form.
    pub fn parse(format: WebhookFormat, names: Vec<String>) -> Result<Self, WebhookEventsError> {
        if names.is_empty() {
            return Err(WebhookEventsError::None);
        }
        match format {
            WebhookFormat::Coldforge => Ok(Self::Coldforge(EventFilter::parse(names)?)),
            WebhookFormat::Github => {
                let unknown = names.iter().find(|name| *name != "*" && !GITHUB_EVENTS.contains(&name.as_str()));
                match unknown {
                    Some(name) => Err(WebhookEventsError::Github(name.clone())),
                    None => Ok(Self::Github(names.into_iter().collect())),
                }
            }
        }
    }

    /// The form whose words these are.
    pub fn format(&self) -> WebhookFormat {
        match self {
            Self::Coldforge(_) => WebhookFormat::Coldforge,
            Self::Github(_) => WebhookFormat::Github,
        }
    }

    /// The names, as they were given.
    pub fn names(&self) -> Vec<String> {
        match self {
            Self::Coldforge(filter) => filter.types().map(str::to_owned).collect(),
            Self::Github(names) => names.iter().cloned().collect(),
        }
    }
}

/// What happened to a webhook or a notification rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SettingChange {
    /// It was made.
    Created,
    /// It was changed.
    Updated,
    /// It was removed.
    Deleted,
    /// It is not told any more, because its deliveries failed for days, or because it said that it is gone.
    Disabled,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_chosen_in_the_words_of_the_form() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        for (format, good) in [
            (WebhookFormat::Coldforge, &["branch.*", "pull_request.merged"][..]),
            (WebhookFormat::Github, &["create", "push"]),
            (WebhookFormat::Github, &["*"]),
        ] {
            let events = WebhookEvents::parse(format, names(good)).unwrap();
            assert_eq!((events.format(), events.names()), (format, names(good)));
        }
        for (format, wrong) in [
            (WebhookFormat::Coldforge, &["push"][..]),
            (WebhookFormat::Github, &["branch.created"]),
            (WebhookFormat::Github, &["push", "issues"]),
            (WebhookFormat::Coldforge, &[]),
        ] {
            assert!(WebhookEvents::parse(format, names(wrong)).is_err(), "{wrong:?}");
        }
    }
}
