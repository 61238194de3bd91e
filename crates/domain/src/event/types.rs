//! The types of events, as those who want to be told choose them, and what chooses.

use super::{EventKind, ReferenceChange};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Every type of event that there is.
pub const EVENT_TYPES: &[&str] = &[
    "approval_rule_template.changed",
    "branch.created",
    "branch.deleted",
    "branch.updated",
    "commit_comment.created",
    "commit_comment.deleted",
    "commit_comment.reaction_changed",
    "commit_comment.replied",
    "commit_comment.updated",
    "commit_status.changed",
    "identity.changed",
    "merge_commit.created",
    "notification_rule.changed",
    "pull_request.approval_changed",
    "pull_request.approval_rules_changed",
    "pull_request.approval_rules_overridden",
    "pull_request.closed",
    "pull_request.created",
    "pull_request.edited",
    "pull_request.merged",
    "pull_request.source_updated",
    "pull_request_comment.created",
    "pull_request_comment.deleted",
    "pull_request_comment.reaction_changed",
    "pull_request_comment.replied",
    "pull_request_comment.updated",
    "ref_protection.changed",
    "reference.created",
    "reference.deleted",
    "reference.updated",
    "repository.changed",
    "repository.created",
    "repository.deleted",
    "repository.renamed",
    "sealing_key.rotated",
    "tag.created",
    "tag.deleted",
    "tag.updated",
    "webhook.changed",
];

impl EventKind {
    /// The types of the event: one, or for changed refs one for each thing that happened to branches, tags and other refs.
    pub fn types(&self) -> BTreeSet<&'static str> {
        match self {
            Self::ReferencesChanged { references, .. } => references.iter().map(of_reference).collect(),
            other => BTreeSet::from([of_other(other)]),
        }
    }
}

fn of_reference(change: &ReferenceChange) -> &'static str {
    let happened = match (&change.before, &change.after) {
        (None, _) => 0,
        (_, None) => 1,
        _ => 2,
    };
    let types = match (change.name.branch(), change.name.tag()) {
        (Some(_), _) => ["branch.created", "branch.deleted", "branch.updated"],
        (None, Some(_)) => ["tag.created", "tag.deleted", "tag.updated"],
        (None, None) => ["reference.created", "reference.deleted", "reference.updated"],
    };
    types[happened]
}

fn of_other(kind: &EventKind) -> &'static str {
    match kind {
        EventKind::RepositoryCreated {} => "repository.created",
        EventKind::RepositoryDeleted {} => "repository.deleted",
        EventKind::RepositoryRenamed { .. } => "repository.renamed",
        EventKind::RepositoryDescriptionChanged { .. }
        | EventKind::DefaultBranchChanged { .. }
        | EventKind::RepositoryTagsChanged { .. }
        | EventKind::RepositoryEncryptionKeyChanged { .. }
        | EventKind::RepositoryTriggersChanged { .. } => "repository.changed",
        EventKind::ReferencesChanged { .. } => "reference.updated",
        EventKind::UnreferencedMergeCommitCreated { .. } => "merge_commit.created",
        EventKind::PullRequestCreated { .. } => "pull_request.created",
        EventKind::PullRequestTitleChanged { .. } | EventKind::PullRequestDescriptionChanged { .. } => {
            "pull_request.edited"
        }
        EventKind::PullRequestSourceUpdated { .. } => "pull_request.source_updated",
        EventKind::PullRequestStatusChanged { .. } => "pull_request.closed",
        EventKind::PullRequestMerged { .. } => "pull_request.merged",
        EventKind::PullRequestApprovalRuleCreated { .. }
        | EventKind::PullRequestApprovalRuleChanged { .. }
        | EventKind::PullRequestApprovalRuleDeleted { .. } => "pull_request.approval_rules_changed",
        EventKind::PullRequestApprovalRulesOverridden { .. } => "pull_request.approval_rules_overridden",
        EventKind::PullRequestApprovalChanged { .. } => "pull_request.approval_changed",
        EventKind::CommentCreated(comment) if comment.pull_request_id.is_some() => match comment.in_reply_to {
            Some(_) => "pull_request_comment.replied",
            None => "pull_request_comment.created",
        },
        EventKind::CommentCreated(comment) => match comment.in_reply_to {
            Some(_) => "commit_comment.replied",
            None => "commit_comment.created",
        },
        EventKind::CommentUpdated(comment) => match comment.pull_request_id {
            Some(_) => "pull_request_comment.updated",
            None => "commit_comment.updated",
        },
        EventKind::CommentContentDeleted(comment) => match comment.pull_request_id {
            Some(_) => "pull_request_comment.deleted",
            None => "commit_comment.deleted",
        },
        EventKind::CommentReactionChanged { comment, .. } => match comment.pull_request_id {
            Some(_) => "pull_request_comment.reaction_changed",
            None => "commit_comment.reaction_changed",
        },
        EventKind::ApprovalRuleTemplateCreated { .. }
        | EventKind::ApprovalRuleTemplateRenamed { .. }
        | EventKind::ApprovalRuleTemplateDescriptionChanged { .. }
        | EventKind::ApprovalRuleTemplateContentChanged { .. }
        | EventKind::ApprovalRuleTemplateDeleted { .. }
        | EventKind::ApprovalRuleTemplateAssociated { .. }
        | EventKind::ApprovalRuleTemplateDisassociated { .. } => "approval_rule_template.changed",
        EventKind::CommitStatusChanged { .. } => "commit_status.changed",
        EventKind::RefProtectionChanged { .. } => "ref_protection.changed",
        EventKind::SealingKeyRotated { .. } => "sealing_key.rotated",
        EventKind::WebhookChanged { .. } => "webhook.changed",
        EventKind::NotificationRuleChanged { .. } => "notification_rule.changed",
        EventKind::IdentityChanged { .. } => "identity.changed",
    }
}

