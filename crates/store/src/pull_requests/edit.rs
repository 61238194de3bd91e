//! Changes of a pull request that no branch takes part in.

use super::{PullRequest, PullRequestRow};
use crate::error::Error;
use crate::events::EventsOfChange;
use crate::rows::put;
use crate::{change, keys};
use domain::{Actor, EventKind};
use ports::{CommitError, Expect, Write};

/// Why a pull request was not changed.
#[derive(Debug, thiserror::Error)]
pub enum PullRequestError {
    /// It is closed.
    #[error("the pull request is closed")]
    Closed,
    /// Its repository was deleted.
    #[error("the repository of the pull request has been deleted")]
    Gone,
    /// The store failed.
    #[error(transparent)]
    Store(Error),
}

impl From<Error> for PullRequestError {
    fn from(error: Error) -> Self {
        match error {
            Error::RepositoryGone => Self::Gone,
            error => Self::Store(error),
        }
    }
}

/// What one commit is to make of a pull request.
pub(crate) struct PullRequestEdit {
    /// Its row; when it last changed is filled in.
    pub(crate) row: PullRequestRow,
    /// Changes of other rows, of the same partition as a rule.
    pub(crate) writes: Vec<Write>,
    /// What happened; events of its history go there by themselves.
    pub(crate) events: Vec<EventKind>,
}

impl PullRequest {
    /// Commits a change, on condition that the pull request is as `self` says and its repository exists. `None`: something else
    /// changed it, or a row of [`PullRequestEdit::writes`] is not as expected. Then [`PullRequest::reload`], look again at
    /// whatever the change depends on, and try again, as often as [`change::ATTEMPTS`] says.
    pub(crate) async fn try_edit(&self, actor: &Actor, edit: PullRequestEdit) -> Result<Option<Self>, Error> {
        let store = self.repository.store();
        let mut events = EventsOfChange::new(store, actor)?;
        events.later_than(self.row.active);
        let row = PullRequestRow { active: events.time(), ..edit.row };
        let mut writes = edit.writes;
        writes.push(put(keys::pull_request(self.id), &row, Expect::Version(self.version))?);
        writes.push(Write::Check { key: keys::meta(self.repository.id()), expect: Expect::Present });
        writes.extend(events.rows(Some(&self.repository.about()), edit.events)?);
        match store.parts.table.commit(writes).await {
            Ok(version) => Self::of(self.repository.clone(), self.id, row, version).map(Some),
            Err(CommitError::Conflict(_)) => Ok(None),
            Err(error) => Err(Error::of_commit(error)),
        }
    }

    /// Gives an open pull request another title.
    pub async fn set_title(&self, actor: &Actor, title: &str) -> Result<Self, PullRequestError> {
        self.edit_open(actor, |row| {
            let before = std::mem::replace(&mut row.title, title.to_owned());
            (before != title).then_some(Change::Title { before })
        })
        .await
    }

    /// Sets the description of an open pull request, or removes it.
    pub async fn set_description(&self, actor: &Actor, description: Option<&str>) -> Result<Self, PullRequestError> {
        self.edit_open(actor, |row| {
            let before = std::mem::replace(&mut row.description, description.map(str::to_owned));
            (before.as_deref() != description).then_some(Change::Description { before })
        })
        .await
    }

    /// Lets `edit` change the row, unless it says that nothing changed.
    async fn edit_open(
        &self,
        actor: &Actor,
        edit: impl Fn(&mut PullRequestRow) -> Option<Change>,
    ) -> Result<Self, PullRequestError> {
        let mut found = self.clone();
        for attempt in 0..change::ATTEMPTS {
            if !found.is_open() {
                return Err(PullRequestError::Closed);
            }
            let mut row = found.row().clone();
            let Some(change) = edit(&mut row) else { return Ok(found) };
            let pull_request = row.state(self.id, None);
            let event = match change {
                Change::Title { before } => EventKind::PullRequestTitleChanged { pull_request, before },
                Change::Description { before } => {
                    let after = row.description.clone();
                    EventKind::PullRequestDescriptionChanged { pull_request, before, after }
                }
            };
            let edit = PullRequestEdit { row, writes: Vec::new(), events: vec![event] };
            if let Some(changed) = found.try_edit(actor, edit).await? {
                return Ok(changed);
            }
            change::pause(attempt).await?;
            found = found.reload().await?.ok_or(PullRequestError::Gone)?;
        }
        Err(PullRequestError::Store(Error::Contended))
    }
}

enum Change {
    Title { before: String },
    Description { before: Option<String> },
}
