//! Random histories: the table and the model in memory answer alike.

#![expect(clippy::expect_used, clippy::panic, reason = "a suite reports a broken promise as every test does")]

use super::{TableFixture, all_pages, commit, far_future, long_past, put};
use crate::conformance::feed::feed_until;
use crate::conformance::fresh_name;
use crate::conformance::model::MemoryTable;
use crate::{CommitError, Expect, Feed, Key, Row, Scan, SortRange, Table, Version, Write};
use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::test_runner::{Config, TestRunner};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::SystemTime;
use tokio::runtime::Handle;

const SORTS: [&str; 7] = ["a", "a/b", "a-b", "b", "é", "\u{ffff}", "🦀"];

/// A step of a history, in words that mean the same to both tables.
#[derive(Debug, Clone)]
enum Step {
    Commit(BTreeMap<usize, (Change, Presumption)>),
    Get(usize),
    Scan { range: SortRange, after: Option<usize>, limit: usize, reverse: bool },
}

#[derive(Debug, Clone)]
enum Change {
    Put { body: u8, expires_at: Option<SystemTime> },
    Delete,
    Check,
}

#[derive(Debug, Clone, Copy)]
enum Presumption {
    Anything,
    Absent,
    Present,
    /// The version of the commit so many successful commits ago.
    VersionOf(usize),
    /// The version that the row has now, if it is there.
    Current,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let expires_at = prop_oneof![6 => Just(None), 1 => Just(Some(long_past())), 1 => Just(Some(far_future()))];
    let change = prop_oneof![
        4 => (any::<u8>(), expires_at).prop_map(|(body, expires_at)| Change::Put { body, expires_at }),
        2 => Just(Change::Delete),
        1 => Just(Change::Check),
    ];
    let presumption = prop_oneof![
        3 => Just(Presumption::Anything),
        2 => Just(Presumption::Absent),
        2 => Just(Presumption::Present),
        1 => (0..4usize).prop_map(Presumption::VersionOf),
        3 => Just(Presumption::Current),
    ];
    let sort = 0..SORTS.len();
    let range = prop_oneof![
        Just(SortRange::All),
        sort.clone().prop_map(|sort| SortRange::Prefix(SORTS[sort].to_owned())),
        (sort.clone(), sort.clone())
            .prop_map(|(a, b)| SortRange::Between { first: SORTS[a].to_owned(), last: SORTS[b].to_owned() }),
    ];
    let after = prop_oneof![Just(None), sort.clone().prop_map(Some)];
    let step = prop_oneof![
        4 => proptest::collection::btree_map(sort.clone(), (change, presumption), 1..4).prop_map(Step::Commit),
        1 => sort.prop_map(Step::Get),
        2 => (range, after, 1..4usize, any::<bool>())
            .prop_map(|(range, after, limit, reverse)| Step::Scan { range, after, limit, reverse }),
    ];
    vec(step, 1..30)
}

/// Random commits, reads and scans on a few rows, in the table and in [`MemoryTable`] at once: the same commits succeed,
/// the same rows conflict, the same rows are read.
pub async fn random_histories_agree_with_the_model(fixture: impl TableFixture) {
    play(&fixture, None).await;
}

/// Plays random histories in the table and in the model, and compares their feeds too when there is one.
pub(in crate::conformance) async fn play(fixture: &impl TableFixture, feed: Option<Arc<dyn Feed>>) {
    let (table, cases) = (fixture.table(), fixture.histories());
    let runtime = Handle::current();
    let run = move || {
        let config = Config { cases, failure_persistence: None, max_shrink_iters: 400, ..Config::default() };
        let outcome = TestRunner::new(config).run(&steps(), |steps| {
            runtime.block_on(Comparison::new(Arc::clone(&table), feed.clone()).play(&steps));
            Ok(())
        });
        if let Err(failure) = outcome {
            panic!("{failure}");
        }
    };
    tokio::task::spawn_blocking(run).await.expect("the histories agree");
}

/// One history played on both tables.
struct Comparison {
    partition: String,
    table: Arc<dyn Table>,
    feed: Option<Arc<dyn Feed>>,
    model: MemoryTable,
    /// The version of each successful commit in the table and in the model.
    versions: Vec<(Version, Version)>,
    to_model: HashMap<Version, Version>,
}

impl Comparison {
    fn new(table: Arc<dyn Table>, feed: Option<Arc<dyn Feed>>) -> Self {
        let partition = fresh_name("history");
        Self { partition, table, feed, model: MemoryTable::new(), versions: Vec::new(), to_model: HashMap::new() }
    }

