//! Changes to settings that have a row of their own, of a repository or of the account.

use crate::change::{ATTEMPTS, pause};
use crate::error::Error;
use crate::events::EventsOfChange;
use crate::keys;
use crate::rows::put;
use crate::stores::Store;
use domain::{Actor, EventKind, RepositoryId};
use ports::{CommitError, Expect, Key, SortRange, Version, Write};
use serde::Serialize;

/// How many settings of a kind a repository or the account may have.
pub(crate) struct Limit {
    /// What their sort keys begin with.
    pub(crate) prefix: &'static str,
    /// The sort key of the row that is put anew with each one that is made.
    pub(crate) guard: &'static str,
    /// How many there may be.
    pub(crate) most: usize,
}

/// `REPO#<id>` or `ACCOUNT` / `WEBHOOKS`, `WATCHES`: only its version says anything.
#[derive(Serialize)]
struct GuardRow {}

impl Store {
    /// Commits the write of a setting together with the event that tells of it. `None`: the row was not as the write expects.
    pub(crate) async fn commit_setting(
        &self,
        actor: &Actor,
        repository: Option<&RepositoryId>,
        write: Write,
        kind: EventKind,
    ) -> Result<Option<Version>, Error> {
        self.commit_settings(actor, repository, vec![write], kind).await
    }

    /// Commits the write of one more setting of a kind of which there may be only so many, together with the event that tells of it
    /// (1 get, 1 scan, 1 commit). `None`: there are as many already.
    ///
    /// Each time, the kind's guard is put anew, on condition that it is as it was before the others were counted. So of two that
    /// are made at the same time one counts again.
    pub(crate) async fn commit_one_more(
        &self,
        actor: &Actor,
        repository: Option<&RepositoryId>,
        limit: &Limit,
        write: &Write,
        kind: &EventKind,
    ) -> Result<Option<Version>, Error> {
        let guard = Key::new(keys::scope(repository), limit.guard);
        for attempt in 0..ATTEMPTS {
            let before = self.parts.table.get(&guard).await?;
            let range = SortRange::Prefix(limit.prefix.to_owned());
            if self.scan_all(keys::scope(repository), range, false).await?.len() >= limit.most {
                return Ok(None);
            }
            let expect = before.map_or(Expect::Absent, |row| Expect::Version(row.version));
            let writes = vec![write.clone(), put(guard.clone(), &GuardRow {}, expect)?];
            if let Some(version) = self.commit_settings(actor, repository, writes, kind.clone()).await? {
                return Ok(Some(version));
            }
            pause(attempt).await?;
        }
        Err(Error::Contended)
    }

    async fn commit_settings(
        &self,
        actor: &Actor,
        repository: Option<&RepositoryId>,
        mut writes: Vec<Write>,
        kind: EventKind,
    ) -> Result<Option<Version>, Error> {
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
