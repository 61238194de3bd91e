//! Changes of an open pull request that depend on more rows than its own: looked at anew for each attempt.

use super::edit::PullRequestEdit;
use super::{PullRequest, PullRequestError};
use crate::change;
use crate::error::Error;
use domain::{Actor, EventKind};
use ports::Write;
use std::future::Future;

/// What an attempt comes to.
pub(super) struct Planned<T> {
    /// What is to change, if anything.
    edit: Option<PullRequestEdit>,
    /// What comes of it for the caller.
    outcome: T,
}

impl<T> Planned<T> {
    /// Nothing is to change.
    pub(super) fn nothing(outcome: T) -> Self {
        Self { edit: None, outcome }
    }
}

impl PullRequest {
    /// Makes the change happen that `plan` wants for the open pull request as it is. When something changed meanwhile, `plan` is
    /// asked again.
    pub(super) async fn edit_while_open<T, E, F>(&self, actor: &Actor, plan: impl Fn(Self) -> F) -> Result<T, E>
    where
        E: From<PullRequestError> + From<Error>,
        F: Future<Output = Result<Planned<T>, E>>,
    {
        let mut found = self.clone();
        for attempt in 0..change::ATTEMPTS {
            if !found.is_open() {
                return Err(PullRequestError::Closed.into());
            }
            let Planned { edit, outcome } = plan(found.clone()).await?;
            let Some(edit) = edit else { return Ok(outcome) };
            if found.try_edit(actor, edit).await?.is_some() {
                return Ok(outcome);
            }
            change::pause(attempt).await?;
            found = found.reload().await?.ok_or(PullRequestError::Gone)?;
        }
        Err(Error::Contended.into())
    }

    /// A change of other rows than the pull request's own, with the event that tells of it.
    pub(super) fn planned<T>(&self, writes: Vec<Write>, event: EventKind, outcome: T) -> Planned<T> {
        let edit = PullRequestEdit { row: self.row().clone(), writes, events: vec![event] };
        Planned { edit: Some(edit), outcome }
    }
}
