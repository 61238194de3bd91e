//! The triggers of a repository, which are always replaced together.

use crate::amendment::Amendment;
use crate::error::Error;
use crate::keys;
use crate::repository::Repository;
use crate::rows::{self, TriggersRow, put};
use crate::stores::{Store, random};
use domain::{Actor, EventKind, RepositoryId, Trigger, id};
use ports::Expect;

/// A repository's triggers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriggerConfiguration {
    /// Names this set of triggers; a random UUID.
    pub id: String,
    /// The triggers, in the order in which they were given.
    pub triggers: Vec<Trigger>,
}

impl TriggerConfiguration {
    /// A set of triggers under a fresh id.
    pub fn new(triggers: Vec<Trigger>) -> Result<Self, Error> {
        Ok(Self { id: id::random_uuid(random()?), triggers })
    }
}

impl Store {
    /// The triggers of the repository with this id, if any were ever put (1 get).
    pub async fn triggers_of(&self, repository: &RepositoryId) -> Result<Option<TriggerConfiguration>, Error> {
        let Some(row) = self.parts.table.get(&keys::triggers(repository)).await? else {
            return Ok(None);
        };
        let TriggersRow { configuration_id, triggers } = rows::decode(&row)?;
        Ok(Some(TriggerConfiguration { id: configuration_id, triggers }))
    }
}

impl Repository {
    /// Its triggers, if any were ever put (1 get).
    pub async fn triggers(&self) -> Result<Option<TriggerConfiguration>, Error> {
        self.store().triggers_of(self.id()).await
    }

    /// Replaces all triggers. They are taken to be valid: at most [`domain::trigger::MOST_TRIGGERS`], with different names.
    pub async fn put_triggers(&self, actor: &Actor, new: &TriggerConfiguration) -> Result<(), Error> {
        self.amend(actor, |repository| async move {
            let TriggerConfiguration { id, triggers } = new.clone();
            let names = triggers.iter().map(|trigger| trigger.name.clone()).collect();
            let row = TriggersRow { configuration_id: id.clone(), triggers };
            Ok(Amendment {
                writes: vec![put(keys::triggers(repository.id()), &row, Expect::Anything)?],
                settings: None,
                events: vec![EventKind::RepositoryTriggersChanged { configuration_id: id, triggers: names }],
                outcome: (),
            })
        })
        .await
    }
}
