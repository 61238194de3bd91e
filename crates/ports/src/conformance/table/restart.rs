//! The case about closing and reopening.

use super::feed::{feed_until, is_end, some_history};
use super::{TableFixture, all_pages, check, commit, conflict, get, put, scan};
use crate::conformance::fresh_name;
use crate::{Expect, Key, SortRange, Version};

/// Rows, versions and the feed are the same after a restart; new versions and sequence numbers are new.
pub async fn rows_and_feed_survive_a_restart(mut fixture: impl TableFixture) {
    let partition = fresh_name("restart");
    let (rows, changes) = {
        let table = fixture.table();
        some_history(table.as_ref(), &partition).await;
        let changes = feed_until(table.as_ref(), &partition, None, 1000, is_end).await;
        (all_pages(table.as_ref(), scan(&partition, SortRange::All)).await, changes)
    };
    assert_eq!(rows.len(), 3, "always, end and ending are left");
    if !fixture.reopen().await {
        return;
    }
    let table = fixture.table();
    let table = table.as_ref();
    assert_eq!(all_pages(table, scan(&partition, SortRange::All)).await, rows);
    let middle = changes.len() / 2;
    let rest = feed_until(table, &partition, Some(changes[middle].sequence), 2, is_end).await;
    assert_eq!(rest, changes[middle + 1..]);

    let key = Key::new(&partition, "sometimes");
    let old: Vec<Version> = changes.iter().filter_map(|change| change.row.as_ref()).map(|row| row.version).collect();
    let version = commit(table, vec![put(&key, "again", Expect::Absent)]).await;
    assert!(!old.contains(&version), "{version:?} was used before the restart");
    for version in old.into_iter().take(3) {
        assert_eq!(conflict(table, vec![check(&key, Expect::Version(version))]).await, std::slice::from_ref(&key));
    }
    let last = changes.last().map(|change| change.sequence);
    let news = feed_until(table, &partition, last, 1000, |change| change.key.sort == "sometimes").await;
    assert_eq!(news.len(), 1);
    assert_eq!(news[0].row, get(table, &key).await);
}