/// Chooses events by their types: names of types, all types of something (`pull_request.*`), or everything (`*`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventFilter(BTreeSet<String>);

/// A text that chooses no events.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{}' is no type of event: it must be one such as branch.updated, or pull_request.*, or *", .0.escape_debug())]
pub struct EventFilterError(String);

impl EventFilter {
    /// A filter for these types; each must choose something.
    pub fn parse(types: impl IntoIterator<Item = String>) -> Result<Self, EventFilterError> {
        let filter = |one: String| match EVENT_TYPES.iter().any(|known| chooses(&one, known)) {
            true => Ok(one),
            false => Err(EventFilterError(one)),
        };
        types.into_iter().map(filter).collect::<Result<_, _>>().map(Self)
    }

    /// Whether any of an event's types is chosen.
    pub fn accepts(&self, kind: &EventKind) -> bool {
        let types = kind.types();
        self.0.iter().any(|wanted| types.iter().any(|name| chooses(wanted, name)))
    }

    /// The types, as they were given.
    pub fn types(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

fn chooses(wanted: &str, name: &str) -> bool {
    match wanted.strip_suffix('*') {
        Some("") => true,
        Some(prefix) => prefix.ends_with('.') && name.starts_with(prefix),
        None => wanted == name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(types: &[&str]) -> Result<EventFilter, EventFilterError> {
        EventFilter::parse(types.iter().map(|name| (*name).to_owned()))
    }

    #[test]
    fn a_filter_names_types_groups_or_everything() {
        let created = EventKind::RepositoryCreated {};
        for (types, accepts) in [
            (&["repository.created"][..], true),
            (&["repository.*"], true),
            (&["*"], true),
            (&["branch.*", "repository.created"], true),
            (&["branch.*", "repository.deleted"], false),
            (&[], false),
        ] {
            assert_eq!(filter(types).unwrap().accepts(&created), accepts, "{types:?}");
        }
        for wrong in ["", "repository", "repository.", "repo*", "repository.painted", "nothing.*", ".*"] {
            assert!(filter(&[wrong]).is_err(), "{wrong}");
        }
    }

    #[test]
    fn types_are_sorted_and_told_apart() {
        assert!(EVENT_TYPES.is_sorted());
        assert_eq!(EVENT_TYPES.iter().collect::<BTreeSet<_>>().len(), EVENT_TYPES.len());
    }
}
