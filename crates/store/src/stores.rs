//! The store as a whole: what it is made of, and the reads that its parts share.

use crate::credentials::Credentials;
use crate::error::Error;
use crate::packs::PackCache;
use crate::repository::Repository;
use crate::rows::{self, MetaRow};
use crate::{keys, rows::Millis};
use domain::{EventId, PushId, RepositoryId, UniqueId, UniqueIdKind};
use git::odb::ObjectCache;
use ports::clock::Clock;
use ports::{Blobs, Feed, Page, Row, Scan, SortRange, Table};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

/// What the store acts through.
pub struct Components {
    /// Keeps the rows.
    pub table: Arc<dyn Table>,
    /// Tells what changed in the table, where it can be asked; without it there is no [`Store::event_feed`].
    pub feed: Option<Arc<dyn Feed>>,
    /// Keeps the packs.
    pub blobs: Arc<dyn Blobs>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// A local directory for files that are worked on; on the same file system as the blobs where these are files.
    pub scratch: PathBuf,
    /// The size of the blocks in which packs are looked at, in bytes; a power of two. Several of them are read at once.
    pub block_size: usize,
    /// How many bytes of packs to keep in memory as they are stored.
    pub block_cache_bytes: u64,
    /// How many bytes of decoded objects to keep in memory.
    pub object_cache_bytes: u64,
}

/// The door to everything that is stored. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pub(crate) parts: Arc<Parts>,
}

pub(crate) struct Parts {
    pub(crate) table: Arc<dyn Table>,
    pub(crate) feed: Option<Arc<dyn Feed>>,
    pub(crate) blobs: Arc<dyn Blobs>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) blocks: Arc<PackCache>,
    pub(crate) objects: Arc<ObjectCache>,
    scratch: PathBuf,
}

impl Store {
    /// A store over these components; reads nothing yet.
    pub fn new(components: Components) -> Self {
        let Components { table, feed, blobs, clock, scratch, block_size, block_cache_bytes, object_cache_bytes } =
            components;
        let blocks = Arc::new(PackCache::new(block_size, block_cache_bytes));
        let objects = Arc::new(ObjectCache::new(object_cache_bytes));
        Self { parts: Arc::new(Parts { table, feed, blobs, clock, blocks, objects, scratch }) }
    }

    /// The local directory for files that are worked on.
    pub fn scratch(&self) -> &Path {
        &self.parts.scratch
    }

    /// The store of credentials.
    pub fn credentials(&self) -> Credentials {
        Credentials::new(self.parts.table.clone())
    }

    /// The time in whole milliseconds, as rows keep it.
    pub(crate) fn now(&self) -> Millis {
        rows::millis(self.parts.clock.now())
    }

    /// The repository with this id, if there is one (1 get).
    pub(crate) async fn repository_by_id(&self, id: &RepositoryId) -> Result<Option<Repository>, Error> {
        let Some(row) = self.parts.table.get(&keys::meta(id)).await? else {
            return Ok(None);
        };
        let meta: MetaRow = rows::decode(&row)?;
        Ok(Some(Repository::new(self.clone(), id.clone(), meta, row.version)))
    }

    /// All rows of a range of a partition, page after page.
    pub(crate) async fn scan_all(&self, partition: String, range: SortRange, reverse: bool) -> Result<Vec<Row>, Error> {
        let mut scan = Scan { partition, range, after: None, limit: LARGEST_PAGE, reverse };
        let Page { mut rows, mut next } = self.parts.table.scan(&scan).await?;
        while next.is_some() {
            scan.after = next;
            let page = self.parts.table.scan(&scan).await?;
            rows.extend(page.rows);
            next = page.next;
        }
        Ok(rows)
    }
}

/// How many rows to ask for when all are wanted: as many as the table gives in one page.
const LARGEST_PAGE: usize = 100_000;

/// A fresh unique id.
pub fn unique_id(kind: UniqueIdKind) -> Result<UniqueId, Error> {
    Ok(UniqueId::from_random(kind, random()?))
}

/// A fresh id for what happens at this time.
pub fn event_id(time: SystemTime) -> Result<EventId, Error> {
    Ok(EventId::new(time, random()?))
}

/// A fresh name for a push.
pub fn push_id() -> Result<PushId, Error> {
    Ok(PushId::from_random(random()?))
}

/// Random bytes for ids.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}