    async fn play(mut self, steps: &[Step]) {
        for step in steps {
            match step {
                Step::Commit(writes) => self.commit(writes).await,
                Step::Get(sort) => {
                    let key = self.key(*sort);
                    let found = self.table.get(&key).await.expect("the read succeeds");
                    let wanted = self.model.get(&key).await.expect("the model answers");
                    assert_eq!(found.map(|row| self.translate(row)), wanted);
                }
                Step::Scan { range, after, limit, reverse } => {
                    let scan = Scan {
                        partition: self.partition.clone(),
                        range: range.clone(),
                        after: after.map(|sort| SORTS[sort].to_owned()),
                        limit: *limit,
                        reverse: *reverse,
                    };
                    let found = all_pages(self.table.as_ref(), scan.clone()).await;
                    let found: Vec<_> = found.into_iter().map(|row| self.translate(row)).collect();
                    assert_eq!(found, all_pages(&self.model, scan).await);
                }
            }
        }
        if let Some(feed) = &self.feed {
            self.compare_feeds(feed.as_ref()).await;
        }
    }

    async fn commit(&mut self, writes: &BTreeMap<usize, (Change, Presumption)>) {
        let mut for_table = Vec::new();
        let mut for_model = Vec::new();
        for (&sort, (change, presumption)) in writes {
            let key = self.key(sort);
            let (in_table, in_model) = self.expectations(&key, *presumption).await;
            for_table.push(write(key.clone(), change, in_table));
            for_model.push(write(key, change, in_model));
        }
        match (self.table.commit(for_table).await, self.model.commit(for_model).await) {
            (Ok(found), Ok(wanted)) => {
                self.versions.push((found, wanted));
                self.to_model.insert(found, wanted);
            }
            (Err(CommitError::Conflict(found)), Err(CommitError::Conflict(wanted))) => assert_eq!(found, wanted),
            (found, wanted) => panic!("the table answers {found:?}, the model {wanted:?}"),
        }
    }

    async fn expectations(&self, key: &Key, presumption: Presumption) -> (Expect, Expect) {
        let both = |expect| (expect, expect);
        let never = Version(u64::MAX);
        let (found, wanted) = match presumption {
            Presumption::Anything => return both(Expect::Anything),
            Presumption::Absent => return both(Expect::Absent),
            Presumption::Present => return both(Expect::Present),
            Presumption::VersionOf(ago) => self.versions.iter().rev().nth(ago).copied().unwrap_or((never, never)),
            Presumption::Current => {
                let found = self.table.get(key).await.expect("the read succeeds").map_or(never, |row| row.version);
                let wanted = self.model.get(key).await.expect("the model answers").map_or(never, |row| row.version);
                (found, wanted)
            }
        };
        (Expect::Version(found), Expect::Version(wanted))
    }

    async fn compare_feeds(&self, feed: &dyn Feed) {
        let end = Key::new(&self.partition, "end");
        let found = commit(self.table.as_ref(), vec![put(&end, "", Expect::Absent)]).await;
        let wanted = commit(&self.model, vec![put(&end, "", Expect::Absent)]).await;
        let is_end = |change: &crate::Change| change.key == end;
        let in_table = feed_until(feed, &self.partition, None, 500, is_end).await;
        let in_model = feed_until(&self.model, &self.partition, None, 500, is_end).await;
        assert_eq!((in_table.last().and_then(|change| change.row.as_ref()).map(|row| row.version)), Some(found));
        assert_eq!((in_model.last().and_then(|change| change.row.as_ref()).map(|row| row.version)), Some(wanted));
        for sort in SORTS {
            let found: Vec<_> =
                states_of(sort, &in_table).into_iter().map(|row| row.map(|row| self.translate(row))).collect();
            assert_eq!(found, states_of(sort, &in_model), "the feed of {sort}");
        }
    }

    /// A row of the table with the version that the model gave the same commit.
    fn translate(&self, row: Row) -> Row {
        let version = *self.to_model.get(&row.version).expect("the version is of a commit that succeeded");
        Row { version, ..row }
    }

    fn key(&self, sort: usize) -> Key {
        Key::new(&self.partition, SORTS[sort])
    }
}

/// What the feed says of a row, without what it may also leave out: repeats, and the deletion of what was not there.
fn states_of(sort: &str, changes: &[crate::Change]) -> Vec<Option<Row>> {
    let mut states: Vec<Option<Row>> = Vec::new();
    for change in changes.iter().filter(|change| change.key.sort == sort) {
        let before = states.last().and_then(Option::as_ref);
        let was_there = before.is_some_and(|row| row.expires_at != Some(long_past()));
        let is_repeat = states.last() == Some(&change.row);
        if !is_repeat && (change.row.is_some() || was_there) {
            states.push(change.row.clone());
        }
    }
    states
}

fn write(key: Key, change: &Change, expect: Expect) -> Write {
    match change {
        Change::Put { body, expires_at } => {
            Write::Put { key, body: Bytes::from(vec![*body]), expires_at: *expires_at, expect }
        }
        Change::Delete => Write::Delete { key, expect },
        Change::Check => Write::Check { key, expect },
    }
}
