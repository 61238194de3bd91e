//! From a change to the writes that make it happen, as far as the rows that were looked at allow it.

use super::pull_requests::Followers;
use super::refusal::{ChangeError, Refusal, RefusalReason};
use super::view::View;
use super::{Closing, Edit, RepositoryChange, guards};
use crate::error::Error;
use crate::events::EventsOfChange;
use crate::keys;
use crate::rows::{self, ChangedRow, MetaRow, PackRow, RefRow, UnreferencedRow, put};
use domain::{EventKind, EventRepository, PullRequestId, RefName, ReferenceChange, RepositoryId};
use git::{ObjectId, Ref};
use ports::{Expect, Key, Version, Write};
use std::collections::{BTreeMap, BTreeSet};

/// The writes of a change, each with the condition under which it is right.
pub(super) struct Plan {
    pub(super) writes: Vec<Write>,
    /// The directories whose guards are among the writes.
    pub(super) new_guards: BTreeSet<RefName>,
    /// The pull requests that are closed because their destination is deleted.
    pub(super) without_destination: Vec<PullRequestId>,
    /// Whether pull requests are closed because their destination is moved to their source's commit.
    pub(super) merges_by_move: bool,
}

/// What becomes of the row of a ref.
pub(super) struct PlannedRef {
    /// The row as it is to be; `None` when it is to be deleted.
    pub(super) row: Option<RefRow>,
    pub(super) expect: Expect,
}

/// What was known of a ref that is moved or deleted.
pub(super) struct Moved {
    pub(super) name: RefName,
    pub(super) before: RefRow,
    /// What it is moved to; `None` when it is deleted.
    pub(super) to: Option<ObjectId>,
    pub(super) forced: bool,
}

impl Plan {
    /// Checks the change against the rows of `view`.
    pub(super) async fn make(
        change: &RepositoryChange,
        view: &mut View<'_>,
        events: &EventsOfChange,
    ) -> Result<Self, ChangeError> {
        view.load(rows_to_look_at(change, view.trusting)).await?;
        let (before, version) = view.meta().await?;
        let after = settings_after(change, &before);

        let mut planner = Planner::new(change, view);
        planner.plan_packs()?;
        for (name, edit) in &change.edits {
            planner.plan_edit(name, edit, &after).await?;
        }
        planner.plan_protections(&before).await?;
        planner.plan_pull_requests(events).await?;
        planner.plan_refs()?;
        planner.plan_default_branch(&before, &after).await?;
        planner.plan_settings(&before, version, &after)?;
        planner.plan_events(&before, &after, events)?;
        planner.finish()
    }
}

/// The rows that surely have to be looked at.
fn rows_to_look_at(change: &RepositoryChange, trusting: bool) -> BTreeSet<Key> {
    let id = change.repository.id();
    let mut wanted = BTreeSet::new();
    for (name, edit) in &change.edits {
        let creates = matches!(edit, Edit::Create { .. });
        if !creates || !trusting {
            wanted.insert(keys::reference(id, name));
        }
        if creates && !trusting {
            wanted.insert(keys::guard(id, name));
        }
        if creates && let Some(directory) = name.directories().next() {
            wanted.insert(keys::guard(id, &directory));
        }
    }
    for Closing { pull_request, .. } in &change.closings {
        wanted.extend([pull_request.source(), pull_request.destination()].map(|name| keys::reference(id, name)));
        if !trusting {
            wanted.insert(keys::pull_request(pull_request.id()));
        }
    }
    if !trusting {
        wanted.insert(keys::meta(id));
    }
    wanted
}

/// The settings as the change will leave them.
fn settings_after(change: &RepositoryChange, before: &MetaRow) -> MetaRow {
    let mut after = before.clone();
    if let Some(default) = &change.default_branch
        && (before.default_branch.is_none() || !default.only_if_none)
    {
        after.default_branch = Some(default.branch.clone());
    }
    if let Some(description) = &change.description {
        after.description.clone_from(description);
    }
    if after != *before {
        after.modified = change.repository.store().now();
    }
    after.unreachable |= leaves_unreachable(change);
    after
}

/// Whether objects may be stored after the change that no ref reaches.
fn leaves_unreachable(change: &RepositoryChange) -> bool {
    let loses_objects = |edit: &Edit| matches!(edit, Edit::Delete { .. } | Edit::Update { forced: true, .. });
    let gains_tip = |edit: &Edit| matches!(edit, Edit::Create { .. } | Edit::Update { .. });
    change.unreachable
        || change.edits.values().any(loses_objects)
        || change.packs.iter().any(|pack| !pack.record.closed)
        || !change.packs.is_empty() && !change.edits.values().any(gains_tip)
}

pub(super) struct Planner<'a, 'v> {
    pub(super) change: &'a RepositoryChange,
    pub(super) id: &'a RepositoryId,
    pub(super) view: &'a mut View<'v>,
    writes: BTreeMap<Key, Write>,
    pub(super) refs: BTreeMap<RefName, PlannedRef>,
    pub(super) moves: Vec<Moved>,
    pub(super) followers: Followers,
    new_guards: BTreeSet<RefName>,
    references: Vec<ReferenceChange>,
    refusals: Vec<Refusal>,
}

