//! The repositories of the account: creating, finding, listing, renaming, deleting.

use crate::error::Error;
use crate::events::EventsOfChange;
use crate::ref_protections::KeptProtections;
use crate::repository::Repository;
use crate::rows::{self, DeletedRow, MetaRow, NameRow, TagsRow, put};
use crate::stores::{Store, random};
use crate::{change, keys, pull_requests};
use domain::{Actor, EventKind, EventRepository, RepositoryId, RepositoryName};
use ports::table::MAX_WRITES_PER_COMMIT;
use ports::{BlobName, CommitError, Expect, Key, Row, Scan, SortRange, Write};
use std::collections::BTreeMap;
use std::time::SystemTime;

/// What a new repository is to be.
#[derive(Debug, Clone)]
pub struct NewRepository {
    /// Its name.
    pub name: RepositoryName,
    /// Its description.
    pub description: Option<String>,
    /// The key to encrypt it with; `None` means the service's own.
    pub kms_key_id: Option<String>,
    /// Its resource tags; at most 50 (AWS quota "tags per repository").
    pub tags: BTreeMap<String, String>,
}

/// Why a repository was not created.
#[derive(Debug, thiserror::Error)]
pub enum CreateRepositoryError {
    /// The name is taken.
    #[error("repository '{0}' exists already")]
    AlreadyExists(RepositoryName),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
}

/// Why a repository was not renamed.
#[derive(Debug, thiserror::Error)]
pub enum RenameRepositoryError {
    /// There is no repository of the old name.
    #[error("repository '{0}' does not exist")]
    Missing(RepositoryName),
    /// The new name is taken.
    #[error("repository '{0}' exists already")]
    AlreadyExists(RepositoryName),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
}

/// Some of the account's repositories, by name.
#[derive(Debug)]
pub struct RepositoryPage {
    /// Names and ids.
    pub repositories: Vec<(RepositoryName, RepositoryId)>,
    /// Where the next page begins; `None` when there are no more.
    pub next: Option<RepositoryName>,
}

impl Store {
    /// Creates an empty repository without branches.
    pub async fn create_repository(
        &self,
        actor: &Actor,
        new: NewRepository,
    ) -> Result<Repository, CreateRepositoryError> {
        let id = RepositoryId::from_random(random()?);
        let now = self.now();
        let meta = MetaRow {
            name: new.name.clone(),
            description: new.description,
            default_branch: None,
            kms_key_id: new.kms_key_id,
            created: now,
            modified: now,
            unreachable: false,
            protections: KeptProtections::default(),
        };
        let mut writes = vec![
            put(keys::name(&new.name), &NameRow { id: id.clone() }, Expect::Absent)?,
            put(keys::meta(&id), &meta, Expect::Absent)?,
        ];
        if !new.tags.is_empty() {
            writes.push(put(keys::tags(&id), &TagsRow { tags: new.tags }, Expect::Absent)?);
        }
        let about = EventRepository { id: id.clone(), name: new.name.clone() };
        writes.extend(EventsOfChange::new(self, actor)?.rows(Some(&about), vec![EventKind::RepositoryCreated {}])?);
        match self.parts.table.commit(writes).await {
            Ok(version) => Ok(Repository::new(self.clone(), id, meta, version)),
            Err(CommitError::Conflict(_)) => Err(CreateRepositoryError::AlreadyExists(new.name)),
            Err(error) => Err(Error::of_commit(error).into()),
        }
    }

    /// The repository of this name, if there is one (2 gets).
    pub async fn find_repository(&self, name: &RepositoryName) -> Result<Option<Repository>, Error> {
        Ok(self.find_named(name).await?.map(|(_, repository)| repository))
    }

