//! What the tests of the store share: a store over memory, and things to put into it.

mod slow;
mod table;
mod yielding;

pub(crate) use slow::Slow;
pub(crate) use table::TestTable;
pub(crate) use yielding::Yielding;

use domain::{Actor, BranchName, RefName, RepositoryName};
use git::{ObjectId, PackId, PackRecord, StagedPack};
use ports::clock::ManualClock;
use ports::conformance::model::MemoryBlobs;
use ports::decorators::{Around, Decorated, Recorder};
use ports::{Blobs, Feed, Table};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};
use store::{Components, NewRepository, Repository, RepositoryChange, Store};

/// A store over memory, with handles to look behind it.
pub(crate) struct Fixture {
    pub(crate) store: Store,
    pub(crate) table: Arc<TestTable>,
    pub(crate) blobs: Arc<MemoryBlobs>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) scratch: tempfile::TempDir,
}

pub(crate) fn fixture() -> Fixture {
    fixture_around(Recorder::new())
}

/// A store whose table and blobs are both wrapped in `around`.
pub(crate) fn fixture_around(around: impl Around + Clone + 'static) -> Fixture {
    let clock = Arc::new(ManualClock::new(UNIX_EPOCH + Duration::from_millis(1_700_000_000_123)));
    let table = Arc::new(TestTable::new(clock.clone()));
    let blobs = Arc::new(MemoryBlobs::new());
    let scratch = tempfile::tempdir().unwrap();
    let store = Store::new(Components {
        table: Arc::new(Decorated::<dyn Table, _>::new(table.clone(), around.clone())),
        feed: Some(Arc::new(Decorated::<dyn Feed, _>::new(table.clone(), around.clone()))),
        blobs: Arc::new(Decorated::<dyn Blobs, _>::new(blobs.clone(), around)),
        clock: clock.clone(),
        scratch: scratch.path().to_owned(),
        block_size: 1024,
        block_cache_bytes: 1 << 20,
        object_cache_bytes: 1 << 20,
    });
    Fixture { store, table, blobs, clock, scratch }
}

impl Fixture {
    pub(crate) async fn repository(&self, name: &str) -> Repository {
        self.store.create_repository(&ana(), new(name)).await.unwrap()
    }

    pub(crate) async fn find(&self, name: &str) -> Option<Repository> {
        self.store.find_repository(&repository_name(name)).await.unwrap()
    }

    /// The names of all blobs.
    pub(crate) async fn blob_names(&self) -> Vec<String> {
        self.blobs.list("", None, 1000).await.unwrap().iter().map(ToString::to_string).collect()
    }

    /// A pack of arbitrary bytes; the store does not look inside.
    pub(crate) fn staged(&self, closed: bool) -> StagedPack {
        self.staged_with_bytes(closed, 5000, 3000, 1024)
    }

    /// A pack of arbitrary bytes, so many in each of its files.
    pub(crate) fn staged_with_bytes(
        &self,
        closed: bool,
        pack_bytes: u64,
        index_bytes: u64,
        graph_bytes: u64,
    ) -> StagedPack {
        let scratch = tempfile::tempdir_in(self.scratch.path()).unwrap();
        let path = |name: &str| scratch.path().join(name);
        let (pack, index, graph) = (path("pack"), path("idx"), path("graph"));
        for (path, length) in [(&pack, pack_bytes), (&index, index_bytes), (&graph, graph_bytes)] {
            let content: Vec<u8> = (0..length).map(|number| (number % 251) as u8).collect();
            std::fs::write(path, content).unwrap();
        }
        let mut id = [0; 16];
        getrandom::fill(&mut id).unwrap();
        let record = PackRecord { id: PackId(id), objects: 1, pack_bytes, index_bytes, graph_bytes, closed };
        StagedPack { pack, index, graph, record, roots: None, scratch }
    }
}

pub(crate) fn ana() -> Actor {
    Actor::new("arn:aws:iam::123456789012:user/ana")
}

pub(crate) fn repository_name(name: &str) -> RepositoryName {
    RepositoryName::parse(name).unwrap()
}

pub(crate) fn new(name: &str) -> NewRepository {
    NewRepository { name: repository_name(name), description: None, kms_key_id: None, tags: BTreeMap::new() }
}

pub(crate) fn branch(name: &str) -> BranchName {
    BranchName::parse(name).unwrap()
}

/// The ref of a branch.
pub(crate) fn head(name: &str) -> RefName {
    branch(name).full_name()
}

/// An object id that is easy to tell from others.
pub(crate) fn oid(number: u32) -> ObjectId {
    ObjectId::from_hex(format!("{number:040x}").as_bytes()).unwrap()
}

/// A change by ana.
pub(crate) fn change(repository: &Repository) -> RepositoryChange {
    repository.change(ana())
}

/// Creates branches that point to `oid(1)`, one after the other.
pub(crate) async fn create_branches(repository: &Repository, names: &[&str]) {
    for name in names {
        let mut change = change(repository);
        change.create_ref(head(name), oid(1), None);
        change.commit().await.unwrap();
    }
}

/// The full names of all refs.
pub(crate) async fn ref_names(repository: &Repository) -> Vec<String> {
    repository.refs("").await.unwrap().into_iter().map(|found| found.name).collect()
}
