//! Ref protections: what may not be done to refs, whatever policies allow.

use crate::commit_status::{StatusContext, StatusState};
use crate::names::{ProtectionName, RefName};
use crate::ref_pattern::RefPattern;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How many protections a repository may have.
pub const MOST_PROTECTIONS: usize = 20;
/// How many patterns a protection may have.
pub const MOST_PATTERNS: usize = 10;
/// How many principals may bypass a protection.
pub const MOST_BYPASSING: usize = 20;
/// How many approvals a protection may require: as many as an approval rule.
pub const MOST_REQUIRED_APPROVALS: u32 = 50;
/// How many contexts the protections of a repository may require together. Each is held against the change of a ref in the same
/// commit, which has room for no more beside 20 open pull requests that follow a branch.
pub const MOST_REQUIRED_STATUSES: usize = 10;

/// What a protection demands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Protection {
    /// The refs it is about.
    pub patterns: Vec<RefPattern>,
    /// Whether a ref may only be moved to what contains it.
    pub fast_forward_only: bool,
    /// Whether refs may not be deleted.
    pub deletion_forbidden: bool,
    /// Whether refs may not be created.
    pub creation_forbidden: bool,
    /// Whether refs may only be moved by merging a pull request.
    pub pull_request_required: bool,
    /// How many must have approved the merged revision of that pull request; any number demands a pull request.
    pub required_approvals: u32,
    /// The contexts in which the commit must have succeeded.
    pub required_statuses: BTreeSet<StatusContext>,
    /// The ARNs of those to whom it does not apply.
    pub bypass: BTreeSet<String>,
}

/// What is to be done to a ref, as far as it is known without a look at pull requests and statuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefAction {
    /// It is created.
    Create,
    /// It is moved.
    Move {
        /// Whether to something that does not contain what it points to.
        forced: bool,
        /// Whether a pull request is merged by it.
        by_pull_request: bool,
    },
    /// It is deleted.
    Delete,
}

/// A rule of a protection that is in the way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrokenRule {
    /// Only fast-forwards are allowed.
    #[error("allows only fast-forwards")]
    FastForward,
    /// It may not be deleted.
    #[error("forbids deleting it")]
    Deletion,
    /// It may not be created.
    #[error("forbids creating it")]
    Creation,
    /// A pull request is required.
    #[error("requires a pull request: make the change on another branch and merge it from there")]
    PullRequest,
    /// The merged revision has too few approvals.
    #[error("requires {required} {} of the merged revision, which has {given}", if *.required == 1 { "approval" } else { "approvals" })]
    Approvals {
        /// How many there must be.
        required: u32,
        /// How many there are.
        given: usize,
    },
    /// A commit has not succeeded in all required contexts.
    #[error("requires the status success of commit {commit} in {}", missing(.states))]
    Statuses {
        /// The commit, in hex.
        commit: String,
        /// The contexts in question, with the state there is.
        states: Vec<(StatusContext, Option<StatusState>)>,
    },
}

/// Contexts in words: `'ci/build' (pending), 'ci/lint' (none yet)`.
fn missing(states: &[(StatusContext, Option<StatusState>)]) -> String {
    let words = |(context, state): &(StatusContext, Option<StatusState>)| {
        format!("'{context}' ({})", state.map_or("none yet", StatusState::as_str))
    };
    states.iter().map(words).collect::<Vec<_>>().join(", ")
}

impl Protection {
    /// Whether it is about the ref, when the principal of this ARN wants to change it.
    pub fn binds(&self, name: &RefName, arn: &str) -> bool {
        !self.bypass.contains(arn) && self.patterns.iter().any(|pattern| pattern.matches(name.as_str()))
    }

    /// Whether refs may only be moved by merging a pull request.
    pub fn requires_pull_request(&self) -> bool {
        self.pull_request_required || self.required_approvals > 0
    }

    /// The rule that forbids the action, as far as approvals and statuses do not matter.
    pub fn broken_rule(&self, action: RefAction) -> Option<BrokenRule> {
        match action {
            RefAction::Create => self.creation_forbidden.then_some(BrokenRule::Creation),
            RefAction::Delete => self.deletion_forbidden.then_some(BrokenRule::Deletion),
            RefAction::Move { forced: true, .. } if self.fast_forward_only => Some(BrokenRule::FastForward),
            RefAction::Move { by_pull_request: false, .. } if self.requires_pull_request() => {
                Some(BrokenRule::PullRequest)
            }
            RefAction::Move { .. } => None,
        }
    }

