//! One push, on the blocking side: which commands can be carried out, the pack, the change, the report.

use super::noted;
use domain::{BranchName, RefAction, RefName};
use git::receive::{Command, Outcome, PushRequest, ReceiveError, Report, index_pack};
use git::{Kind, Limits, ObjectId, Odb, StagedPack, commit, walk};
use service::{Authorized, Context, Failure};
use std::collections::{BTreeSet, VecDeque};
use std::io::{self, BufRead, Write};
use std::sync::Arc;
use store::{ChangeError, PackOrigin, RefusalReason, Repository, RepositoryChange, Snapshot, StoredPack};
use tokio::runtime::Handle;

/// What every other ref of an atomic push is told when one cannot be changed.
const ATOMIC: &str = "not changed, as another ref of this atomic push cannot be";

/// What a ref is told that the caller's policies do not allow to be pushed to.
const FORBIDDEN: &str = "you are not authorized to push to this ref (codecommit:GitPush with codecommit:References)";

/// A push in progress.
pub(super) struct Push<'a> {
    pub(super) cx: &'a Context,
    pub(super) repository: &'a Authorized<Repository>,
    pub(super) runtime: &'a Handle,
    pub(super) request: PushRequest,
    pub(super) limits: Limits,
    /// The refs that the caller may not push to.
    pub(super) forbidden: BTreeSet<String>,
}

/// A command that may still succeed.
struct Wish {
    /// Which command of the request.
    at: usize,
    name: RefName,
    old: Option<ObjectId>,
    new: Option<Target>,
}

/// What a ref shall point to.
#[derive(Clone, Copy)]
struct Target {
    id: ObjectId,
    peeled: Option<ObjectId>,
    /// Whether the ref leaves behind what it pointed to.
    forced: bool,
}

/// What became of one part of a push.
enum Committed {
    /// All of it that can be.
    All,
    /// Nothing of it can be.
    Nothing,
    /// These, which can be, do not fit into one commit.
    TooMany(Vec<Wish>),
}

/// What became of each command; `None` as long as it is not known.
type Outcomes = Vec<Option<Outcome>>;