    /// The row of the name, and the repository it leads to.
    async fn find_named(&self, name: &RepositoryName) -> Result<Option<(Row, Repository)>, Error> {
        let Some(row) = self.parts.table.get(&keys::name(name)).await? else {
            return Ok(None);
        };
        let NameRow { id } = rows::decode(&row)?;
        let repository = self.repository_by_id(&id).await?;
        // Between the two reads it may have been deleted or renamed; then the name leads nowhere.
        Ok(repository.filter(|repository| repository.name() == name).map(|repository| (row, repository)))
    }

    /// At most `limit` repositories behind the name `after`, in the order of their names (1 scan).
    pub async fn list_repositories(
        &self,
        after: Option<&RepositoryName>,
        limit: usize,
    ) -> Result<RepositoryPage, Error> {
        let page = self
            .parts
            .table
            .scan(&Scan {
                partition: keys::ACCOUNT.to_owned(),
                range: SortRange::Prefix(keys::NAME.to_owned()),
                after: after.map(|name| keys::name(name).sort),
                limit,
                reverse: false,
            })
            .await?;
        let mut repositories = Vec::with_capacity(page.rows.len());
        for row in &page.rows {
            let NameRow { id } = rows::decode(row)?;
            repositories.push((name_of(&row.key)?, id));
        }
        let next = page.next.map(|sort| name_of(&Key::new(keys::ACCOUNT, sort))).transpose()?;
        Ok(RepositoryPage { repositories, next })
    }

    /// Deletes a repository: from now on nobody finds it, and changes to it fail. Returns its id, or `None` when there was
    /// none. What it consists of is left for [`Store::sweep_deleted_repository`].
    pub async fn delete_repository(&self, actor: &Actor, name: &RepositoryName) -> Result<Option<RepositoryId>, Error> {
        let events = EventsOfChange::new(self, actor)?;
        for attempt in 0..change::ATTEMPTS {
            let Some((row, repository)) = self.find_named(name).await? else {
                return Ok(None);
            };
            let id = repository.id().clone();
            let mut writes = vec![
                Write::Delete { key: row.key, expect: Expect::Version(row.version) },
                Write::Delete { key: keys::meta(&id), expect: Expect::Version(repository.version()) },
                put(keys::deleted(&id), &DeletedRow { deleted: events.time() }, Expect::Absent)?,
            ];
            writes.extend(repository.move_associations(None).await?);
            writes.extend(events.rows(Some(&repository.about()), vec![EventKind::RepositoryDeleted {}])?);
            match self.parts.table.commit(writes).await {
                Ok(_) => return Ok(Some(id)),
                Err(CommitError::Conflict(_)) => change::pause(attempt).await?,
                Err(error) => return Err(Error::of_commit(error)),
            }
        }
        Err(Error::Contended)
    }

    /// Gives a repository another name. Its id, and everything it holds, stays.
    pub async fn rename_repository(
        &self,
        actor: &Actor,
        from: &RepositoryName,
        to: &RepositoryName,
    ) -> Result<Repository, RenameRepositoryError> {
        let events = EventsOfChange::new(self, actor)?;
        for attempt in 0..change::ATTEMPTS {
            let Some((row, repository)) = self.find_named(from).await? else {
                return Err(RenameRepositoryError::Missing(from.clone()));
            };
            if self.parts.table.get(&keys::name(to)).await.map_err(Error::from)?.is_some() {
                return Err(RenameRepositoryError::AlreadyExists(to.clone()));
            }
            let id = repository.id();
            let meta = MetaRow { name: to.clone(), modified: self.now(), ..repository.meta().clone() };
            let about = EventRepository { id: id.clone(), name: to.clone() };
            let mut writes = vec![
                Write::Delete { key: row.key, expect: Expect::Version(row.version) },
                put(keys::name(to), &NameRow { id: id.clone() }, Expect::Absent)?,
                put(keys::meta(id), &meta, Expect::Version(repository.version()))?,
            ];
            writes.extend(repository.move_associations(Some(to)).await?);
            let renamed = EventKind::RepositoryRenamed { previous_name: from.clone() };
            writes.extend(events.rows(Some(&about), vec![renamed])?);
            match self.parts.table.commit(writes).await {
                Ok(version) => return Ok(Repository::new(self.clone(), id.clone(), meta, version)),
                Err(CommitError::Conflict(_)) => change::pause(attempt).await?,
                Err(error) => return Err(Error::of_commit(error).into()),
            }
        }
        Err(Error::Contended.into())
    }

