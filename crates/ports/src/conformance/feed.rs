//! The suite for the port [`Feed`].

#![expect(clippy::expect_used, reason = "a suite reports a broken promise as every test does")]

use super::fresh_name;
use super::table::{TableFixture, all_pages, check, commit, conflict, delete, far_future, get, histories, put, scan};
use crate::{Change, Expect, Feed, Key, Row, Sequence, SortRange, Table, TableError, Version, Write};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// A table under test whose feed can be asked.
pub trait FeedFixture: TableFixture {
    /// The feed of the table's changes.
    fn feed(&self) -> Arc<dyn Feed>;
}

impl<T: Table + Feed + 'static> FeedFixture for Arc<T> {
    fn feed(&self) -> Arc<dyn Feed> {
        Self::clone(self)
    }
}

/// A feed may be late, but not later than this. Guards against waiting for ever; adapters that are never late never wait.
const PATIENCE: Duration = Duration::from_secs(60);

/// The feed behind `after`, up to and with the change that `is_last` recognises. Other cases' partitions are left out.
pub(super) async fn feed_until(
    feed: &dyn Feed,
    partition: &str,
    after: Option<Sequence>,
    limit: usize,
    is_last: impl Fn(&Change) -> bool,
) -> Vec<Change> {
    let began = Instant::now();
    let mut at = after;
    let mut found = Vec::new();
    loop {
        let changes = feed.changes(at, limit).await.expect("the feed is readable");
        assert!(changes.len() <= limit, "{} changes at a limit of {limit}", changes.len());
        if changes.is_empty() {
            assert!(began.elapsed() < PATIENCE, "the change that ends the case never came; there were {found:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        for change in changes {
            assert!(at < Some(change.sequence), "sequence numbers go up: {:?} after {at:?}", change.sequence);
            at = Some(change.sequence);
            if change.key.partition == partition {
                found.push(change);
            }
            if found.last().is_some_and(&is_last) {
                return found;
            }
        }
    }
}

/// What became of each row, in the order of the feed.
fn by_key(changes: &[Change]) -> BTreeMap<&str, Vec<Option<Row>>> {
    let mut histories: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for change in changes {
        let states = histories.entry(change.key.sort.as_str()).or_default();
        // "At least once" lets a change come again; then it is the same state again.
        if states.last() != Some(&change.row) {
            states.push(change.row.clone());
        }
    }
    histories
}

/// Some commits on a few rows, ended by one on the row `end`; returns what the feed must say of each row.
async fn some_history(table: &dyn Table, partition: &str) -> BTreeMap<&'static str, Vec<Option<Row>>> {
    let mut wanted: BTreeMap<&'static str, Vec<Option<Row>>> = BTreeMap::new();
    for round in 0..6 {
        let text = format!("round {round}");
        let row = |sort: &str, version: Version, expires_at| {
            Some(Row { key: Key::new(partition, sort), version, body: text.clone().into(), expires_at })
        };
        let [always, sometimes, ending] = ["always", "sometimes", "ending"].map(|sort| Key::new(partition, sort));
        let expires_at = Some(far_future());
        let mut writes = vec![
            put(&always, text.clone(), Expect::Anything),
            Write::Put { key: ending, body: text.clone().into(), expires_at, expect: Expect::Anything },
        ];
        let removes = round % 2 == 1;
        writes.push(if removes {
            delete(&sometimes, Expect::Present)
        } else {
            put(&sometimes, text.clone(), Expect::Absent)
        });
        let version = commit(table, writes).await;
        wanted.entry("always").or_default().push(row("always", version, None));
        wanted.entry("ending").or_default().push(row("ending", version, expires_at));
        wanted.entry("sometimes").or_default().push(if removes { None } else { row("sometimes", version, None) });
    }
    let end = Key::new(partition, "end");
    let version = commit(table, vec![put(&end, "end", Expect::Absent)]).await;
    wanted.insert("end", vec![Some(Row { key: end, version, body: "end".into(), expires_at: None })]);
    wanted
}

fn is_end(change: &Change) -> bool {
    change.key.sort == "end"
}

/// Each put and delete, with the row as it was left, in commit order for each row, whatever the limit.
pub async fn the_feed_tells_every_change_in_order(fixture: impl FeedFixture) {
    let table = fixture.table();
    let table = table.as_ref();
    let partition = fresh_name("feed");
    let wanted = some_history(table, &partition).await;
    for limit in [1, 2, 7, 1000] {
        let changes = feed_until(fixture.feed().as_ref(), &partition, None, limit, is_end).await;
        assert_eq!(by_key(&changes), wanted, "limit {limit}");
    }
}

/// Reading on behind a sequence number gives the rest, and the same rest each time.
pub async fn the_feed_goes_on_behind_any_sequence(fixture: impl FeedFixture) {
    let table = fixture.table();
    let table = table.as_ref();
    let partition = fresh_name("resume");
    some_history(table, &partition).await;
    let changes = feed_until(fixture.feed().as_ref(), &partition, None, 1000, is_end).await;
    for (index, change) in changes.iter().enumerate().rev().skip(1) {
        let rest = feed_until(fixture.feed().as_ref(), &partition, Some(change.sequence), 3, is_end).await;
        assert_eq!(rest, changes[index + 1..], "behind {:?}", change.sequence);
    }
}

