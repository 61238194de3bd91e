//! What only the operation itself knows of what it does, noted while it does it.

use serde::Serialize;
use std::sync::{Arc, Mutex, PoisonError};

/// The most refs that are noted of one request.
const MOST_REFERENCES: usize = 1000;

/// A ref that a Git request is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditedReference {
    /// The full name of the ref; `None` for a commit that is asked for by its id.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it points to now, or what is asked for; `None` for a ref that is deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// What it pointed to before, if it was there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_commit: Option<String>,
    /// Why it was not changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// The notes on one request.
#[derive(Debug, Clone, Default)]
pub struct Notes(Arc<Mutex<Noted>>);

/// What was noted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Noted {
    pub(crate) references: Vec<AuditedReference>,
    /// Whether objects were sent or received.
    pub(crate) data_transferred: bool,
}

impl Notes {
    /// Notes the refs that a Git request is about.
    pub fn references(&self, references: impl IntoIterator<Item = AuditedReference>) {
        self.noted(|noted| {
            let room = MOST_REFERENCES.saturating_sub(noted.references.len());
            noted.references.extend(references.into_iter().take(room));
        });
    }

    /// Notes that objects were sent or received.
    pub fn data_transferred(&self) {
        self.noted(|noted| noted.data_transferred = true);
    }

    pub(crate) fn take(&self) -> Noted {
        self.noted(std::mem::take)
    }

    fn noted<T>(&self, note: impl FnOnce(&mut Noted) -> T) -> T {
        note(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
