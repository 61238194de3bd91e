//! The suite for the port [`Table`].

mod concurrency;
mod conditions;
pub(super) mod histories;
mod limits;
mod scans;

pub use concurrency::{fifty_writers_lose_no_increment, one_of_many_creators_wins, sums_survive_concurrent_transfers};
pub use conditions::{
    a_commit_with_one_failing_expectation_changes_nothing, a_conflict_names_just_the_failing_rows_in_order,
    a_row_that_expired_reads_as_absent, a_version_is_never_used_again, deleting_an_absent_row_is_no_error,
    every_expectation_meets_every_state_of_a_row, rows_put_by_a_commit_have_the_version_it_returned,
    the_end_of_a_row_is_kept_in_whole_seconds,
};
pub use histories::random_histories_agree_with_the_model;
pub use limits::{
    a_commit_has_one_to_a_hundred_writes, a_commit_is_limited_as_a_whole, a_key_may_occur_once_in_a_commit,
    a_limit_of_zero_is_refused, keys_have_limits, the_largest_row_fits_and_no_larger_one,
};
pub use scans::{
    a_scan_goes_on_behind_a_row_that_is_gone, a_scan_goes_on_from_outside_its_range,
    a_scan_of_large_rows_reaches_all_of_them, a_scan_passes_over_expired_rows, a_scan_stays_in_its_partition,
    scans_page_through_every_range_at_any_limit, sort_keys_are_ordered_by_their_bytes,
};

use crate::{CommitError, Expect, Key, Row, Scan, SortRange, Table, TableError, Version, Write};
use async_trait::async_trait;
use bytes::Bytes;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A table under test.
#[async_trait]
pub trait TableFixture: Send + Sync + 'static {
    /// The table.
    fn table(&self) -> Arc<dyn Table>;

    /// How many random histories are played. Fewer will do where each call goes over a network.
    fn histories(&self) -> u32 {
        32
    }

    /// Closes the table as a process that ends does, and opens it again. `false` when that is not possible (there is
    /// nothing that could survive), which skips what the suite has to say about it.
    async fn reopen(&mut self) -> bool {
        false
    }
}

impl<T: Table + 'static> TableFixture for Arc<T> {
    fn table(&self) -> Arc<dyn Table> {
        Self::clone(self)
    }
}

pub(super) fn put(key: &Key, body: impl Into<Bytes>, expect: Expect) -> Write {
    Write::Put { key: key.clone(), body: body.into(), expires_at: None, expect }
}

pub(super) fn delete(key: &Key, expect: Expect) -> Write {
    Write::Delete { key: key.clone(), expect }
}

pub(super) fn check(key: &Key, expect: Expect) -> Write {
    Write::Check { key: key.clone(), expect }
}

fn long_past() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_000_000_000)
}

pub(super) fn far_future() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(100_000_000_000)
}

pub(super) fn scan(partition: &str, range: SortRange) -> Scan {
    Scan { partition: partition.to_owned(), range, after: None, limit: 1000, reverse: false }
}

#[expect(clippy::expect_used, reason = "a suite reports a broken promise as every test does")]
pub(super) async fn commit(table: &dyn Table, writes: Vec<Write>) -> Version {
    table.commit(writes).await.expect("the commit succeeds")
}

/// The rows that a commit conflicts with.
#[expect(clippy::panic, reason = "a suite reports a broken promise as every test does")]
pub(super) async fn conflict(table: &dyn Table, writes: Vec<Write>) -> Vec<Key> {
    match table.commit(writes).await {
        Err(CommitError::Conflict(keys)) => keys,
        other => panic!("a conflict was expected, not {other:?}"),
    }
}

async fn assert_refused(table: &dyn Table, writes: Vec<Write>, why: &str) {
    let answer = table.commit(writes).await;
    assert!(matches!(answer, Err(CommitError::Table(TableError::Invalid(_)))), "{why}: {answer:?}");
}

#[expect(clippy::expect_used, reason = "a suite reports a broken promise as every test does")]
pub(super) async fn get(table: &dyn Table, key: &Key) -> Option<Row> {
    table.get(key).await.expect("the read succeeds")
}

async fn body(table: &dyn Table, key: &Key) -> Option<Bytes> {
    get(table, key).await.map(|row| row.body)
}

/// All rows that `first_page` leads to, page by page.
#[expect(clippy::expect_used, reason = "a suite reports a broken promise as every test does")]
pub(super) async fn all_pages(table: &dyn Table, first_page: Scan) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut scan = first_page;
    loop {
        let page = table.scan(&scan).await.expect("the scan succeeds");
        assert!(page.rows.len() <= scan.limit, "a page of {} rows at a limit of {}", page.rows.len(), scan.limit);
        rows.extend(page.rows);
        let Some(next) = page.next else { return rows };
        assert_ne!(scan.after.as_ref(), Some(&next), "a scan must get on");
        scan.after = Some(next);
    }
}

fn sorts(rows: &[Row]) -> Vec<&str> {
    rows.iter().map(|row| row.key.sort.as_str()).collect()
}
