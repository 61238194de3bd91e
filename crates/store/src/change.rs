//! A change to a repository: put together first, then committed once, all or nothing.

mod guards;
mod plan;
mod protections;
mod pull_requests;
mod refusal;
mod view;

pub use refusal::{ChangeError, Refusal, RefusalReason};

use crate::error::Error;
use crate::events::EventsOfChange;
use crate::packs::StoredPack;
use crate::pull_requests::PullRequest;
use crate::repository::Repository;
use crate::stores::random;
use domain::{Actor, BranchName, MergeFacts, MergeOption, PullRequestId, RefName};
use git::ObjectId;
use plan::Plan;
use ports::CommitError;
use ports::table::MAX_WRITES_PER_COMMIT;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use view::View;

/// How often a change that lost a race is tried.
pub(crate) const ATTEMPTS: u32 = 24;

/// What a change writes besides refs and packs, at most: settings, the time of the change, three events, and a check that
/// the default branch exists.
const FIXED_WRITES: usize = 6;

/// What one ref takes at most, once the guards it needs are there: itself, its own directory, the one it is in.
const WRITES_PER_REF: usize = 3;

/// A change to a repository that is being put together. Nothing happens before [`RepositoryChange::commit`].
///
/// Conditions are stated by value. `commit` reads what it must know, checks, and commits on the condition that nothing it
/// relied on has changed; if something has, it begins again. So an unrelated change never makes it fail.
#[derive(Clone)]
pub struct RepositoryChange {
    repository: Repository,
    actor: Actor,
    packs: Vec<StoredPack>,
    edits: BTreeMap<RefName, Edit>,
    repeated: BTreeSet<RefName>,
    default_branch: Option<DefaultBranch>,
    description: Option<Option<String>>,
    unreachable: bool,
    push_options: Option<Vec<String>>,
    merge: Option<MergeFacts>,
    unreferenced_merge: Option<(ObjectId, MergeFacts)>,
    closings: Vec<Closing>,
}

/// A pull request that the change closes.
#[derive(Clone)]
struct Closing {
    pull_request: PullRequest,
    merge: Option<(MergeOption, ObjectId)>,
}

#[derive(Debug, Clone)]
enum Edit {
    Create { target: ObjectId, peeled: Option<ObjectId> },
    Update { old: ObjectId, new: ObjectId, peeled: Option<ObjectId>, forced: bool },
    Delete { old: Option<ObjectId> },
}

#[derive(Debug, Clone)]
struct DefaultBranch {
    branch: BranchName,
    only_if_none: bool,
}

impl RepositoryChange {
    /// How many ref edits surely fit into one change that registers at most one pack. More may fit:
    /// [`RepositoryChange::has_room`] counts.
    pub const MAX_REFS: usize = (MAX_WRITES_PER_COMMIT - FIXED_WRITES - 1) / WRITES_PER_REF;

    pub(crate) fn new(repository: Repository, actor: Actor) -> Self {
        Self {
            repository,
            actor,
            packs: Vec::new(),
            edits: BTreeMap::new(),
            repeated: BTreeSet::new(),
            default_branch: None,
            description: None,
            unreachable: false,
            push_options: None,
            merge: None,
            unreferenced_merge: None,
            closings: Vec::new(),
        }
    }

    /// Adds a stored pack to the repository. When the refs that lead to its objects do not all go into this same change,
    /// call [`RepositoryChange::mark_unreachable`] too.
    pub fn register(&mut self, pack: StoredPack) {
        self.packs.push(pack);
    }

    /// Creates a ref, which must not exist. `peeled`: for an annotated tag, the first object behind it that is no tag.
    pub fn create_ref(&mut self, name: RefName, target: ObjectId, peeled: Option<ObjectId>) {
        self.edit(name, Edit::Create { target, peeled });
    }

    /// Moves a ref, which must point to `old`. `forced`: `new` does not contain `old`.
    pub fn update_ref(&mut self, name: RefName, old: ObjectId, new: ObjectId, peeled: Option<ObjectId>, forced: bool) {
        self.edit(name, Edit::Update { old, new, peeled, forced });
    }

    /// Deletes a ref, which must exist and point to `old` if that is given. The default branch cannot be deleted.
    pub fn delete_ref(&mut self, name: RefName, old: Option<ObjectId>) {
        self.edit(name, Edit::Delete { old });
    }

    /// Takes back what was said about a ref, so that the rest can be committed without it. With a pack in the change, what
    /// the ref was to point to may now be stored without being reachable, and is marked so.
    pub fn drop_ref(&mut self, name: &RefName) {
        self.edits.remove(name);
        self.repeated.remove(name);
        self.unreachable |= !self.packs.is_empty();
        self.default_branch.take_if(|default| default.only_if_none && default.branch.full_name() == *name);
    }

    /// Makes a branch the default branch. It must exist or be created by this change.
    pub fn set_default_branch(&mut self, branch: BranchName) {
        self.default_branch = Some(DefaultBranch { branch, only_if_none: false });
    }

    /// Makes a branch the default branch if there is none yet. It must exist or be created by this change.
    pub fn set_default_branch_if_none(&mut self, branch: BranchName) {
        self.default_branch = Some(DefaultBranch { branch, only_if_none: true });
    }

    /// Sets the description, or removes it.
    pub fn set_description(&mut self, description: Option<String>) {
        self.description = Some(description);
    }

    /// Notes that objects may be stored from now on that no ref reaches. Deleting and forcing refs, and registering packs
    /// with loose ends or without a ref that leads to them, do so by themselves.
    pub fn mark_unreachable(&mut self) {
        self.unreachable = true;
    }