    /// A way around the protection that its own settings leave open, in words for whoever wrote it.
    pub fn loophole(&self) -> Option<&'static str> {
        let rules_content =
            self.fast_forward_only || self.requires_pull_request() || !self.required_statuses.is_empty();
        let open = rules_content && !self.deletion_forbidden && !self.creation_forbidden;
        open.then_some(
            "a ref that may be deleted and created anew can be given any content: forbid its deletion or its creation too",
        )
    }
}

/// What the protections of a repository demand, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Protections(pub BTreeMap<ProtectionName, Protection>);

impl Protections {
    /// Those that are about the ref, when the principal of this ARN wants to change it, by name.
    pub fn binding<'a>(
        &'a self,
        name: &'a RefName,
        arn: &'a str,
    ) -> impl Iterator<Item = (&'a ProtectionName, &'a Protection)> {
        self.0.iter().filter(move |(_, protection)| protection.binds(name, arn))
    }

    /// The first protection and rule that forbid an action, as far as approvals and statuses do not matter.
    pub fn broken_rule(&self, name: &RefName, arn: &str, action: RefAction) -> Option<(ProtectionName, BrokenRule)> {
        let broken = |(protection, rules): (&ProtectionName, &Protection)| {
            Some((protection.clone(), rules.broken_rule(action)?))
        };
        self.binding(name, arn).find_map(broken)
    }

    /// The contexts that they require together.
    pub fn contexts(&self) -> BTreeSet<&StatusContext> {
        self.0.values().flat_map(|protection| &protection.required_statuses).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANA: &str = "arn:aws:iam::123456789012:user/coldforge/ana";

    fn lax() -> Protection {
        Protection {
            patterns: vec![RefPattern::parse("refs/heads/main").unwrap()],
            fast_forward_only: false,
            deletion_forbidden: false,
            creation_forbidden: false,
            pull_request_required: false,
            required_approvals: 0,
            required_statuses: BTreeSet::new(),
            bypass: BTreeSet::new(),
        }
    }

    fn moved(forced: bool, by_pull_request: bool) -> RefAction {
        RefAction::Move { forced, by_pull_request }
    }

    #[test]
    fn each_rule_forbids_what_it_says() {
        let all = [RefAction::Create, RefAction::Delete, moved(false, false), moved(true, false), moved(false, true)];
        let broken = |protection: Protection| all.map(|action| protection.broken_rule(action));
        assert_eq!(broken(lax()), [None, None, None, None, None]);
        assert_eq!(
            broken(Protection { fast_forward_only: true, ..lax() }),
            [None, None, None, Some(BrokenRule::FastForward), None]
        );
        assert_eq!(
            broken(Protection { deletion_forbidden: true, creation_forbidden: true, ..lax() }),
            [Some(BrokenRule::Creation), Some(BrokenRule::Deletion), None, None, None]
        );
        let wanted = Some(BrokenRule::PullRequest);
        let expected = [None, None, wanted.clone(), wanted, None];
        assert_eq!(broken(Protection { pull_request_required: true, ..lax() }), expected);
        assert_eq!(broken(Protection { required_approvals: 1, ..lax() }), expected);
    }

    #[test]
    fn it_binds_who_may_not_bypass_it() {
        let name = ProtectionName::parse("main").unwrap();
        let strict = Protection { deletion_forbidden: true, bypass: [ANA.to_owned()].into(), ..lax() };
        let protections = Protections([(name.clone(), strict)].into());
        let main = RefName::parse("refs/heads/main").unwrap();
        let told = |reference: &RefName, arn: &str| protections.broken_rule(reference, arn, RefAction::Delete);
        assert_eq!(told(&main, "arn:aws:iam::123456789012:user/coldforge/bob"), Some((name, BrokenRule::Deletion)));
        assert_eq!(told(&main, ANA), None);
        assert_eq!(told(&RefName::parse("refs/heads/maine").unwrap(), "bob"), None);
    }

    #[test]
    fn what_can_be_deleted_and_created_anew_is_not_protected() {
        assert_eq!(lax().loophole(), None);
        let ruled = Protection { pull_request_required: true, ..lax() };
        assert!(ruled.loophole().is_some());
        assert_eq!(Protection { deletion_forbidden: true, ..ruled.clone() }.loophole(), None);
        assert_eq!(Protection { creation_forbidden: true, ..ruled }.loophole(), None);
    }

    #[test]
    fn rules_are_told_in_words() {
        let context = |text: &str| StatusContext::parse(text).unwrap();
        let states = vec![(context("ci/build"), Some(StatusState::Pending)), (context("ci/lint"), None)];
        let broken = BrokenRule::Statuses { commit: "12ab".to_owned(), states };
        assert_eq!(
            broken.to_string(),
            "requires the status success of commit 12ab in 'ci/build' (pending), 'ci/lint' (none yet)"
        );
    }
}