    /// Removes the rows and blobs that a deleted repository left behind. Goes on where an earlier call was interrupted, and
    /// does nothing when there is nothing left. A repository that was not deleted is refused ([`Error::NotDeleted`]).
    ///
    /// A push that was under way when the repository was deleted may still store files after the sweep.
    pub async fn sweep_deleted_repository(&self, id: &RepositoryId) -> Result<(), Error> {
        if self.repository_by_id(id).await?.is_some() {
            return Err(Error::NotDeleted);
        }
        self.sweep_pull_requests(id).await?;
        self.sweep_rows(keys::repository(id)).await?;
        self.sweep_blobs(id).await?;
        let swept = Write::Delete { key: keys::deleted(id), expect: Expect::Anything };
        self.parts.table.commit(vec![swept]).await.map_err(Error::of_commit)?;
        Ok(())
    }

    /// The repositories that were deleted and are yet to be swept, with the time of their deletion.
    pub async fn deleted_repositories(&self) -> Result<Vec<(RepositoryId, SystemTime)>, Error> {
        let range = SortRange::Prefix(keys::DELETED.to_owned());
        let rows = self.scan_all(keys::ACCOUNT.to_owned(), range, false).await?;
        let deleted = rows.iter().map(|row| {
            let id = RepositoryId::parse(rows::behind(keys::DELETED, &row.key)?);
            let id = id.map_err(|error| rows::damaged(&row.key, error))?;
            let DeletedRow { deleted } = rows::decode(row)?;
            Ok((id, rows::time(deleted)))
        });
        deleted.collect()
    }

    /// The pull requests are found by rows of the repository, so that they go first.
    async fn sweep_pull_requests(&self, id: &RepositoryId) -> Result<(), Error> {
        let range = SortRange::Prefix(keys::PULL_REQUEST.to_owned());
        for row in self.scan_all(keys::repository(id), range, false).await? {
            let pull_request = pull_requests::id_of(keys::PULL_REQUEST, &row.key)?;
            self.sweep_rows(keys::pull_request_partition(pull_request)).await?;
        }
        Ok(())
    }

    async fn sweep_rows(&self, partition: String) -> Result<(), Error> {
        // A comment is deleted together with what leads to it.
        let limit = MAX_WRITES_PER_COMMIT / 2;
        let mut scan = Scan { partition, range: SortRange::All, after: None, limit, reverse: false };
        loop {
            let page = self.parts.table.scan(&scan).await?;
            let places: Vec<Key> = page.rows.iter().filter_map(|row| keys::place_of_comment(&row.key)).collect();
            let keys = page.rows.into_iter().map(|row| row.key).chain(places);
            let deletes: Vec<_> = keys.map(|key| Write::Delete { key, expect: Expect::Anything }).collect();
            if !deletes.is_empty() {
                self.parts.table.commit(deletes).await.map_err(Error::of_commit)?;
            }
            if page.next.is_none() {
                return Ok(());
            }
            scan.after = page.next;
        }
    }

    async fn sweep_blobs(&self, id: &RepositoryId) -> Result<(), Error> {
        const PAGE: usize = 100;
        let mut after: Option<BlobName> = None;
        loop {
            let names = self.parts.blobs.list(&keys::pack_files(id), after.as_ref(), PAGE).await?;
            for name in &names {
                self.parts.blobs.delete(name).await?;
            }
            if names.len() < PAGE {
                return Ok(());
            }
            after = names.last().cloned();
        }
    }
}

fn name_of(key: &Key) -> Result<RepositoryName, Error> {
    RepositoryName::parse(rows::behind(keys::NAME, key)?).map_err(|error| rows::damaged(key, error))
}
