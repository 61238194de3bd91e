//! One repository: its settings as they were when it was found, and reads of its refs.

use crate::change::RepositoryChange;
use crate::error::Error;
use crate::keys;
use crate::rows::{self, ChangedRow, MetaRow};
use crate::stores::Store;
use domain::{Actor, BranchName, EventRepository, RefName, RepositoryId, RepositoryName};
use git::{ObjectId, Ref};
use ports::{Scan, SortRange, Version};
use std::sync::Arc;
use std::time::SystemTime;

const HEADS: &str = "refs/heads/";

/// A repository that was found. Cheap to clone.
#[derive(Clone)]
pub struct Repository {
    store: Store,
    id: RepositoryId,
    meta: Arc<MetaRow>,
    version: Version,
}

/// Some of a repository's branches, by name.
#[derive(Debug)]
pub struct BranchPage {
    /// Names without `refs/heads/`, and the commits they point to. A name that was pushed need not be a [`BranchName`].
    pub branches: Vec<(String, ObjectId)>,
    /// Where the next page begins; `None` when there are no more.
    pub next: Option<String>,
}

impl Repository {
    pub(crate) fn new(store: Store, id: RepositoryId, meta: MetaRow, version: Version) -> Self {
        Self { store, id, meta: Arc::new(meta), version }
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn meta(&self) -> &MetaRow {
        &self.meta
    }

    /// The version of the row that [`Repository::meta`] is of.
    pub(crate) fn version(&self) -> Version {
        self.version
    }

    /// How events name it.
    pub(crate) fn about(&self) -> EventRepository {
        EventRepository { id: self.id.clone(), name: self.meta.name.clone() }
    }

    /// Its id, which a rename does not change.
    pub fn id(&self) -> &RepositoryId {
        &self.id
    }

    /// Its name.
    pub fn name(&self) -> &RepositoryName {
        &self.meta.name
    }

    /// Its description, if it has one.
    pub fn description(&self) -> Option<&str> {
        self.meta.description.as_deref()
    }

    /// Its default branch; `None` before the first one. It exists as long as it is the default.
    pub fn default_branch(&self) -> Option<&BranchName> {
        self.meta.default_branch.as_ref()
    }

    /// The key it is encrypted with; `None` means the service's own.
    pub fn kms_key_id(&self) -> Option<&str> {
        self.meta.kms_key_id.as_deref()
    }

    /// When it was created, to the millisecond.
    pub fn created(&self) -> SystemTime {
        rows::time(self.meta.created)
    }

    /// When its name, description or default branch last changed, to the millisecond.
    pub fn settings_modified(&self) -> SystemTime {
        rows::time(self.meta.modified)
    }

    /// When its settings or its refs last changed (`lastModifiedDate` of the AWS API), to the millisecond (1 get).
    ///
    /// Changes of refs are noted in a row of their own, which every change overwrites without looking: in the settings'
    /// row, pushes to different branches would be in each other's way.
    pub async fn last_modified(&self) -> Result<SystemTime, Error> {
        let row = self.store.parts.table.get(&keys::changed(&self.id)).await?;
        let changed = row.map(|row| rows::decode::<ChangedRow>(&row)).transpose()?;
        Ok(rows::time(changed.map_or(0, |row| row.time).max(self.meta.modified)))
    }

    /// The refs whose full names begin with `prefix`, sorted by name (1 scan).
    pub async fn refs(&self, prefix: &str) -> Result<Vec<Ref>, Error> {
        if prefix.len() > RefName::MAX_BYTES {
            return Ok(Vec::new());
        }
        let range = SortRange::Prefix(format!("{}{prefix}", keys::REF));
        self.store.scan_all(keys::repository(&self.id), range, false).await?.iter().map(rows::git_ref).collect()
    }

    /// The ref with this full name, if there is one (1 get).
    pub async fn find_ref(&self, name: &RefName) -> Result<Option<Ref>, Error> {
        self.store.parts.table.get(&keys::reference(&self.id, name)).await?.as_ref().map(rows::git_ref).transpose()
    }

    /// Those of the commits that are merge commits made without a ref, which may be fetched by their ids (1 get each).
    pub async fn unreferenced_merges(&self, ids: &[ObjectId]) -> Result<Vec<ObjectId>, Error> {
        let mut found = Vec::new();
        for id in ids {
            if self.store.parts.table.get(&keys::unreferenced(&self.id, id)).await?.is_some() {
                found.push(*id);
            }
        }
        Ok(found)
    }

    /// At most `limit` branches behind the name `after`, sorted by name (1 scan).
    pub async fn list_branches(&self, after: Option<&str>, limit: usize) -> Result<BranchPage, Error> {
        let prefix = format!("{}{HEADS}", keys::REF);
        let scan = Scan {
            partition: keys::repository(&self.id),
            after: after.map(|name| format!("{prefix}{name}")),
            range: SortRange::Prefix(prefix.clone()),
            limit,
            reverse: false,
        };
        let page = self.store.parts.table.scan(&scan).await?;
        let mut branches = Vec::with_capacity(page.rows.len());
        for row in &page.rows {
            let Ref { name, target, .. } = rows::git_ref(row)?;
            branches.push((name.strip_prefix(HEADS).unwrap_or(&name).to_owned(), target));
        }
        let next = page.next.map(|sort| sort.strip_prefix(&prefix).unwrap_or_default().to_owned());
        Ok(BranchPage { branches, next })
    }

    /// Begins a change; nothing happens before it is committed.
    pub fn change(&self, actor: Actor) -> RepositoryChange {
        RepositoryChange::new(self.clone(), actor)
    }
}
