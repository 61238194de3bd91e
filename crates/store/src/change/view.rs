//! The rows that one attempt at a change has looked at.

use crate::error::Error;
use crate::keys;
use crate::repository::Repository;
use crate::rows::{self, MetaRow};
use futures_util::future::try_join_all;
use ports::{Key, Row, Version};
use std::collections::{BTreeSet, HashMap};

/// Reads rows, each at most once.
///
/// The first attempt at a change is *trusting*: it takes the settings as they were when the repository was found, and takes
/// for granted that what is to be created is absent. That saves reads; if it is wrong, the commit conflicts, nothing has
/// happened, and the next attempt reads everything.
pub(super) struct View<'a> {
    pub(super) repository: &'a Repository,
    pub(super) trusting: bool,
    /// Whether pull requests are looked for that a moved branch merges.
    pub(super) merges_by_move: bool,
    rows: HashMap<Key, Option<Row>>,
}

impl<'a> View<'a> {
    pub(super) fn new(repository: &'a Repository, trusting: bool, merges_by_move: bool) -> Self {
        Self { repository, trusting, merges_by_move, rows: HashMap::new() }
    }

    /// The repository's settings and the version of their row.
    pub(super) async fn meta(&mut self) -> Result<(MetaRow, Version), Error> {
        if self.trusting {
            return Ok((self.repository.meta().clone(), self.repository.version()));
        }
        let row = self.get(keys::meta(self.repository.id())).await?.ok_or(Error::RepositoryGone)?;
        Ok((rows::decode(&row)?, row.version))
    }

    /// Reads rows at the same time, for [`View::get`] to return.
    pub(super) async fn load(&mut self, wanted: BTreeSet<Key>) -> Result<(), Error> {
        let table = &self.repository.store().parts.table;
        let missing: Vec<_> = wanted.into_iter().filter(|key| !self.rows.contains_key(key)).collect();
        let rows = try_join_all(missing.iter().map(|key| table.get(key))).await?;
        self.rows.extend(missing.into_iter().zip(rows));
        Ok(())
    }

    /// The row at `key`.
    pub(super) async fn get(&mut self, key: Key) -> Result<Option<Row>, Error> {
        if let Some(row) = self.rows.get(&key) {
            return Ok(row.clone());
        }
        let row = self.repository.store().parts.table.get(&key).await?;
        self.rows.insert(key, row.clone());
        Ok(row)
    }

    /// The row at `key`, which is taken to be absent while the view is trusting.
    pub(super) async fn get_unless_trusting(&mut self, key: Key) -> Result<Option<Row>, Error> {
        if self.trusting { Ok(None) } else { self.get(key).await }
    }
}