/// Conflicts, refused calls and checks leave no trace.
pub async fn what_did_not_happen_is_not_in_the_feed(fixture: impl FeedFixture) {
    let table = fixture.table();
    let table = table.as_ref();
    let partition = fresh_name("silence");
    let [row, other, end] = ["row", "other", "end"].map(|sort| Key::new(&partition, sort));
    let version = commit(table, vec![put(&row, "once", Expect::Absent)]).await;
    conflict(table, vec![put(&other, "never", Expect::Anything), put(&row, "never", Expect::Absent)]).await;
    commit(table, vec![check(&row, Expect::Version(version)), check(&other, Expect::Absent)]).await;
    let twice = table.commit(vec![put(&row, "never", Expect::Present), put(&row, "never", Expect::Present)]).await;
    assert!(twice.is_err(), "a key twice");
    commit(table, vec![put(&end, "", Expect::Absent), check(&row, Expect::Version(version))]).await;
    let changes = feed_until(fixture.feed().as_ref(), &partition, None, 1000, is_end).await;
    let histories = by_key(&changes);
    assert_eq!(histories.keys().collect::<Vec<_>>(), [&"end", &"row"]);
    assert_eq!(histories["row"], [Some(Row { key: row, version, body: "once".into(), expires_at: None })]);
}

/// Commits that race all show up, each row's changes in the order they happened.
pub async fn concurrent_commits_are_all_in_the_feed(fixture: impl FeedFixture) {
    const WRITERS: usize = 16;
    const ROUNDS: usize = 8;
    let table = fixture.table();
    let partition = fresh_name("racing");
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let (table, partition) = (Arc::clone(&table), partition.clone());
        writers.spawn(async move {
            let key = Key::new(partition, format!("{writer:02}"));
            for round in 0..ROUNDS {
                commit(table.as_ref(), vec![put(&key, round.to_string(), Expect::Anything)]).await;
            }
        });
    }
    while let Some(done) = writers.join_next().await {
        done.expect("a writer ends");
    }
    commit(table.as_ref(), vec![put(&Key::new(&partition, "end"), "", Expect::Absent)]).await;
    let changes = feed_until(fixture.feed().as_ref(), &partition, None, 10, is_end).await;
    let histories = by_key(&changes);
    assert_eq!(histories.len(), WRITERS + 1);
    let rounds: Vec<_> = (0..ROUNDS).map(|round| Bytes::from(round.to_string())).collect();
    for (_, states) in histories.iter().filter(|(sort, _)| **sort != "end") {
        let bodies: Vec<_> = states.iter().flatten().map(|row| row.body.clone()).collect();
        assert_eq!(bodies, rounds);
    }
}

/// Asking for no changes is a mistake.
pub async fn a_feed_limit_of_zero_is_refused(fixture: impl FeedFixture) {
    let answer = fixture.feed().changes(None, 0).await;
    assert!(matches!(answer, Err(TableError::Invalid(_))), "{answer:?}");
}

/// Random commits in the table and in the model in memory at once: both feeds tell the same.
pub async fn feeds_of_random_histories_agree_with_the_model(fixture: impl FeedFixture) {
    histories::play(&fixture, Some(fixture.feed())).await;
}

/// Rows, versions and the feed are the same after a restart; new versions and sequence numbers are new.
pub async fn rows_and_feed_survive_a_restart(mut fixture: impl FeedFixture) {
    let partition = fresh_name("restart");
    let (rows, changes) = {
        let table = fixture.table();
        some_history(table.as_ref(), &partition).await;
        let changes = feed_until(fixture.feed().as_ref(), &partition, None, 1000, is_end).await;
        (all_pages(table.as_ref(), scan(&partition, SortRange::All)).await, changes)
    };
    assert_eq!(rows.len(), 3, "always, end and ending are left");
    if !fixture.reopen().await {
        return;
    }
    let (table, feed) = (fixture.table(), fixture.feed());
    let (table, feed) = (table.as_ref(), feed.as_ref());
    assert_eq!(all_pages(table, scan(&partition, SortRange::All)).await, rows);
    let middle = changes.len() / 2;
    let rest = feed_until(feed, &partition, Some(changes[middle].sequence), 2, is_end).await;
    assert_eq!(rest, changes[middle + 1..]);

    let key = Key::new(&partition, "sometimes");
    let old: Vec<Version> = changes.iter().filter_map(|change| change.row.as_ref()).map(|row| row.version).collect();
    let version = commit(table, vec![put(&key, "again", Expect::Absent)]).await;
    assert!(!old.contains(&version), "{version:?} was used before the restart");
    for version in old.into_iter().take(3) {
        assert_eq!(conflict(table, vec![check(&key, Expect::Version(version))]).await, std::slice::from_ref(&key));
    }
    let last = changes.last().map(|change| change.sequence);
    let news = feed_until(feed, &partition, last, 1000, |change| change.key.sort == "sometimes").await;
    assert_eq!(news.len(), 1);
    assert_eq!(news[0].row, get(table, &key).await);
}
