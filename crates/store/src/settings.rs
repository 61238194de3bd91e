//! Changes to settings that have a row of their own, of a repository or of the account.

use crate::error::Error;
use crate::events::EventsOfChange;
use crate::keys;
use crate::stores::Store;
use domain::{Actor, EventKind, RepositoryId};
use ports::{CommitError, Expect, Version, Write};

impl Store {
    /// Commits the write of a setting together with the event that tells of it. `None`: the row was not as the write expects.
    pub(crate) async fn commit_setting(
        &self,
        actor: &Actor,
        repository: Option<&RepositoryId>,
        write: Write,
        kind: EventKind,
    ) -> Result<Option<Version>, Error> {
        let mut writes = vec![write];
        let about = match repository {
            None => None,
            Some(id) => {
                let repository = self.repository_by_id(id).await?.ok_or(Error::RepositoryGone)?;
                writes.push(Write::Check { key: keys::meta(id), expect: Expect::Present });
                Some(repository.about())
            }
        };
        writes.extend(EventsOfChange::new(self, actor)?.rows(about.as_ref(), vec![kind])?);
        match self.parts.table.commit(writes).await {
            Ok(version) => Ok(Some(version)),
            Err(CommitError::Conflict(_)) => Ok(None),
            Err(error) => Err(Error::of_commit(error)),
        }
    }
}
