//! Cases about calls that break a rule of the port: refused as `Invalid`, and nothing happens.

use super::{TableFixture, assert_refused, check, commit, delete, get, put, scan};
use crate::conformance::fresh_name;
use crate::table::{MAX_COMMIT_BYTES, MAX_PARTITION_BYTES, MAX_ROW_BYTES, MAX_SORT_BYTES, MAX_WRITES_PER_COMMIT};
use crate::{Expect, Key, Scan, SortRange, TableError};
use bytes::Bytes;

fn bytes(length: usize) -> Bytes {
    Bytes::from(vec![b'x'; length])
}

/// Any two writes of a commit have different keys.
pub async fn a_key_may_occur_once_in_a_commit(fixture: impl TableFixture) {
    let table = fixture.table();
    let table = table.as_ref();
    let partition = fresh_name("twice");
    let [a, b] = ["a", "b"].map(|sort| Key::new(&partition, sort));
    let put_a = || put(&a, "", Expect::Anything);
    for again in [put_a(), delete(&a, Expect::Anything), check(&a, Expect::Anything)] {
        assert_refused(table, vec![put_a(), put(&b, "", Expect::Anything), again], "a key twice").await;
    }
    assert_eq!(get(table, &a).await, None);
    assert_eq!(get(table, &b).await, None);
}

/// 100 writes are possible, none and 101 are not.
pub async fn a_commit_has_one_to_a_hundred_writes(fixture: impl TableFixture) {
    let table = fixture.table();
    let table = table.as_ref();
    let partition = fresh_name("writes");
    let writes = |count: usize| {
        (0..count).map(|n| put(&Key::new(&partition, format!("{n:03}")), "", Expect::Anything)).collect::<Vec<_>>()
    };
    assert_refused(table, vec![], "no writes").await;
    assert_refused(table, writes(MAX_WRITES_PER_COMMIT + 1), "too many writes").await;
    assert_eq!(get(table, &Key::new(&partition, "000")).await, None);
    commit(table, writes(MAX_WRITES_PER_COMMIT)).await;
    assert!(get(table, &Key::new(&partition, "099")).await.is_some());
}

/// Key and body together have a limit.
pub async fn the_largest_row_fits_and_no_larger_one(fixture: impl TableFixture) {
    let table = fixture.table();
    let table = table.as_ref();
    let key = Key::new(fresh_name("large"), "row");
    let room = MAX_ROW_BYTES - key.partition.len() - key.sort.len();
    assert_refused(table, vec![put(&key, bytes(room + 1), Expect::Anything)], "a row too large").await;
    assert_eq!(get(table, &key).await, None);
    commit(table, vec![put(&key, bytes(room), Expect::Anything)]).await;
    assert_eq!(get(table, &key).await.map(|row| row.body), Some(bytes(room)));
}

/// The rows of a commit together have a limit.
pub async fn a_commit_is_limited_as_a_whole(fixture: impl TableFixture) {
    let table = fixture.table();
    let table = table.as_ref();
    let partition = fresh_name("heavy");
    let writes = |count: usize| {
        let row = |n: usize| put(&Key::new(&partition, format!("{n:03}")), bytes(300_000), Expect::Anything);
        (0..count).map(row).collect::<Vec<_>>()
    };
    let most = MAX_COMMIT_BYTES / 301_000;
    assert_refused(table, writes(most + 2), "a commit too large").await;
    assert_eq!(get(table, &Key::new(&partition, "000")).await, None);
    commit(table, writes(most)).await;
    assert!(get(table, &Key::new(&partition, "000")).await.is_some());
}

/// Neither part of a key is empty or longer than it may be.
pub async fn keys_have_limits(fixture: impl TableFixture) {
    let table = fixture.table();
    let table = table.as_ref();
    let partition = fresh_name("keys");
    let long_partition = |length: usize| format!("{partition}{}", "p".repeat(length - partition.len()));
    let longest = Key::new(long_partition(MAX_PARTITION_BYTES), "s".repeat(MAX_SORT_BYTES));
    let bad = [
        Key::new("", "row"),
        Key::new(&partition, ""),
        Key::new(long_partition(MAX_PARTITION_BYTES + 1), "row"),
        Key::new(&partition, "s".repeat(MAX_SORT_BYTES + 1)),
    ];
    for key in bad {
        assert_refused(table, vec![put(&key, "", Expect::Anything)], "a bad key").await;
        assert_refused(table, vec![check(&key, Expect::Absent)], "a bad key").await;
        assert!(matches!(table.get(&key).await, Err(TableError::Invalid(_))), "a bad key");
    }
    commit(table, vec![put(&longest, "", Expect::Anything)]).await;
    assert!(get(table, &longest).await.is_some());
}

/// Asking for no rows is a mistake.
pub async fn a_limit_of_zero_is_refused(fixture: impl TableFixture) {
    let table = fixture.table();
    let nothing = Scan { limit: 0, ..scan(&fresh_name("zero"), SortRange::All) };
    assert!(matches!(table.scan(&nothing).await, Err(TableError::Invalid(_))));
}
