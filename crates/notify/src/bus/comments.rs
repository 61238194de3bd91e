//! What happens to comments.

use super::Told;
use super::repositories::ours;
use domain::{CommentedOn, Event, EventKind, Reaction};
use serde_json::json;

const ON_COMMIT: &str = "CodeCommit Comment on Commit";
const ON_PULL_REQUEST: &str = "CodeCommit Comment on Pull Request";
const REACTION: &str = "CodeCommit Comment Reaction Change";

/// `None` for an event that is not about a comment.
pub(super) fn told(event: &Event) -> Option<Told> {
    Some(match &event.kind {
        EventKind::CommentCreated(comment) if comment.pull_request_id.is_some() => {
            commented(event, ON_PULL_REQUEST, "commentOnPullRequestCreated", comment)
        }
        EventKind::CommentCreated(comment) => commented(event, ON_COMMIT, "commentOnCommitCreated", comment),
        EventKind::CommentUpdated(comment) if comment.pull_request_id.is_some() => {
            commented(event, ON_PULL_REQUEST, "commentOnPullRequestUpdated", comment)
        }
        EventKind::CommentUpdated(comment) => commented(event, ON_COMMIT, "commentOnCommitUpdated", comment),
        EventKind::CommentContentDeleted(_) => ours(event, "commentContentDeleted"),
        EventKind::CommentReactionChanged { comment, before: None, after } => {
            reacted(event, "commentReactionCreated", comment, *after)
        }
        EventKind::CommentReactionChanged { comment, after, .. } => {
            reacted(event, "commentReactionUpdated", comment, *after)
        }
        _ => return None,
    })
}

fn commented(event: &Event, detail_type: &'static str, name: &'static str, comment: &CommentedOn) -> Told {
    let detail = json!({ "afterCommitId": comment.after_commit, "commentId": comment.comment_id });
    let told = in_repository(event, Told::new(detail_type, name, detail));
    let told = comment.before_commit.iter().fold(told, |told, before| told.with("beforeCommitId", before.as_str()));
    let told = comment.in_reply_to.iter().fold(told, |told, other| told.with("inReplyTo", other.to_string()));
    comment.pull_request_id.iter().fold(told, |told, id| told.with("pullRequestId", id.to_string()))
}

fn reacted(event: &Event, name: &'static str, comment: &CommentedOn, reaction: Option<Reaction>) -> Told {
    let each = |form: fn(Reaction) -> String| reaction.map(form).into_iter().collect::<Vec<_>>();
    let detail = json!({
        "commentId": comment.comment_id,
        "reactionEmojis": each(Reaction::emoji),
        "reactionShortcodes": each(|reaction| format!(":{}:", reaction.short_code())),
        "reactionUnicodes": each(Reaction::code_point),
    });
    in_repository(event, Told::new(REACTION, name, detail))
}

fn in_repository(event: &Event, told: Told) -> Told {
    event.repository.iter().fold(told, |told, repository| {
        told.with("repositoryId", repository.id.to_string()).with("repositoryName", repository.name.to_string())
    })
}