impl Push<'_> {
    /// Carries the push out and reports. An error means that the client could not be told.
    pub(super) fn run(self, input: &mut dyn BufRead, out: &mut dyn Write) -> Result<(), Failure> {
        let mut report = Report::new(out, self.request.capabilities);
        if let Some(reason) = &self.request.refusal {
            // Clients send all of the pack before they listen.
            io::copy(input, &mut io::sink()).map_err(Failure::internal)?;
            let outcomes = vec![Some(Err("the push was refused".to_owned())); self.request.commands.len()];
            return self.finish(report, &Err(reason.clone()), outcomes);
        }
        if !self.forbidden.is_empty() {
            io::copy(input, &mut io::sink()).map_err(Failure::internal)?;
            return self.finish(report, &Ok(()), self.forbid());
        }
        let snapshot = self.runtime.block_on(self.repository.open())?;
        let mut outcomes: Outcomes = vec![None; self.request.commands.len()];
        let mut wishes = self.wishes(&snapshot, &mut outcomes);
        self.give_up_if_atomic(&mut wishes, &mut outcomes);

        let unpacked = self.unpack(input, &snapshot.odb, &wishes, &mut report);
        let staged = match unpacked {
            Ok(staged) => staged,
            Err(error) => {
                let words = self.words(&error);
                for outcome in outcomes.iter_mut().filter(|outcome| outcome.is_none()) {
                    *outcome = Some(Err("the pack was not accepted".to_owned()));
                }
                return self.finish(report, &Err(words), outcomes);
            }
        };
        let carried_out = self.carry_out(staged, &snapshot, wishes, &mut outcomes);
        if let Err(failure) = carried_out {
            tracing::error!(request_id = self.cx.request_id, error = ?failure, "a push failed");
            for outcome in outcomes.iter_mut().filter(|outcome| outcome.is_none()) {
                *outcome = Some(Err("the service failed; try again".to_owned()));
            }
        }
        self.finish(report, &Ok(()), outcomes)
    }

    /// Refuses the whole push, as some of its refs are forbidden.
    fn forbid(&self) -> Outcomes {
        let refused = |command: &Command| {
            let forbidden = self.forbidden.contains(&command.name);
            let reason = if forbidden { FORBIDDEN } else { "not changed, as another ref of this push is forbidden" };
            Some(Err(reason.to_owned()))
        };
        self.request.commands.iter().map(refused).collect()
    }

    /// The commands that make sense as far as can be seen before the pack is read.
    fn wishes(&self, snapshot: &Snapshot, outcomes: &mut Outcomes) -> Vec<Wish> {
        let mut wishes = Vec::new();
        for (at, command) in self.request.commands.iter().enumerate() {
            match wish(at, command, snapshot).and_then(|wish| self.unprotected(wish, snapshot)) {
                Ok(wish) => wishes.push(wish),
                Err(reason) => outcomes[at] = Some(Err(reason)),
            }
        }
        wishes
    }

    /// The wish, unless it is plain without its objects that a protection of the ref forbids it. What the objects decide, and
    /// whether a protection was put meanwhile, is seen when the refs are changed.
    fn unprotected(&self, wish: Wish, snapshot: &Snapshot) -> Result<Wish, String> {
        let action = match (wish.old, wish.new) {
            (None, Some(_)) => RefAction::Create,
            (Some(_), Some(_)) => RefAction::Move { forced: false, by_pull_request: false },
            (_, None) => RefAction::Delete,
        };
        match snapshot.protections.broken_rule(&wish.name, &self.cx.actor().arn, action) {
            Some((protection, rule)) => Err(words(&RefusalReason::Protected { protection, rule })),
            None => Ok(wish),
        }
    }

    /// Takes the pack. When nothing can be changed anyway, it is read to its end and forgotten, as clients send all of it
    /// before they listen.
    fn unpack(
        &self,
        input: &mut dyn BufRead,
        odb: &Odb,
        wishes: &[Wish],
        report: &mut Report<'_>,
    ) -> Result<Option<StagedPack>, ReceiveError> {
        if !self.request.has_pack() {
            return Ok(None);
        }
        if wishes.iter().all(|wish| wish.new.is_none()) {
            io::copy(input, &mut io::sink()).map_err(|_| ReceiveError::Truncated)?;
            return Ok(None);
        }
        let scratch = self.cx.store.scratch();
        let staged = index_pack(input, odb, scratch, &self.limits, &mut |progress| report.progress(progress))?;
        // A push of what is here already comes with an empty pack, which is not worth keeping.
        Ok(Some(staged).filter(|staged| staged.record.objects > 0))
    }

    fn carry_out(
        &self,
        staged: Option<StagedPack>,
        snapshot: &Snapshot,
        mut wishes: Vec<Wish>,
        outcomes: &mut Outcomes,
    ) -> Result<(), Failure> {
        let roots = staged.as_ref().map(|staged| staged.roots.clone());
        let stored = match staged {
            Some(mut staged) => {
                staged.record.closed = leads_to_all(&staged.roots, &wishes, &snapshot.odb);
                Some(self.runtime.block_on(self.repository.store_pack(staged, PackOrigin::Push))?)
            }
            None => None,
        };
        let odb = with_pack(&snapshot.odb, stored.as_ref());
        wishes.retain_mut(|wish| match aim(&odb, wish) {
            Ok(()) => true,
            Err(reason) => {
                outcomes[wish.at] = Some(Err(reason));
                false
            }
        });
        self.give_up_if_atomic(&mut wishes, outcomes);
        let closed = roots.is_none_or(|roots| leads_to_all(&roots, &wishes, &snapshot.odb));
        self.change(stored, closed, wishes, outcomes)
    }

    /// Changes the refs. A ref that moved meanwhile is left out and the rest is tried again, unless the push is atomic.
    fn change(
        &self,
        stored: Option<StoredPack>,
        closed: bool,
        wishes: Vec<Wish>,
        outcomes: &mut Outcomes,
    ) -> Result<(), Failure> {
        let default_branch = first_branch(&wishes);
        // Deletions come first and by themselves, so that `a` can make way for `a/b`.
        let (deletions, others): (Vec<_>, Vec<_>) = wishes.into_iter().partition(|wish| wish.new.is_none());
        let atomic = self.request.capabilities.atomic;
        let groups = if atomic { vec![deletions.into_iter().chain(others).collect()] } else { vec![deletions, others] };
        let mut unregistered = stored;
        for group in groups {
            let mut left = VecDeque::from(group);
            let mut most = usize::MAX;
            while !left.is_empty() {
                let mut change = self.repository.change(self.cx.actor());
                change.pushed(self.request.options.clone());
                if let Some(pack) = &unregistered {
                    change.register(pack.clone());
                    if !closed {
                        change.mark_unreachable();
                    }
                }
                if let Some(branch) = &default_branch {
                    change.set_default_branch_if_none(branch.clone());
                }
                let mut part = Vec::new();
                while part.is_empty() || atomic || (part.len() < most && change.has_room()) {
                    let Some(wish) = left.pop_front() else { break };
                    edit(&mut change, &wish);
                    part.push(wish);
                }
                let length = part.len();
                match self.commit(change, part, outcomes)? {
                    Committed::All => unregistered = None,
                    Committed::Nothing => {}
                    // Pull requests change with the refs, and these did not count: less at once, then.
                    Committed::TooMany(part) => {
                        most = length / 2;
                        part.into_iter().rev().for_each(|wish| left.push_front(wish));
                    }
                }
            }
        }
        Ok(())
    }

    /// Commits one change without the refs that cannot be changed.
    fn commit(
        &self,
        mut change: RepositoryChange,
        mut part: Vec<Wish>,
        outcomes: &mut Outcomes,
    ) -> Result<Committed, Failure> {
        loop {
            match self.runtime.block_on(change.commit()) {
                Ok(()) => {
                    for wish in part {
                        outcomes[wish.at] = Some(Ok(()));
                    }
                    return Ok(Committed::All);
                }
                Err(ChangeError::Refused(refusals)) => {
                    for refusal in refusals {
                        change.drop_ref(&refusal.name);
                        for wish in part.iter().filter(|wish| wish.name == refusal.name) {
                            outcomes[wish.at] = Some(Err(words(&refusal.reason)));
                        }
                        part.retain(|wish| wish.name != refusal.name);
                    }
                    self.give_up_if_atomic(&mut part, outcomes);
                    if part.is_empty() {
                        return Ok(Committed::Nothing);
                    }
                }
                Err(ChangeError::TooManyChanges { .. }) if part.len() > 1 && !self.request.capabilities.atomic => {
                    return Ok(Committed::TooMany(part));
                }
                Err(error @ ChangeError::TooManyChanges { .. }) => {
                    for wish in part {
                        outcomes[wish.at] = Some(Err(format!("{error}, without --atomic")));
                    }
                    return Ok(Committed::Nothing);
                }
                Err(error) => return Err(crate::changes::failure(error)),
            }
        }
    }

    /// In an atomic push one failure is everybody's.
    fn give_up_if_atomic(&self, wishes: &mut Vec<Wish>, outcomes: &mut Outcomes) {
        let failed = outcomes.iter().any(|outcome| matches!(outcome, Some(Err(_))));
        if self.request.capabilities.atomic && failed {
            for wish in wishes.drain(..) {
                outcomes[wish.at] = Some(Err(ATOMIC.to_owned()));
            }
        }
    }

    /// What the client is told of a pack that was not accepted.
    fn words(&self, error: &ReceiveError) -> String {
        if error.is_internal() {
            tracing::error!(request_id = self.cx.request_id, %error, "a pack could not be taken");
            return "the service failed; try again".to_owned();
        }
        error.to_string()
    }

    fn finish(&self, mut report: Report<'_>, unpacked: &Outcome, outcomes: Outcomes) -> Result<(), Failure> {
        self.cx.notes.references(noted::pushed(&self.request.commands, &outcomes));
        if self.request.has_pack() {
            self.cx.notes.data_transferred();
        }
        if let Err(reason) = unpacked {
            report.tell(&format!("error: {reason}\n")).map_err(Failure::internal)?;
        }
        let refs: Vec<(String, Outcome)> = self
            .request
            .commands
            .iter()
            .zip(outcomes)
            .map(|(command, outcome)| (command.name.clone(), outcome.unwrap_or_else(|| Err("not changed".to_owned()))))
            .collect();
        report.finish(unpacked, &refs).map_err(Failure::internal)
    }
}

