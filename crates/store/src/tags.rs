//! The resource tags of a repository.

use crate::amendment::Amendment;
use crate::error::Error;
use crate::keys;
use crate::repository::Repository;
use crate::rows::{self, TagsRow, put};
use domain::tags::MOST_TAGS;
use domain::{Actor, EventKind};
use ports::{Expect, Row};
use std::collections::{BTreeMap, BTreeSet};

/// Why tags were not set.
#[derive(Debug, thiserror::Error)]
pub enum SetTagsError {
    /// The repository would have more than [`MOST_TAGS`].
    #[error("the repository would have {0} tags, and at most {MOST_TAGS} are possible")]
    TooMany(usize),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
}

impl Repository {
    /// Its tags (1 get).
    pub async fn tags(&self) -> Result<BTreeMap<String, String>, Error> {
        Ok(self.read_tags().await?.1)
    }

    /// Sets tags, and leaves the others as they are.
    pub async fn set_tags(&self, actor: &Actor, tags: &BTreeMap<String, String>) -> Result<(), SetTagsError> {
        self.amend(actor, |repository| async move {
            let (row, before) = repository.read_tags().await?;
            let mut set = tags.clone();
            set.retain(|key, value| before.get(key) != Some(value));
            let mut after = before;
            after.extend(set.clone());
            if after.len() > MOST_TAGS {
                return Err(SetTagsError::TooMany(after.len()));
            }
            Ok(repository.tags_amendment(row, after, set, BTreeSet::new())?)
        })
        .await
    }

    /// Removes the tags of these keys, as far as they are there.
    pub async fn remove_tags(&self, actor: &Actor, keys: &BTreeSet<String>) -> Result<(), Error> {
        self.amend(actor, |repository| async move {
            let (row, mut tags) = repository.read_tags().await?;
            let removed: BTreeSet<String> = keys.iter().filter(|key| tags.remove(*key).is_some()).cloned().collect();
            repository.tags_amendment(row, tags, BTreeMap::new(), removed)
        })
        .await
    }

    async fn read_tags(&self) -> Result<(Option<Row>, BTreeMap<String, String>), Error> {
        let row = self.store().parts.table.get(&keys::tags(self.id())).await?;
        let tags = row.as_ref().map(rows::decode::<TagsRow>).transpose()?.unwrap_or_default().tags;
        Ok((row, tags))
    }

    fn tags_amendment(
        &self,
        row: Option<Row>,
        tags: BTreeMap<String, String>,
        set: BTreeMap<String, String>,
        removed: BTreeSet<String>,
    ) -> Result<Amendment<()>, Error> {
        if set.is_empty() && removed.is_empty() {
            return Ok(Amendment::none(()));
        }
        let expect = row.map_or(Expect::Absent, |row| Expect::Version(row.version));
        Ok(Amendment {
            writes: vec![put(keys::tags(self.id()), &TagsRow { tags }, expect)?],
            settings: None,
            events: vec![EventKind::RepositoryTagsChanged { set, removed }],
            outcome: (),
        })
    }
}
