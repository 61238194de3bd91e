//! Old changes and expired rows go away, in small steps and never too early.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use embedded::EmbeddedTable;
use ports::clock::{Clock as _, ManualClock};
use ports::{CommitError, Expect, Feed as _, Key, Scan, SortRange, Table, Write};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tempfile::TempDir;

const HOUR: Duration = Duration::from_secs(60 * 60);

fn start() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

fn table() -> (TempDir, EmbeddedTable, Arc<ManualClock>) {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::new(start()));
    let shared = Arc::clone(&clock);
    let table = EmbeddedTable::open(folder.path().join("table.redb"), shared).unwrap();
    (folder, table, clock)
}

fn put(sort: String, expires_at: Option<SystemTime>) -> Write {
    Write::Put { key: Key::new("p", sort), body: "body".into(), expires_at, expect: Expect::Anything }
}

async fn fed(table: &EmbeddedTable) -> Vec<String> {
    table.changes(None, 10_000).await.unwrap().into_iter().map(|change| change.key.sort).collect()
}

#[tokio::test]
async fn changes_stay_for_a_day_and_then_go() {
    let (_folder, table, clock) = table();
    for n in 0..50 {
        table.commit(vec![put(format!("old {n}"), None)]).await.unwrap();
    }
    clock.advance(24 * HOUR);
    table.commit(vec![put("new".to_owned(), None)]).await.unwrap();
    assert_eq!(fed(&table).await.len(), 51, "a day old is not too old");

    clock.advance(2 * HOUR);
    let mut left = 52;
    for n in 0..5 {
        table.commit(vec![put(format!("last {n}"), None)]).await.unwrap();
        let now_left = fed(&table).await.len();
        assert!(now_left + 30 > left, "not all at once");
        left = now_left;
    }
    assert_eq!(fed(&table).await, ["new", "last 0", "last 1", "last 2", "last 3", "last 4"]);
    // Who asks for what is gone goes on with what is there.
    let first = ports::Sequence(1);
    assert_eq!(table.changes(Some(first), 1).await.unwrap()[0].key.sort, "new");
    // The rows themselves are all still there.
    assert!(table.get(&Key::new("p", "old 0")).await.unwrap().is_some());
}

#[tokio::test]
async fn an_expired_row_is_absent_at_once_and_removed_later() {
    let (_folder, table, clock) = table();
    let end = start() + HOUR;
    let rows: Vec<_> = (0..60).map(|n| put(format!("{n:02}"), Some(end))).collect();
    table.commit(rows).await.unwrap();
    table.commit(vec![put("prolonged".to_owned(), Some(end))]).await.unwrap();
    table.commit(vec![put("prolonged".to_owned(), Some(end + 10 * HOUR))]).await.unwrap();
    let first = Key::new("p", "00");
    clock.set(end - Duration::from_nanos(1));
    assert!(table.get(&first).await.unwrap().is_some());
    clock.set(end);
    assert_eq!(table.get(&first).await.unwrap(), None);
    // Nothing has removed it yet: by an earlier time it is still there.
    clock.set(start());
    assert!(table.get(&first).await.unwrap().is_some());

    clock.set(end + HOUR);
    let told = fed(&table).await.len();
    for n in 0..5 {
        table.commit(vec![put(format!("other {n}"), None)]).await.unwrap();
    }
    assert_eq!(fed(&table).await.len(), told + 5, "removing expired rows is not told");
    clock.set(start());
    for n in 0..60 {
        assert_eq!(table.get(&Key::new("p", format!("{n:02}"))).await.unwrap(), None, "row {n}");
    }
    assert!(table.get(&Key::new("p", "prolonged")).await.unwrap().is_some());
    assert_eq!(clock.now(), start());
}

#[tokio::test]
async fn a_row_that_is_stored_but_expired_counts_as_absent_everywhere() {
    let (_folder, table, clock) = table();
    let end = start() + HOUR;
    let rows = ["a", "b", "c", "d"].map(|sort| put(sort.to_owned(), (sort != "c").then_some(end)));
    let version = table.commit(rows.to_vec()).await.unwrap();
    clock.set(end);

    let all = Scan { partition: "p".into(), range: SortRange::All, after: None, limit: 1, reverse: false };
    for reverse in [false, true] {
        let page = table.scan(&Scan { reverse, ..all.clone() }).await.unwrap();
        assert_eq!(page.rows.iter().map(|row| row.key.sort.as_str()).collect::<Vec<_>>(), ["c"]);
        assert_eq!(page.next, None);
    }
    let a = Key::new("p", "a");
    for expect in [Expect::Present, Expect::Version(version)] {
        let refused = table.commit(vec![Write::Check { key: a.clone(), expect }]).await;
        assert!(matches!(refused, Err(CommitError::Conflict(keys)) if keys == [a.clone()]), "{expect:?}");
    }
    let anew = Write::Put { key: a.clone(), body: "anew".into(), expires_at: None, expect: Expect::Absent };
    let b = Write::Delete { key: Key::new("p", "b"), expect: Expect::Absent };
    table.commit(vec![anew, b]).await.unwrap();
    assert_eq!(table.get(&a).await.unwrap().unwrap().body, "anew");
}