impl<'a, 'v> Planner<'a, 'v> {
    fn new(change: &'a RepositoryChange, view: &'a mut View<'v>) -> Self {
        let refuse = |name: &RefName| Refusal { name: name.clone(), reason: RefusalReason::Repeated };
        Self {
            change,
            id: change.repository.id(),
            view,
            writes: BTreeMap::new(),
            refs: BTreeMap::new(),
            moves: Vec::new(),
            followers: Followers::default(),
            new_guards: BTreeSet::new(),
            references: Vec::new(),
            refusals: change.repeated.iter().map(refuse).collect(),
        }
    }

    pub(super) fn write(&mut self, write: Write) {
        self.writes.insert(write.key().clone(), write);
    }

    pub(super) fn is_refused(&self, name: &RefName) -> bool {
        self.refusals.iter().any(|refusal| refusal.name == *name)
    }

    pub(super) fn refuse(&mut self, name: &RefName, reason: RefusalReason) {
        self.refusals.push(Refusal { name: name.clone(), reason });
    }

    fn plan_packs(&mut self) -> Result<(), Error> {
        for pack in &self.change.packs {
            let row = PackRow::of(&pack.record, pack.origin, pack.created);
            self.write(put(keys::pack(self.id, pack.record.id), &row, Expect::Absent)?);
        }
        Ok(())
    }

    async fn plan_edit(&mut self, name: &RefName, edit: &Edit, after: &MetaRow) -> Result<(), Error> {
        if self.change.repeated.contains(name) {
            return Ok(());
        }
        match *edit {
            Edit::Create { target, peeled } => self.plan_creation(name, target, peeled).await,
            Edit::Update { old, new, peeled, forced } => {
                let Some((current, before, version)) = self.existing(name, Some(old)).await? else {
                    return Ok(());
                };
                let row = Some(before.clone().moved(new, peeled));
                self.refs.insert(name.clone(), PlannedRef { row, expect: Expect::Version(version) });
                self.moves.push(Moved { name: name.clone(), before, to: Some(new), forced });
                self.tell(name, Some(current.target), Some(new), forced);
                Ok(())
            }
            Edit::Delete { old } => {
                if name.branch().is_some()
                    && name.branch() == after.default_branch.as_ref().map(|branch| branch.as_str())
                {
                    self.refuse(name, RefusalReason::DefaultBranch);
                    return Ok(());
                }
                let Some((current, before, version)) = self.existing(name, old).await? else {
                    return Ok(());
                };
                self.refs.insert(name.clone(), PlannedRef { row: None, expect: Expect::Version(version) });
                self.moves.push(Moved { name: name.clone(), before, to: None, forced: false });
                self.tell(name, Some(current.target), None, false);
                Ok(())
            }
        }
    }

    /// The ref, its row and the row's version, if it exists and points to `expected`; else it is refused.
    async fn existing(
        &mut self,
        name: &RefName,
        expected: Option<ObjectId>,
    ) -> Result<Option<(Ref, RefRow, Version)>, Error> {
        let Some(row) = self.view.get(keys::reference(self.id, name)).await? else {
            self.refuse(name, RefusalReason::Missing);
            return Ok(None);
        };
        let current = rows::git_ref(&row)?;
        match expected {
            Some(expected) if expected != current.target => {
                self.refuse(name, RefusalReason::Moved { expected, actual: current.target });
                Ok(None)
            }
            _ => Ok(Some((current, rows::decode(&row)?, row.version))),
        }
    }

    async fn plan_creation(&mut self, name: &RefName, target: ObjectId, peeled: Option<ObjectId>) -> Result<(), Error> {
        let key = keys::reference(self.id, name);
        if let Some(row) = self.view.get_unless_trusting(key.clone()).await? {
            let current = rows::git_ref(&row)?.target;
            self.refuse(name, RefusalReason::Exists { current });
            return Ok(());
        }
        // Also when the other one is deleted by this change, as in git's own transactions: a name changes between being a
        // ref and being a directory in two steps.
        if let Some(with) = name.directories().find(|directory| self.change.edits.contains_key(directory)) {
            self.refuse(name, RefusalReason::Conflict { with });
            return Ok(());
        }
        let own_guard = keys::guard(self.id, name);
        if self.view.get_unless_trusting(own_guard.clone()).await?.is_some()
            && let Some(with) = guards::remove_obsolete(&self.change.repository, name).await?
        {
            self.refuse(name, RefusalReason::Conflict { with });
            return Ok(());
        }
        if !self.plan_guards(name).await? {
            return Ok(());
        }
        self.write(Write::Check { key: own_guard, expect: Expect::Absent });
        self.write(put(key, &RefRow::of(target, peeled), Expect::Absent)?);
        self.tell(name, None, Some(target), false);
        Ok(())
    }

