//! The predicates: what somebody did.

use domain::{CommentedOn, EventKind, IdentityChange, IdentityKind, PullRequestState, ReferenceChange, SettingChange};

/// How many refs are named before the others are counted.
const MOST_NAMED: usize = 3;

pub(super) fn what(kind: &EventKind) -> String {
    match kind {
        EventKind::RepositoryCreated {} => "created the repository".to_owned(),
        EventKind::RepositoryDeleted {} => "deleted the repository".to_owned(),
        EventKind::RepositoryRenamed { previous_name } => format!("renamed the repository {previous_name}"),
        EventKind::RepositoryDescriptionChanged { .. } => "changed the description".to_owned(),
        EventKind::DefaultBranchChanged { after, .. } => format!("made {after} the default branch"),
        EventKind::ReferencesChanged { references, .. } => refs(references),
        EventKind::UnreferencedMergeCommitCreated { commit, .. } => format!("made the merge commit {}", short(commit)),
        EventKind::PullRequestCreated { pull_request } => {
            let (from, to) = (branch(pull_request.source.as_str()), branch(pull_request.destination.as_str()));
            format!("created {} from {from} into {to}", titled(pull_request))
        }
        EventKind::PullRequestTitleChanged { pull_request, before } => {
            format!("changed the title of {}, which was \"{before}\",", titled(pull_request))
        }
        EventKind::PullRequestDescriptionChanged { pull_request, .. } => {
            format!("changed the description of {}", titled(pull_request))
        }
        EventKind::PullRequestSourceUpdated { pull_request, .. } => {
            format!("updated the source branch of {} to {}", titled(pull_request), short(&pull_request.source_commit))
        }
        EventKind::PullRequestStatusChanged { pull_request } => format!("closed {}", titled(pull_request)),
        EventKind::PullRequestMerged { pull_request } => {
            format!("merged {} into {}", titled(pull_request), branch(pull_request.destination.as_str()))
        }
        EventKind::PullRequestApprovalRuleCreated { pull_request, rule } => {
            format!("added the approval rule \"{}\" to {}", rule.name, titled(pull_request))
        }
        EventKind::PullRequestApprovalRuleChanged { pull_request, rule } => {
            format!("changed the approval rule \"{}\" of {}", rule.name, titled(pull_request))
        }
        EventKind::PullRequestApprovalRuleDeleted { pull_request, rule } => {
            format!("deleted the approval rule \"{}\" of {}", rule.name, titled(pull_request))
        }
        EventKind::PullRequestApprovalRulesOverridden { pull_request, overridden: true } => {
            format!("set the approval rules of {} aside", titled(pull_request))
        }
        EventKind::PullRequestApprovalRulesOverridden { pull_request, overridden: false } => {
            format!("put the approval rules of {} back into force", titled(pull_request))
        }
        EventKind::PullRequestApprovalChanged { pull_request, approved: true } => {
            format!("approved {}", titled(pull_request))
        }
        EventKind::PullRequestApprovalChanged { pull_request, approved: false } => {
            format!("took back the approval of {}", titled(pull_request))
        }
        EventKind::CommentCreated(comment) if comment.in_reply_to.is_some() => {
            format!("replied to a comment on {}", commented(comment))
        }
        EventKind::CommentCreated(comment) => format!("commented on {}", commented(comment)),
        EventKind::CommentUpdated(comment) => format!("edited a comment on {}", commented(comment)),
        EventKind::CommentContentDeleted(comment) => format!("deleted a comment on {}", commented(comment)),
        EventKind::CommentReactionChanged { comment, after: Some(reaction), .. } => {
            format!("reacted with {} to a comment on {}", reaction.emoji(), commented(comment))
        }
        EventKind::CommentReactionChanged { comment, after: None, .. } => {
            format!("took back a reaction to a comment on {}", commented(comment))
        }
        EventKind::ApprovalRuleTemplateCreated { template } => {
            format!("created the approval rule template \"{}\"", template.name)
        }
        EventKind::ApprovalRuleTemplateRenamed { template, previous_name } => {
            format!("renamed the approval rule template \"{previous_name}\" to \"{}\"", template.name)
        }
        EventKind::ApprovalRuleTemplateDescriptionChanged { template } => {
            format!("changed the description of the approval rule template \"{}\"", template.name)
        }
        EventKind::ApprovalRuleTemplateContentChanged { template, .. } => {
            format!("changed the approval rule template \"{}\"", template.name)
        }
        EventKind::ApprovalRuleTemplateDeleted { template } => {
            format!("deleted the approval rule template \"{}\"", template.name)
        }
        EventKind::ApprovalRuleTemplateAssociated { template } => {
            format!("put the approval rule template \"{}\" to use", template.name)
        }
        EventKind::ApprovalRuleTemplateDisassociated { template } => {
            format!("put the approval rule template \"{}\" out of use", template.name)
        }
        EventKind::CommitStatusChanged { commit, context, after, .. } => {
            format!("set the status {context} of commit {} to {}", short(commit), after.state.as_str())
        }
        EventKind::RefProtectionChanged { name, before: None, .. } => format!("made the ref protection \"{name}\""),
        EventKind::RefProtectionChanged { name, after: None, .. } => format!("deleted the ref protection \"{name}\""),
        EventKind::RefProtectionChanged { name, .. } => format!("changed the ref protection \"{name}\""),
        EventKind::SealingKeyRotated { .. } => "rotated the sealing key".to_owned(),
        EventKind::WebhookChanged { origin, change, .. } => {
            format!("{} the webhook at {origin}", setting_verb(*change))
        }
        EventKind::NotificationRuleChanged { name, change, .. } => {
            format!("{} the notification rule \"{name}\"", setting_verb(*change))
        }
        EventKind::RepositoryTagsChanged { .. } => "changed the tags".to_owned(),
        EventKind::RepositoryEncryptionKeyChanged { .. } => "changed the encryption key".to_owned(),
        EventKind::RepositoryTriggersChanged { .. } => "replaced the triggers".to_owned(),
        EventKind::IdentityChanged { identity, change, subject } => {
            let kind = match identity.kind {
                IdentityKind::User => "user",
                IdentityKind::Group => "group",
                IdentityKind::Policy => "policy",
            };
            let subject = subject.as_ref().map(|subject| format!(" ({subject})")).unwrap_or_default();
            format!("{} the {kind} {}{subject}", identity_verb(*change), identity.name)
        }
    }
}