/// A command in typed form, if its name is good and the ref is as the client believes.
fn wish(at: usize, command: &Command, snapshot: &Snapshot) -> Result<Wish, String> {
    let name = RefName::parse(command.name.clone()).map_err(|error| error.to_string())?;
    let current = snapshot.refs.iter().find(|r| r.name == command.name).map(|r| r.target);
    let old = (!command.creates()).then_some(command.old);
    if let (true, Some(head)) = (command.deletes(), &snapshot.head)
        && *head == command.name
    {
        return Err(words(&RefusalReason::DefaultBranch));
    }
    match (old, current) {
        (None, Some(current)) => return Err(words(&RefusalReason::Exists { current })),
        (Some(expected), Some(actual)) if expected != actual => {
            return Err(words(&RefusalReason::Moved { expected, actual }));
        }
        (Some(_), None) => return Err(words(&RefusalReason::Missing)),
        _ => {}
    }
    let new = (!command.deletes()).then_some(Target { id: command.new, peeled: None, forced: false });
    Ok(Wish { at, name, old, new })
}

/// Refusals in the words of a terminal, where the ref's name stands already.
fn words(reason: &RefusalReason) -> String {
    match reason {
        RefusalReason::Exists { .. } | RefusalReason::Moved { .. } => format!("{reason}; fetch first, then push again"),
        reason => reason.to_string(),
    }
}