    /// Sees to the guards above a ref that is to be created. `false`: it was refused.
    async fn plan_guards(&mut self, name: &RefName) -> Result<bool, Error> {
        let above = guards::above(self.view, name).await?;
        for directory in &above.unguarded {
            if self.view.get_unless_trusting(keys::reference(self.id, directory)).await?.is_some() {
                self.refuse(name, RefusalReason::Conflict { with: directory.clone() });
                return Ok(false);
            }
        }
        if let Some(directory) = &above.guarded {
            self.write(guards::touch(&self.change.repository, directory)?);
        }
        for directory in above.unguarded {
            for write in guards::create(&self.change.repository, &directory)? {
                self.write(write);
            }
            self.new_guards.insert(directory);
        }
        Ok(true)
    }

    /// The rows of refs that are moved or deleted, or whose pull requests change.
    fn plan_refs(&mut self) -> Result<(), Error> {
        for (name, PlannedRef { row, expect }) in std::mem::take(&mut self.refs) {
            let key = keys::reference(self.id, &name);
            let write = match row {
                Some(row) => put(key.clone(), &row, expect)?,
                None => Write::Delete { key: key.clone(), expect },
            };
            // A created ref that takes the same name for a directory expects the contrary; that one is to fail.
            self.writes.entry(key).or_insert(write);
        }
        Ok(())
    }

    /// A branch that becomes the default branch must exist after the change.
    async fn plan_default_branch(&mut self, before: &MetaRow, after: &MetaRow) -> Result<(), Error> {
        let Some(branch) = &after.default_branch else {
            return Ok(());
        };
        let name = branch.full_name();
        if after.default_branch == before.default_branch || self.change.edits.contains_key(&name) {
            return Ok(());
        }
        let key = keys::reference(self.id, &name);
        if !self.view.trusting && self.view.get(key.clone()).await?.is_none() {
            self.refuse(&name, RefusalReason::Missing);
        }
        // A created ref that takes the same name for a directory expects the contrary; that one is to fail.
        self.writes.entry(key.clone()).or_insert(Write::Check { key, expect: Expect::Present });
        Ok(())
    }

    /// The settings are checked in every change, even if it does not alter them: the repository still exists, has this
    /// name and this default branch, and is still marked as the change takes it to be.
    fn plan_settings(&mut self, before: &MetaRow, version: Version, after: &MetaRow) -> Result<(), Error> {
        let key = keys::meta(self.id);
        let expect = Expect::Version(version);
        self.write(if before == after { Write::Check { key, expect } } else { put(key, after, expect)? });
        if !self.change.edits.is_empty() || !self.change.packs.is_empty() {
            let row = ChangedRow { time: self.change.repository.store().now() };
            self.write(put(keys::changed(self.id), &row, Expect::Anything)?);
        }
        Ok(())
    }

    fn plan_events(&mut self, before: &MetaRow, after: &MetaRow, events: &EventsOfChange) -> Result<(), Error> {
        let mut kinds = Vec::new();
        if !self.references.is_empty() {
            kinds.push(EventKind::ReferencesChanged {
                references: std::mem::take(&mut self.references),
                pushed: self.change.push_options.is_some(),
                push_options: self.change.push_options.clone().unwrap_or_default(),
                merge: self.change.merge.clone(),
            });
        }
        if let Some((commit, merge)) = &self.change.unreferenced_merge {
            self.write(put(keys::unreferenced(self.id, commit), &UnreferencedRow {}, Expect::Anything)?);
            kinds.push(EventKind::UnreferencedMergeCommitCreated { commit: commit.to_string(), merge: merge.clone() });
        }
        if let Some(branch) = after.default_branch.clone().filter(|_| before.default_branch != after.default_branch) {
            kinds.push(EventKind::DefaultBranchChanged { before: before.default_branch.clone(), after: branch });
        }
        if before.description != after.description {
            let (before, after) = (before.description.clone(), after.description.clone());
            kinds.push(EventKind::RepositoryDescriptionChanged { before, after });
        }
        let events = self.followers.plan_rows(self.id, events, &mut kinds, &mut self.writes)?;
        let about = EventRepository { id: self.id.clone(), name: after.name.clone() };
        for row in events.rows(Some(&about), kinds)? {
            self.write(row);
        }
        Ok(())
    }

    fn tell(&mut self, name: &RefName, before: Option<ObjectId>, after: Option<ObjectId>, forced: bool) {
        let hex = |id: Option<ObjectId>| id.map(|id| id.to_string());
        self.references.push(ReferenceChange { name: name.clone(), before: hex(before), after: hex(after), forced });
    }

    fn finish(mut self) -> Result<Plan, ChangeError> {
        if self.refusals.is_empty() {
            return Ok(Plan {
                writes: self.writes.into_values().collect(),
                new_guards: self.new_guards,
                without_destination: self.followers.without_destination,
                merges_by_move: self.followers.merges_by_move,
            });
        }
        self.refusals.sort_by(|a, b| a.name.cmp(&b.name));
        Err(ChangeError::Refused(self.refusals))
    }
}
