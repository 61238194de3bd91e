//! The ref protections of a repository. They are kept in its settings, so that whoever changes refs has read them and commits on
//! condition that they are still the same.

use crate::amendment::Amendment;
use crate::error::Error;
use crate::repository::Repository;
use crate::rows::{self, MetaRow, Millis};
use domain::protection::{MOST_PROTECTIONS, MOST_REQUIRED_STATUSES};
use domain::{Actor, EventKind, Protection, ProtectionName, Protections};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::SystemTime;

/// A protection as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeptProtection {
    #[serde(flatten)]
    pub(crate) rules: Protection,
    #[serde(rename = "a")]
    modified_by: String,
    #[serde(rename = "m")]
    modified: Millis,
}

/// A protection of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefProtection {
    /// Its name.
    pub name: ProtectionName,
    /// What it demands.
    pub rules: Protection,
    /// The ARN of who put it last.
    pub modified_by: String,
    /// When, to the millisecond.
    pub modified: SystemTime,
}

/// Why a protection was not put.
#[derive(Debug, thiserror::Error)]
pub enum PutProtectionError {
    /// There are as many as there may be.
    #[error("the repository has {MOST_PROTECTIONS} ref protections, and no more are possible")]
    TooMany,
    /// All protections together would require too many contexts.
    #[error(
        "the ref protections of a repository can require {MOST_REQUIRED_STATUSES} different statuses together, not {0}"
    )]
    TooManyStatuses(usize),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
}

impl KeptProtection {
    fn named(&self, name: &ProtectionName) -> RefProtection {
        let modified = rows::time(self.modified);
        RefProtection { name: name.clone(), rules: self.rules.clone(), modified_by: self.modified_by.clone(), modified }
    }
}

impl MetaRow {
    /// What the protections demand.
    pub(crate) fn rules(&self) -> Protections {
        Protections(self.protections.iter().map(|(name, kept)| (name.clone(), kept.rules.clone())).collect())
    }
}

impl Repository {
    /// Its protections as they were when it was found, by name.
    pub fn protections(&self) -> Vec<RefProtection> {
        self.meta().protections.iter().map(|(name, kept)| kept.named(name)).collect()
    }

    /// The protection of this name as it was when the repository was found.
    pub fn protection(&self, name: &ProtectionName) -> Option<RefProtection> {
        Some(self.meta().protections.get(name)?.named(name))
    }

    /// Makes a protection, or puts other rules into one (1 commit).
    pub async fn put_protection(
        &self,
        actor: &Actor,
        name: &ProtectionName,
        rules: &Protection,
    ) -> Result<RefProtection, PutProtectionError> {
        self.amend(actor, |repository| async move {
            let mut settings = repository.meta().clone();
            let modified = repository.store().now();
            let kept = KeptProtection { rules: rules.clone(), modified_by: actor.arn.clone(), modified };
            let before = settings.protections.insert(name.clone(), kept.clone());
            if settings.protections.len() > MOST_PROTECTIONS {
                return Err(PutProtectionError::TooMany);
            }
            let contexts = settings.rules().contexts().len();
            if contexts > MOST_REQUIRED_STATUSES {
                return Err(PutProtectionError::TooManyStatuses(contexts));
            }
            Ok(changed(settings, name, before, Some(rules.clone()), kept.named(name)))
        })
        .await
    }

    /// Deletes a protection, and gives it as it was; `None` when there is none of that name (1 commit).
    pub async fn delete_protection(
        &self,
        actor: &Actor,
        name: &ProtectionName,
    ) -> Result<Option<RefProtection>, Error> {
        self.amend(actor, |repository| async move {
            let mut settings = repository.meta().clone();
            let Some(before) = settings.protections.remove(name) else { return Ok(Amendment::none(None)) };
            let gone = before.named(name);
            Ok(changed(settings, name, Some(before), None, Some(gone)))
        })
        .await
    }
}

fn changed<T>(
    settings: MetaRow,
    name: &ProtectionName,
    before: Option<KeptProtection>,
    after: Option<Protection>,
    outcome: T,
) -> Amendment<T> {
    let before = before.map(|kept| kept.rules);
    let event = EventKind::RefProtectionChanged { name: name.clone(), before, after };
    Amendment { writes: Vec::new(), settings: Some(settings), events: vec![event], outcome }
}

/// The protections of a repository, by name.
pub(crate) type KeptProtections = BTreeMap<ProtectionName, KeptProtection>;
