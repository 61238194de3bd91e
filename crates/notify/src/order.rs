//! What an event is about, as far as the order of deliveries goes.

use domain::delivery::EVERYTHING;
use domain::{CommentedOn, Event, EventKind};
use std::collections::BTreeSet;

/// Names what the event is about. Deliveries of events that share a name are made in the order in which these happened: those
/// about the same ref, the same pull request, the same settings. Making, renaming and deleting a repository is about all of it.
pub fn order(event: &Event) -> BTreeSet<String> {
    match &event.kind {
        EventKind::RepositoryCreated {} | EventKind::RepositoryDeleted {} | EventKind::RepositoryRenamed { .. } => {
            one(EVERYTHING)
        }
        EventKind::ReferencesChanged { references, .. } => {
            references.iter().map(|reference| reference.name.to_string()).collect()
        }
        EventKind::RepositoryDescriptionChanged { .. }
        | EventKind::DefaultBranchChanged { .. }
        | EventKind::RepositoryTagsChanged { .. }
        | EventKind::RepositoryEncryptionKeyChanged { .. }
        | EventKind::RepositoryTriggersChanged { .. } => one("settings"),
        EventKind::UnreferencedMergeCommitCreated { commit, .. } | EventKind::CommitStatusChanged { commit, .. } => {
            one(format!("commit/{commit}"))
        }
        EventKind::PullRequestCreated { pull_request }
        | EventKind::PullRequestTitleChanged { pull_request, .. }
        | EventKind::PullRequestDescriptionChanged { pull_request, .. }
        | EventKind::PullRequestSourceUpdated { pull_request, .. }
        | EventKind::PullRequestStatusChanged { pull_request }
        | EventKind::PullRequestMerged { pull_request }
        | EventKind::PullRequestApprovalRuleCreated { pull_request, .. }
        | EventKind::PullRequestApprovalRuleChanged { pull_request, .. }
        | EventKind::PullRequestApprovalRuleDeleted { pull_request, .. }
        | EventKind::PullRequestApprovalRulesOverridden { pull_request, .. }
        | EventKind::PullRequestApprovalChanged { pull_request, .. } => {
            one(format!("pull-request/{}", pull_request.id))
        }
        EventKind::CommentCreated(comment)
        | EventKind::CommentUpdated(comment)
        | EventKind::CommentContentDeleted(comment)
        | EventKind::CommentReactionChanged { comment, .. } => one(about_comment(comment)),
        EventKind::ApprovalRuleTemplateCreated { template }
        | EventKind::ApprovalRuleTemplateRenamed { template, .. }
        | EventKind::ApprovalRuleTemplateDescriptionChanged { template }
        | EventKind::ApprovalRuleTemplateContentChanged { template, .. }
        | EventKind::ApprovalRuleTemplateDeleted { template }
        | EventKind::ApprovalRuleTemplateAssociated { template }
        | EventKind::ApprovalRuleTemplateDisassociated { template } => one(format!("template/{}", template.id)),
        EventKind::RefProtectionChanged { name, .. } => one(format!("protection/{name}")),
        EventKind::SealingKeyRotated { .. } => one("sealing-key"),
        EventKind::WebhookChanged { webhook, .. } => one(format!("webhook/{webhook}")),
        EventKind::NotificationRuleChanged { rule, .. } => one(format!("notification-rule/{rule}")),
        EventKind::IdentityChanged { identity, .. } => one(format!("identity/{}", identity.id)),
    }
}

fn about_comment(comment: &CommentedOn) -> String {
    match comment.pull_request_id {
        Some(pull_request) => format!("pull-request/{pull_request}"),
        None => format!("commit/{}", comment.after_commit),
    }
}

fn one(name: impl Into<String>) -> BTreeSet<String> {
    BTreeSet::from([name.into()])
}
