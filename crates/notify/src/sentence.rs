//! An event in a sentence that a person can read, and where they can look at what it is about.

mod changed;

use crate::Settings;
use domain::{CommentedOn, Event, EventKind, PullRequestState};
use std::fmt::Write as _;

/// What happened, who did it, and where, in one sentence without a full stop.
pub fn sentence(event: &Event) -> String {
    let who = name_of(&event.actor.arn);
    let what = changed::what(&event.kind);
    let Some(repository) = &event.repository else { return format!("{who} {what}") };
    let joined = match &event.kind {
        EventKind::RepositoryCreated {} | EventKind::RepositoryDeleted {} => "",
        EventKind::RepositoryRenamed { .. } => "to ",
        _ => "in ",
    };
    format!("{who} {what} {joined}{}", repository.name)
}

/// Where the thing that the event is about can be looked at: its page in the console, if there is one, else the repository's URL
/// for git. `None` when it is not about a repository.
pub fn link(event: &Event, settings: &Settings) -> Option<String> {
    let repository = &event.repository.as_ref()?.name;
    let mut link = settings.page_of(repository);
    if settings.console.is_none() {
        return Some(link);
    }
    // Writing to a text cannot fail.
    if let Some(pull_request) = pull_request_id(&event.kind) {
        _ = write!(link, "/pull-requests/{pull_request}");
    } else if let Some(comment) = comment(&event.kind) {
        _ = write!(link, "/commit/{}", comment.after_commit);
    }
    if let Some(comment) = comment(&event.kind) {
        _ = write!(link, "#{}", comment.comment_id);
    }
    Some(link)
}

/// The name at the end of an ARN.
pub(crate) fn name_of(arn: &str) -> &str {
    arn.rsplit(['/', ':']).next().unwrap_or(arn)
}

/// The pull request that an event is about.
pub(crate) fn pull_request(kind: &EventKind) -> Option<&PullRequestState> {
    match kind {
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
        | EventKind::PullRequestApprovalChanged { pull_request, .. } => Some(pull_request),
        _ => None,
    }
}

/// The comment that an event is about.
pub(crate) fn comment(kind: &EventKind) -> Option<&CommentedOn> {
    match kind {
        EventKind::CommentCreated(comment)
        | EventKind::CommentUpdated(comment)
        | EventKind::CommentContentDeleted(comment)
        | EventKind::CommentReactionChanged { comment, .. } => Some(comment),
        _ => None,
    }
}

fn pull_request_id(kind: &EventKind) -> Option<String> {
    let own = pull_request(kind).map(|pull_request| pull_request.id);
    own.or_else(|| comment(kind)?.pull_request_id).map(|id| id.to_string())
}