    /// Says that the change is a push, and what its `--push-option`s were. These go into the event, so that the caller
    /// bounds their length (to some 64 KiB together).
    pub fn pushed(&mut self, push_options: Vec<String>) {
        self.push_options = Some(push_options);
    }

    /// Says that the change is a merge, for the event that tells of the refs it moves.
    pub fn merged(&mut self, merge: MergeFacts) {
        self.merge = Some(merge);
    }

    /// Says that a pack of the change holds a merge commit to which no ref leads. It may be fetched by its id.
    pub fn made_unreferenced_merge(&mut self, commit: ObjectId, merge: MergeFacts) {
        self.unreferenced_merge = Some((commit, merge));
        self.unreachable = true;
    }

    /// Closes an open pull request of the repository. When it is not any more as `pull_request` says, the change does not happen
    /// ([`ChangeError::PullRequestChanged`]).
    pub fn close_pull_request(&mut self, pull_request: PullRequest) {
        self.closings.push(Closing { pull_request, merge: None });
    }

    /// Closes an open pull request, as above, because it is merged by this change, which must move its destination to `commit`.
    pub fn merge_pull_request(&mut self, pull_request: PullRequest, option: MergeOption, commit: ObjectId) {
        self.closings.push(Closing { pull_request, merge: Some((option, commit)) });
    }

    /// Whether one more ref edit surely fits, unless pull requests change with it.
    pub fn has_room(&self) -> bool {
        let parents: BTreeSet<_> = self.creations().filter_map(|name| name.directories().next()).collect();
        let refs = self.edits.len() + self.creations().count() + parents.len();
        FIXED_WRITES + self.packs.len() + refs + WRITES_PER_REF <= MAX_WRITES_PER_COMMIT
    }

    /// Whether there is nothing to commit.
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
            && self.packs.is_empty()
            && self.default_branch.is_none()
            && self.description.is_none()
            && self.closings.is_empty()
            && !self.unreachable
    }

    /// Makes the change happen, together with the events that tell of it, or says why it did not.
    ///
    /// After an error of the table that is worth another try, it may have happened all the same.
    pub async fn commit(&self) -> Result<(), ChangeError> {
        let store = self.repository.store();
        let events = EventsOfChange::new(store, &self.actor)?;
        let (mut trusting, mut merges_by_move) = (true, true);
        for attempt in 0..ATTEMPTS {
            let mut view = View::new(&self.repository, trusting, merges_by_move);
            let plan = match Plan::make(self, &mut view, &events).await {
                // Only what was read has been checked so far: look at everything, so that all refs at fault are named.
                Err(ChangeError::Refused(_)) if trusting => {
                    trusting = false;
                    continue;
                }
                plan => plan?,
            };
            if plan.writes.len() > MAX_WRITES_PER_COMMIT {
                if !plan.new_guards.is_empty() {
                    guards::create_ahead(&self.repository, plan.new_guards).await?;
                } else if !plan.without_destination.is_empty() && self.edits.len() == 1 {
                    self.close_ahead(&plan.without_destination).await?;
                } else if plan.merges_by_move {
                    merges_by_move = false;
                } else {
                    let needed = plan.writes.len();
                    return Err(ChangeError::TooManyChanges { needed, most: MAX_WRITES_PER_COMMIT });
                }
                continue;
            }
            match store.parts.table.commit(plan.writes).await {
                Ok(_) => return Ok(()),
                Err(CommitError::Conflict(keys)) => {
                    let rows = keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                    tracing::debug!(attempt, rows, "a change has to begin again");
                    // The first conflict may only mean that something was taken on trust that is not so.
                    if !trusting {
                        pause(attempt).await?;
                    }
                    trusting = false;
                }
                Err(error) => return Err(Error::of_commit(error).into()),
            }
        }
        Err(ChangeError::Contended)
    }

    /// Closes pull requests in commits of their own, for a change that has no room for them. One that was changed meanwhile is
    /// left to whoever plans the change again.
    async fn close_ahead(&self, ids: &[PullRequestId]) -> Result<(), ChangeError> {
        // Each takes five writes, and the change that closes it a few more.
        for some in ids.chunks((MAX_WRITES_PER_COMMIT - FIXED_WRITES) / 5) {
            let mut change = Self::new(self.repository.clone(), self.actor.clone());
            for id in some {
                let found = self.repository.store().find_pull_request(*id).await?;
                if let Some(pull_request) = found.filter(PullRequest::is_open) {
                    change.close_pull_request(pull_request);
                }
            }
            match Box::pin(change.commit()).await {
                Ok(()) | Err(ChangeError::PullRequestChanged(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn edit(&mut self, name: RefName, edit: Edit) {
        if self.edits.insert(name.clone(), edit).is_some() {
            self.repeated.insert(name);
        }
    }

    fn creations(&self) -> impl Iterator<Item = &RefName> {
        self.edits.iter().filter(|(_, edit)| matches!(edit, Edit::Create { .. })).map(|(name, _)| name)
    }
}

/// Waits a little before the next attempt: a random time that may be longer the more attempts were in vain, so that those
/// who are in each other's way spread out.
pub(crate) async fn pause(attempt: u32) -> Result<(), Error> {
    const LONGEST_MICROS: u64 = 200_000;
    let most = (1_000u64 << attempt.min(20)).min(LONGEST_MICROS);
    let micros = u64::from_be_bytes(random()?) % most;
    tokio::time::sleep(Duration::from_micros(micros)).await;
    Ok(())
}
