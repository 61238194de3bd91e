//! Cases about conditions, versions and expiry.

use super::{TableFixture, body, check, commit, conflict, delete, far_future, get, long_past, put};
use crate::conformance::fresh_name;
use crate::{Expect, Key, Row, Table, Version, Write};
use std::time::{Duration, SystemTime};

/// A version that no commit of the suite ever gets.
const NEVER: Version = Version(u64::MAX);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    NeverThere,
    Deleted,
    Expired,
    There,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Put,
    Delete,
    Check,
}

/// Brings a fresh row into `state`; returns the last version it had and the one before.
async fn row_in(table: &dyn Table, state: State) -> (Key, Version, Version) {
    let key = Key::new(fresh_name("matrix"), "row");
    if state == State::NeverThere {
        return (key, NEVER, NEVER);
    }
    let older = commit(table, vec![put(&key, "older", Expect::Absent)]).await;
    let expires_at = if state == State::Expired { long_past() } else { far_future() };
    let last =
        Write::Put { key: key.clone(), body: "last".into(), expires_at: Some(expires_at), expect: Expect::Present };
    let last = commit(table, vec![last]).await;
    if state == State::Deleted {
        commit(table, vec![delete(&key, Expect::Version(last))]).await;
    }
    (key, last, older)
}

/// Every [`Expect`] × every [`Write`] × every state of the row.
pub async fn every_expectation_meets_every_state_of_a_row(fixture: impl TableFixture) {
    let table = fixture.table();
    let table = table.as_ref();
    for state in [State::NeverThere, State::Deleted, State::Expired, State::There] {
        for kind in [Kind::Put, Kind::Delete, Kind::Check] {
            for choice in 0..6 {
                let (key, last, older) = row_in(table, state).await;
                let is_there = state == State::There;
                let (expect, holds) = [
                    (Expect::Anything, true),
                    (Expect::Absent, !is_there),
                    (Expect::Present, is_there),
                    (Expect::Version(last), is_there),
                    (Expect::Version(older), false),
                    (Expect::Version(NEVER), false),
                ][choice];
                let before = get(table, &key).await;
                assert_eq!(before.is_some(), is_there, "{state:?}");
                let write = match kind {
                    Kind::Put => put(&key, "new", expect),
                    Kind::Delete => delete(&key, expect),
                    Kind::Check => check(&key, expect),
                };
                let case = format!("{kind:?} expecting {expect:?} of a row {state:?}");
                if !holds {
                    assert_eq!(conflict(table, vec![write]).await, std::slice::from_ref(&key), "{case}");
                    assert_eq!(get(table, &key).await, before, "{case}");
                    continue;
                }
                let version = commit(table, vec![write]).await;
                let after = match kind {
                    Kind::Put => Some(Row { key: key.clone(), version, body: "new".into(), expires_at: None }),
                    Kind::Delete => None,
                    Kind::Check => before,
                };
                assert_eq!(get(table, &key).await, after, "{case}");
            }
        }
    }
}

/// Nothing of a commit happens when one of its expectations fails, wherever in the commit that one stands.
pub async fn a_commit_with_one_failing_expectation_changes_nothing(fixture: impl TableFixture) {
    let table = fixture.table();
    let table = table.as_ref();
    for place in 0..4 {
        let partition = fresh_name("all-or-nothing");
        let [kept, ended, made, guard] = ["kept", "ended", "made", "guard"].map(|sort| Key::new(&partition, sort));
        commit(table, vec![put(&kept, "old", Expect::Absent), put(&ended, "old", Expect::Absent)]).await;
        let mut writes = vec![
            put(&kept, "new", Expect::Present),
            delete(&ended, Expect::Present),
            put(&made, "new", Expect::Absent),
        ];
        writes.insert(place, check(&guard, Expect::Present));
        assert_eq!(conflict(table, writes).await, [guard]);
        assert_eq!(body(table, &kept).await.as_deref(), Some(&b"old"[..]));
        assert_eq!(body(table, &ended).await.as_deref(), Some(&b"old"[..]));
        assert_eq!(body(table, &made).await, None);
    }
}

/// A conflict names all rows whose expectation failed, no others, in the order of the writes.
pub async fn a_conflict_names_just_the_failing_rows_in_order(fixture: impl TableFixture) {
    let table = fixture.table();
    let table = table.as_ref();
    let partition = fresh_name("conflict");
    let [a, b, c, d, e] = ["a", "b", "c", "d", "e"].map(|sort| Key::new(&partition, sort));
    let version = commit(table, vec![put(&a, "", Expect::Absent), put(&b, "", Expect::Absent)]).await;
    commit(table, vec![put(&b, "", Expect::Version(version))]).await;
    let writes = vec![
        put(&e, "new", Expect::Present),
        put(&d, "new", Expect::Anything),
        delete(&c, Expect::Present),
        put(&b, "new", Expect::Version(version)),
        check(&a, Expect::Version(version)),
    ];
    assert_eq!(conflict(table, writes).await, [e, c, b]);
    assert_eq!(get(table, &d).await, None);
}

