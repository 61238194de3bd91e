//! What a change of branches does to open pull requests, in the same commit:
//! - *Its source moved*: it is another revision, with the branch's new commit.
//! - *Its source or its destination was deleted*: it is closed (AWS user guide, "Merge a pull request").
//! - *Its destination moved to its source's commit*, by a push as by an API call: it was merged by fast-forward, and is closed (ditto).
//! - *It is closed by the change itself*, merged or not.
//!
//! The row of a branch says which pull requests have it as their source, and whether some may have it as their destination. So a
//! change of branches that have none reads and writes nothing more; which ones have a moved or deleted branch as their destination is
//! found in the rows of the open ones (1 scan).

use super::Closing;
use super::plan::{Moved, PlannedRef, Planner};
use super::refusal::ChangeError;
use crate::error::Error;
use crate::events::EventsOfChange;
use crate::keys;
use crate::pull_requests::{OpenRow, PullRequestRow};
use crate::rows::{self, RefRow, put};
use crate::stores::random;
use domain::{
    EventKind, MergeOption, PullRequestId, PullRequestMerge, PullRequestStatus, RefName, RepositoryId, RevisionId,
};
use git::ObjectId;
use ports::{Expect, Key, Version, Write};
use std::collections::{BTreeMap, BTreeSet};

/// The pull requests that a change takes along.
#[derive(Default)]
pub(super) struct Followers {
    changed: BTreeMap<PullRequestId, Follower>,
    pub(super) without_destination: Vec<PullRequestId>,
    pub(super) merges_by_move: bool,
}

struct Follower {
    row: PullRequestRow,
    version: Version,
    /// The commit of its destination before the change.
    destination_commit: Option<String>,
    /// The commit of its source before, if that moved.
    moved_from: Option<String>,
}

impl Planner<'_, '_> {
    /// Finds the pull requests that the change affects, and what becomes of them.
    pub(super) async fn plan_pull_requests(&mut self, events: &EventsOfChange) -> Result<(), ChangeError> {
        for Closing { pull_request, merge } in &self.change.closings {
            let id = pull_request.id();
            let unchanged = match self.view.trusting {
                true => pull_request.is_open(),
                false => {
                    let row = self.view.get(keys::pull_request(id)).await?;
                    row.is_some_and(|row| row.version == pull_request.version())
                }
            };
            if !unchanged || !pull_request.is_open() {
                return Err(ChangeError::PullRequestChanged(id));
            }
            self.follow(id, pull_request.row().clone(), pull_request.version()).await?;
            let merge = merge.map(|(option, commit)| merged(events, option, commit));
            self.close(id, merge).await?;
        }
        let moves = std::mem::take(&mut self.moves);
        self.follow_sources(&moves).await?;
        self.follow_destinations(&moves, events).await?;
        Ok(())
    }

    async fn follow_sources(&mut self, moves: &[Moved]) -> Result<(), Error> {
        let ids = moves.iter().flat_map(|moved| &moved.before.source_of);
        self.view.load(ids.map(|id| keys::pull_request(*id)).collect()).await?;
        let mut destinations = BTreeSet::new();
        for id in moves.iter().flat_map(|moved| &moved.before.source_of) {
            if let Some(row) = self.view.get(keys::pull_request(*id)).await? {
                let row: PullRequestRow = rows::decode(&row)?;
                destinations.insert(keys::reference(self.id, &row.destination));
            }
        }
        self.view.load(destinations).await?;
        for Moved { before, to, .. } in moves {
            for id in &before.source_of {
                if !self.find(*id).await? {
                    continue;
                }
                match to {
                    Some(target) => self.move_source(*id, *target)?,
                    None => self.close(*id, None).await?,
                }
            }
        }
        Ok(())
    }

    async fn follow_destinations(&mut self, moves: &[Moved], events: &EventsOfChange) -> Result<(), Error> {
        let looks = |moved: &&Moved| moved.before.is_destination && (moved.to.is_none() || self.view.merges_by_move);
        let moves: BTreeMap<&RefName, &Moved> = moves.iter().filter(looks).map(|moved| (&moved.name, moved)).collect();
        if moves.is_empty() {
            return Ok(());
        }
        for (id, open) in self.change.repository.open_pull_requests().await? {
            let Some(moved) = moves.get(&open.destination) else { continue };
            let Some(target) = moved.to else {
                if self.find(id).await? {
                    self.close(id, None).await?;
                    self.followers.without_destination.push(id);
                }
                continue;
            };
            let source_commit = self.followers.changed.get(&id).map_or(&open.source_commit, |it| &it.row.source_commit);
            let reached = target.to_string();
            if !moved.forced && *source_commit == reached && self.find(id).await? {
                self.close(id, Some(merged(events, MergeOption::FastForward, target))).await?;
                self.followers.merges_by_move = true;
            }
        }
        Ok(())
    }

