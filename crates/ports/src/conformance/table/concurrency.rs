//! Cases about commits that race.

#![expect(clippy::expect_used, clippy::panic, reason = "a suite reports a broken promise as every test does")]

use super::{TableFixture, body, commit, get, put};
use crate::conformance::fresh_name;
use crate::{CommitError, Expect, Key, Row, Table};
use bytes::Bytes;
use std::sync::Arc;
use tokio::task::JoinSet;

const WRITERS: u64 = 50;

fn number(row: Option<&Row>) -> u64 {
    let Some(row) = row else { return 0 };
    std::str::from_utf8(&row.body).ok().and_then(|text| text.parse().ok()).expect("the row holds a number")
}

fn expect_as_read(row: Option<&Row>) -> Expect {
    row.map_or(Expect::Absent, |row| Expect::Version(row.version))
}

/// 50 writers that read, add one and commit on the version they read, again until it succeeds.
pub async fn fifty_writers_lose_no_increment(fixture: impl TableFixture) {
    let table = fixture.table();
    let key = Key::new(fresh_name("counter"), "row");
    let mut writers = JoinSet::new();
    for _ in 0..WRITERS {
        writers.spawn(increment(Arc::clone(&table), key.clone()));
    }
    while let Some(done) = writers.join_next().await {
        done.expect("a writer ends");
    }
    assert_eq!(number(get(table.as_ref(), &key).await.as_ref()), WRITERS);
}

async fn increment(table: Arc<dyn Table>, key: Key) {
    loop {
        let row = get(table.as_ref(), &key).await;
        let next = (number(row.as_ref()) + 1).to_string();
        match table.commit(vec![put(&key, next, expect_as_read(row.as_ref()))]).await {
            Ok(_) => return,
            Err(CommitError::Conflict(keys)) => assert_eq!(keys, std::slice::from_ref(&key)),
            Err(CommitError::Table(error)) => panic!("{error}"),
        }
    }
}

/// Of 50 writers that create the same row, one succeeds, and the row is the one it wrote.
pub async fn one_of_many_creators_wins(fixture: impl TableFixture) {
    let table = fixture.table();
    let key = Key::new(fresh_name("creators"), "row");
    let mut creators = JoinSet::new();
    for creator in 0..WRITERS {
        let (table, key) = (Arc::clone(&table), key.clone());
        creators.spawn(async move {
            match table.commit(vec![put(&key, creator.to_string(), Expect::Absent)]).await {
                Ok(_) => Some(creator),
                Err(CommitError::Conflict(_)) => None,
                Err(CommitError::Table(error)) => panic!("{error}"),
            }
        });
    }
    let mut winners = Vec::new();
    while let Some(done) = creators.join_next().await {
        winners.extend(done.expect("a creator ends"));
    }
    assert_eq!(winners.len(), 1, "{winners:?}");
    assert_eq!(body(table.as_ref(), &key).await, Some(Bytes::from(winners[0].to_string())));
}

/// Writers move amounts between two rows that each commit changes together; nothing is made or lost.
pub async fn sums_survive_concurrent_transfers(fixture: impl TableFixture) {
    let table = fixture.table();
    let partition = fresh_name("transfers");
    let accounts = ["left", "right"].map(|sort| Key::new(&partition, sort));
    let opening = accounts.each_ref().map(|account| put(account, "1000", Expect::Absent));
    commit(table.as_ref(), opening.to_vec()).await;
    let mut writers = JoinSet::new();
    for amount in 1..=10 {
        let (table, [from, to]) = (Arc::clone(&table), accounts.clone());
        writers.spawn(async move {
            loop {
                let giver = get(table.as_ref(), &from).await;
                let taker = get(table.as_ref(), &to).await;
                let less = (number(giver.as_ref()) - amount).to_string();
                let more = (number(taker.as_ref()) + amount).to_string();
                let writes = vec![
                    put(&from, less, expect_as_read(giver.as_ref())),
                    put(&to, more, expect_as_read(taker.as_ref())),
                ];
                match table.commit(writes).await {
                    Ok(_) => return,
                    Err(CommitError::Conflict(_)) => {}
                    Err(CommitError::Table(error)) => panic!("{error}"),
                }
            }
        });
    }
    while let Some(done) = writers.join_next().await {
        done.expect("a writer ends");
    }
    let moved = (1..=10).sum::<u64>();
    assert_eq!(number(get(table.as_ref(), &accounts[0]).await.as_ref()), 1000 - moved);
    assert_eq!(number(get(table.as_ref(), &accounts[1]).await.as_ref()), 1000 + moved);
}
