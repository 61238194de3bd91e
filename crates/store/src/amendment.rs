//! Changes to what belongs to a repository besides its refs and packs: tags, triggers, comments.

use crate::change::{ATTEMPTS, pause};
use crate::error::Error;
use crate::events::EventsOfChange;
use crate::keys;
use crate::repository::Repository;
use crate::rows::{MetaRow, put};
use domain::{Actor, EventKind};
use ports::{CommitError, Expect, Write};
use std::future::Future;

/// What one attempt at a change wants to write, in view of the rows it looked at.
pub(crate) struct Amendment<T> {
    /// The rows, each with the condition under which it is right. None at all: there is nothing to change.
    pub(crate) writes: Vec<Write>,
    /// The repository's settings, if they change.
    pub(crate) settings: Option<MetaRow>,
    /// What is told of the change.
    pub(crate) events: Vec<EventKind>,
    /// What comes of it for the caller.
    pub(crate) outcome: T,
}

impl<T> Amendment<T> {
    /// Nothing to change.
    pub(crate) fn none(outcome: T) -> Self {
        Self { writes: Vec::new(), settings: None, events: Vec::new(), outcome }
    }
}

impl Repository {
    /// Makes the change happen that `plan` wants for the repository as it is, together with the events that tell of it. When
    /// something changed meanwhile that it relied on (the repository itself, always), `plan` is asked again.
    pub(crate) async fn amend<T, E, F>(&self, actor: &Actor, plan: impl Fn(Self) -> F) -> Result<T, E>
    where
        E: From<Error>,
        F: Future<Output = Result<Amendment<T>, E>>,
    {
        let store = self.store();
        let about = EventsOfChange::new(store, actor)?;
        let mut current = self.clone();
        for attempt in 0..ATTEMPTS {
            let Amendment { mut writes, settings, events, outcome } = plan(current.clone()).await?;
            if writes.is_empty() && settings.is_none() {
                return Ok(outcome);
            }
            let (key, expect) = (keys::meta(self.id()), Expect::Version(current.version()));
            writes.push(match settings {
                Some(settings) => put(key, &settings, expect)?,
                None => Write::Check { key, expect },
            });
            writes.extend(about.rows(Some(&current.about()), events)?);
            match store.parts.table.commit(writes).await {
                Ok(_) => return Ok(outcome),
                Err(CommitError::Conflict(_)) => pause(attempt).await?,
                Err(error) => return Err(Error::of_commit(error).into()),
            }
            current = store.repository_by_id(self.id()).await?.ok_or(Error::RepositoryGone)?;
        }
        Err(Error::Contended.into())
    }
}