    /// Takes an open pull request along. `false`: it is closed, or this change closes it already.
    async fn find(&mut self, id: PullRequestId) -> Result<bool, Error> {
        if let Some(follower) = self.followers.changed.get(&id) {
            return Ok(follower.row.status == PullRequestStatus::Open);
        }
        let Some(row) = self.view.get(keys::pull_request(id)).await? else { return Ok(false) };
        let body: PullRequestRow = rows::decode(&row)?;
        let open = body.status == PullRequestStatus::Open;
        if open {
            self.follow(id, body, row.version).await?;
        }
        Ok(open)
    }

    async fn follow(&mut self, id: PullRequestId, row: PullRequestRow, version: Version) -> Result<(), Error> {
        let destination = self.view.get(keys::reference(self.id, &row.destination)).await?;
        let destination = destination.map(|row| rows::decode::<RefRow>(&row)).transpose()?;
        let destination_commit = destination.map(|row| row.target().to_owned());
        self.followers.changed.insert(id, Follower { row, version, destination_commit, moved_from: None });
        Ok(())
    }

    fn move_source(&mut self, id: PullRequestId, target: ObjectId) -> Result<(), Error> {
        let Some(follower) = self.followers.changed.get_mut(&id) else { return Ok(()) };
        let target = target.to_string();
        if target == follower.row.source_commit {
            return Ok(());
        }
        let before = std::mem::replace(&mut follower.row.source_commit, target);
        follower.row.revision = RevisionId::from_random(random()?);
        follower.moved_from = Some(before);
        Ok(())
    }

    /// Closes a pull request; its source branch forgets it.
    async fn close(&mut self, id: PullRequestId, merge: Option<PullRequestMerge>) -> Result<(), Error> {
        let Some(follower) = self.followers.changed.get_mut(&id) else { return Ok(()) };
        follower.row.status = PullRequestStatus::Closed;
        follower.row.closed_at.clone_from(&follower.destination_commit);
        follower.row.merge = merge;
        let source = follower.row.source.clone();
        if !self.refs.contains_key(&source) {
            let Some(row) = self.view.get(keys::reference(self.id, &source)).await? else { return Ok(()) };
            let planned = PlannedRef { row: Some(rows::decode(&row)?), expect: Expect::Version(row.version) };
            self.refs.insert(source.clone(), planned);
        }
        if let Some(PlannedRef { row: Some(row), .. }) = self.refs.get_mut(&source) {
            row.source_of.retain(|other| *other != id);
        }
        Ok(())
    }
}

impl Followers {
    /// Plans the rows of the pull requests, and adds what happened to them to `kinds`. Gives the events their time.
    pub(super) fn plan_rows(
        &mut self,
        repository: &RepositoryId,
        events: &EventsOfChange,
        kinds: &mut Vec<EventKind>,
        writes: &mut BTreeMap<Key, Write>,
    ) -> Result<EventsOfChange, Error> {
        let mut events = events.clone();
        for follower in self.changed.values() {
            events.later_than(follower.row.active);
        }
        for (id, Follower { row, version, destination_commit, moved_from }) in &mut self.changed {
            row.active = events.time();
            let open = match row.status {
                PullRequestStatus::Open => {
                    put(keys::open_pull_request_of(repository, *id), &OpenRow::of(row), Expect::Present)?
                }
                PullRequestStatus::Closed => {
                    let key = keys::open_pull_request_of(repository, *id);
                    Write::Delete { key, expect: Expect::Present }
                }
            };
            for write in [open, put(keys::pull_request(*id), row, Expect::Version(*version))?] {
                writes.insert(write.key().clone(), write);
            }
            let pull_request = row.state(*id, destination_commit.clone());
            if let Some(before) = moved_from.take() {
                kinds.push(EventKind::PullRequestSourceUpdated { pull_request: pull_request.clone(), before });
            }
            if row.merge.is_some() {
                kinds.push(EventKind::PullRequestMerged { pull_request: pull_request.clone() });
            }
            if row.status == PullRequestStatus::Closed {
                kinds.push(EventKind::PullRequestStatusChanged { pull_request });
            }
        }
        Ok(events)
    }
}

fn merged(events: &EventsOfChange, option: MergeOption, commit: ObjectId) -> PullRequestMerge {
    PullRequestMerge { merged_by: events.actor().arn.clone(), commit: commit.to_string(), option }
}