fn identity_verb(change: IdentityChange) -> &'static str {
    match change {
        IdentityChange::Created => "created",
        IdentityChange::Deleted => "deleted",
        IdentityChange::TagsChanged => "changed the tags of",
        IdentityChange::CredentialCreated => "made a credential for",
        IdentityChange::CredentialChanged => "changed a credential of",
        IdentityChange::CredentialDeleted => "deleted a credential of",
        IdentityChange::InlinePolicyPut => "set an inline policy of",
        IdentityChange::InlinePolicyDeleted => "deleted an inline policy of",
        IdentityChange::PolicyAttached => "attached a policy to",
        IdentityChange::PolicyDetached => "detached a policy from",
        IdentityChange::MemberAdded => "added a member to",
        IdentityChange::SessionsEnded => "ended the sessions of",
        IdentityChange::MemberRemoved => "removed a member from",
        IdentityChange::VersionCreated => "made a version of",
        IdentityChange::VersionDeleted => "deleted a version of",
        IdentityChange::DefaultVersionChanged => "chose the version of",
    }
}

fn setting_verb(change: SettingChange) -> &'static str {
    match change {
        SettingChange::Created => "created",
        SettingChange::Updated => "changed",
        SettingChange::Deleted => "deleted",
        SettingChange::Disabled => "disabled",
    }
}

fn refs(references: &[ReferenceChange]) -> String {
    let named = references.iter().take(MOST_NAMED).map(one_ref).collect::<Vec<_>>().join(", ");
    match references.len().saturating_sub(MOST_NAMED) {
        0 => named,
        1 => format!("{named} and changed one more ref"),
        more => format!("{named} and changed {more} more refs"),
    }
}

fn one_ref(change: &ReferenceChange) -> String {
    let name = match (change.name.branch(), change.name.tag()) {
        (Some(branch), _) => format!("branch {branch}"),
        (None, Some(tag)) => format!("tag {tag}"),
        (None, None) => change.name.to_string(),
    };
    match (&change.before, &change.after) {
        (None, _) => format!("created {name}"),
        (_, None) => format!("deleted {name}"),
        (_, Some(after)) if change.forced => format!("forced {name} to {}", short(after)),
        (_, Some(after)) => format!("updated {name} to {}", short(after)),
    }
}

fn titled(pull_request: &PullRequestState) -> String {
    format!("pull request {} \"{}\"", pull_request.id, pull_request.title)
}

fn commented(comment: &CommentedOn) -> String {
    match comment.pull_request_id {
        Some(pull_request) => format!("pull request {pull_request}"),
        None => format!("commit {}", short(&comment.after_commit)),
    }
}

fn branch(name: &str) -> &str {
    name.strip_prefix("refs/heads/").unwrap_or(name)
}

/// The first digits of an object id, as git shows it.
fn short(id: &str) -> &str {
    id.get(..7).unwrap_or(id)
}
