//! Guards: rows that keep a name from being that of a ref and that of a directory of refs at the same time.
//!
//! While `refs/heads/a/b/x` exists, so do the guards of `refs/heads/a` and `refs/heads/a/b`. The rules:
//! 1. Where there is a guard, there is no ref of that name: who creates a guard checks that, and who creates a ref checks
//!    that its name has no guard.
//! 2. Where there is a guard, there are those of all directories above it. So it suffices to look for the deepest one.
//! 3. Who creates a ref or a guard overwrites the deepest guard above it, which gives it a new version. So who removes a
//!    guard, on condition of its version, notices everything that came into the directory since the version was read.
//!
//! Guards are left behind when the last ref of a directory is deleted, and removed when their name is wanted for a ref.
//! They are not to be seen from outside, so that they may be created and removed apart from the change that needs it.

use super::view::View;
use crate::error::Error;
use crate::keys;
use crate::repository::Repository;
use crate::rows::{self, GuardRow, put};
use domain::RefName;
use ports::table::MAX_WRITES_PER_COMMIT;
use ports::{CommitError, Expect, Key, Scan, Write};
use std::collections::{BTreeMap, BTreeSet};

/// The directories above a ref.
pub(super) struct Above {
    /// The deepest one that has a guard.
    pub(super) guarded: Option<RefName>,
    /// The ones below that, which have none.
    pub(super) unguarded: Vec<RefName>,
}

/// Finds out which directories above `name` have guards.
pub(super) async fn above(view: &mut View<'_>, name: &RefName) -> Result<Above, Error> {
    let mut unguarded = Vec::new();
    for directory in name.directories() {
        if view.get(keys::guard(view.repository.id(), &directory)).await?.is_some() {
            return Ok(Above { guarded: Some(directory), unguarded });
        }
        unguarded.push(directory);
    }
    Ok(Above { guarded: None, unguarded })
}

/// The write that gives the guard of a directory a new version.
pub(super) fn touch(repository: &Repository, directory: &RefName) -> Result<Write, Error> {
    put(keys::guard(repository.id(), directory), &GuardRow {}, Expect::Present)
}

/// The writes that create the guard of a directory.
pub(super) fn create(repository: &Repository, directory: &RefName) -> Result<[Write; 2], Error> {
    let no_ref = Write::Check { key: keys::reference(repository.id(), directory), expect: Expect::Absent };
    Ok([put(keys::guard(repository.id(), directory), &GuardRow {}, Expect::Absent)?, no_ref])
}

/// Creates guards in commits of their own, for a change that has no room for them. Stops at the first conflict: whoever
/// plans the change again sees what is missing.
pub(super) async fn create_ahead(repository: &Repository, directories: BTreeSet<RefName>) -> Result<(), Error> {
    // Each directory takes at most three writes. Names sort behind their directories, so that rule 2 holds throughout.
    let directories: Vec<_> = directories.into_iter().collect();
    for some in directories.chunks(MAX_WRITES_PER_COMMIT / 3) {
        let mut writes: BTreeMap<Key, Write> = BTreeMap::new();
        for directory in some {
            for write in create(repository, directory)? {
                writes.insert(write.key().clone(), write);
            }
            if let Some(parent) = directory.directories().next() {
                let write = touch(repository, &parent)?;
                writes.entry(write.key().clone()).or_insert(write);
            }
        }
        match repository.store().parts.table.commit(writes.into_values().collect()).await {
            Ok(_) => {}
            Err(CommitError::Conflict(_)) => return Ok(()),
            Err(error) => return Err(Error::of_commit(error)),
        }
    }
    Ok(())
}

/// Makes `name`, which has a guard, free for a ref: removes the guard and those below it, or returns a ref that is below.
/// When others are at work in the directory, the guard may stay; then the commit that expects its absence will conflict.
pub(super) async fn remove_obsolete(repository: &Repository, name: &RefName) -> Result<Option<RefName>, Error> {
    let table = &repository.store().parts.table;
    let partition = keys::repository(repository.id());
    // Guards before refs: a ref that is created in between changes the version of a guard that was read.
    let Some(own) = table.get(&keys::guard(repository.id(), name)).await? else {
        return Ok(None);
    };
    let mut obsolete = vec![own];
    obsolete.extend(repository.store().scan_all(partition.clone(), keys::guards_below(name), false).await?);
    let mut scan = Scan { partition, range: keys::refs_below(name), after: None, limit: 1, reverse: false };
    loop {
        let page = table.scan(&scan).await?;
        if let Some(row) = page.rows.first() {
            let below = rows::behind(keys::REF, &row.key)?;
            return RefName::parse(below).map(Some).map_err(|error| rows::damaged(&row.key, error));
        }
        if page.next.is_none() {
            break;
        }
        scan.after = page.next;
    }
    let mut deletes: Vec<_> = obsolete
        .into_iter()
        .rev()
        .map(|row| Write::Delete { key: row.key, expect: Expect::Version(row.version) })
        .collect();
    while !deletes.is_empty() {
        let rest = deletes.split_off(deletes.len().min(MAX_WRITES_PER_COMMIT));
        match table.commit(deletes).await {
            Ok(_) => {}
            Err(CommitError::Conflict(_)) => return Ok(None),
            Err(error) => return Err(Error::of_commit(error)),
        }
        deletes = rest;
    }
    Ok(None)
}