/// The repository's objects together with those of the pack.
fn with_pack(odb: &Arc<Odb>, stored: Option<&StoredPack>) -> Arc<Odb> {
    match stored {
        None => odb.clone(),
        Some(stored) => {
            let packs = odb.packs().iter().cloned().chain([stored.record().clone()]).collect();
            Arc::new(Odb::new(packs, odb.files().clone(), odb.cache().clone()))
        }
    }
}

/// Checks that the new target is here and may stand under the ref's name, and learns what there is to know of it.
fn aim(odb: &Odb, wish: &mut Wish) -> Result<(), String> {
    let Some(target) = &mut wish.new else { return Ok(()) };
    let unreadable = |error: git::Error| {
        tracing::error!(%error, "a pushed object could not be read");
        "the service failed; try again".to_owned()
    };
    let Some((peeled, kind)) = commit::peel(odb, &target.id).map_err(unreadable)? else {
        return Err(format!("object {} was not sent and is not here", target.id));
    };
    if wish.name.branch().is_some() && (peeled != target.id || kind != Kind::Commit) {
        return Err(format!("a branch points to a commit, but {} is none", target.id));
    }
    target.peeled = (peeled != target.id).then_some(peeled);
    target.forced = match wish.old {
        None => false,
        Some(old) => {
            let both_commits = odb.commit(&old).map_err(unreadable)?.is_some()
                && odb.commit(&target.id).map_err(unreadable)?.is_some();
            !(both_commits && walk::is_ancestor(odb, &old, &target.id).map_err(unreadable)?)
        }
    };
    Ok(())
}

/// Whether the refs reach every object of the pack. The roots are the objects that no other one of the pack refers to; one that
/// was here before, such as the base of a thin pack's delta, is reached already or does not change what was known.
fn leads_to_all(roots: &Option<Vec<ObjectId>>, wishes: &[Wish], before: &Odb) -> bool {
    let Some(roots) = roots else { return false };
    let targets: Vec<ObjectId> = wishes.iter().filter_map(|wish| wish.new.map(|target| target.id)).collect();
    roots.iter().all(|root| targets.contains(root) || before.contains(root).unwrap_or(false))
}

/// The branch that becomes the default one when there is none: `main`, else `master`, else the first pushed.
fn first_branch(wishes: &[Wish]) -> Option<BranchName> {
    let pushed: Vec<&str> =
        wishes.iter().filter(|wish| wish.new.is_some()).filter_map(|wish| wish.name.branch()).collect();
    let preferred = ["main", "master"].into_iter().find(|name| pushed.contains(name));
    BranchName::parse(preferred.or(pushed.first().copied())?).ok()
}

fn edit(change: &mut RepositoryChange, wish: &Wish) {
    let name = wish.name.clone();
    match (wish.old, wish.new) {
        (None, Some(new)) => change.create_ref(name, new.id, new.peeled),
        (Some(old), Some(new)) => change.update_ref(name, old, new.id, new.peeled, new.forced),
        (old, None) => change.delete_ref(name, old),
    }
}