/// `commit` returns the version of every row it put; rows it only checked keep theirs.
pub async fn rows_put_by_a_commit_have_the_version_it_returned(fixture: impl TableFixture) {
    let table = fixture.table();
    let table = table.as_ref();
    let partition = fresh_name("version");
    let [a, b, checked] = ["a", "b", "checked"].map(|sort| Key::new(&partition, sort));
    let first = commit(table, vec![put(&checked, "", Expect::Absent)]).await;
    let writes = vec![put(&a, "", Expect::Absent), check(&checked, Expect::Present), put(&b, "", Expect::Absent)];
    let second = commit(table, writes).await;
    assert_ne!(first, second);
    assert_eq!(get(table, &a).await.map(|row| row.version), Some(second));
    assert_eq!(get(table, &b).await.map(|row| row.version), Some(second));
    assert_eq!(get(table, &checked).await.map(|row| row.version), Some(first));
}

/// No version comes back, not after delete and recreate, not after expiry, not with an equal body.
pub async fn a_version_is_never_used_again(fixture: impl TableFixture) {
    let table = fixture.table();
    let table = table.as_ref();
    let key = Key::new(fresh_name("reuse"), "row");
    let mut seen: Vec<Version> = Vec::new();
    for round in 0..12 {
        let expires_at = (round % 3 == 2).then(long_past);
        let write = Write::Put { key: key.clone(), body: "same".into(), expires_at, expect: Expect::Absent };
        let version = commit(table, vec![write]).await;
        assert!(!seen.contains(&version), "{version:?} was used before");
        for &old in &seen {
            assert_eq!(conflict(table, vec![check(&key, Expect::Version(old))]).await, std::slice::from_ref(&key));
        }
        seen.push(version);
        if expires_at.is_none() {
            commit(table, vec![delete(&key, Expect::Version(version))]).await;
        }
    }
}

/// Removing what is not there is fine when nothing was expected.
pub async fn deleting_an_absent_row_is_no_error(fixture: impl TableFixture) {
    let table = fixture.table();
    let table = table.as_ref();
    let key = Key::new(fresh_name("absent"), "row");
    commit(table, vec![delete(&key, Expect::Anything)]).await;
    commit(table, vec![delete(&key, Expect::Absent)]).await;
    assert_eq!(get(table, &key).await, None);
}

/// The moment a row expires, it is not there any more; one that expires later is.
pub async fn a_row_that_expired_reads_as_absent(fixture: impl TableFixture) {
    let table = fixture.table();
    let table = table.as_ref();
    let partition = fresh_name("expiry");
    let in_an_hour = SystemTime::now() + Duration::from_secs(3600);
    for (sort, expires_at, is_there) in
        [("past", Some(long_past()), false), ("hour", Some(in_an_hour), true), ("never", None, true)]
    {
        let key = Key::new(&partition, sort);
        let write = Write::Put { key: key.clone(), body: sort.into(), expires_at, expect: Expect::Absent };
        commit(table, vec![write]).await;
        assert_eq!(get(table, &key).await.is_some(), is_there, "{sort}");
    }
    // A row with an end may get another one, or none.
    let key = Key::new(&partition, "hour");
    commit(table, vec![put(&key, "forever", Expect::Present)]).await;
    assert_eq!(get(table, &key).await.map(|row| row.expires_at), Some(None));
    let write =
        Write::Put { key: key.clone(), body: "".into(), expires_at: Some(long_past()), expect: Expect::Present };
    commit(table, vec![write]).await;
    assert_eq!(get(table, &key).await, None);
}

/// A fraction of a second is cut off.
pub async fn the_end_of_a_row_is_kept_in_whole_seconds(fixture: impl TableFixture) {
    let table = fixture.table();
    let table = table.as_ref();
    let key = Key::new(fresh_name("seconds"), "row");
    let expires_at = Some(far_future() + Duration::from_millis(999));
    commit(table, vec![Write::Put { key: key.clone(), body: "".into(), expires_at, expect: Expect::Absent }]).await;
    assert_eq!(get(table, &key).await.map(|row| row.expires_at), Some(Some(far_future())));
}
