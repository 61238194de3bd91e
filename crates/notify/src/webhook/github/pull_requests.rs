//! `pull_request`.

use super::Around;
use crate::webhook::Message;
use domain::{EventKind, PullRequestState, PullRequestStatus, RefName};
use serde_json::{Value, json};

/// What is told of a pull request; `None` when the event is none that GitHub tells of.
pub(super) fn message(around: &Around<'_>, kind: &EventKind) -> Option<Message> {
    let (action, pull_request) = match kind {
        EventKind::PullRequestCreated { pull_request } => ("opened", pull_request),
        EventKind::PullRequestSourceUpdated { pull_request, .. } => ("synchronize", pull_request),
        EventKind::PullRequestTitleChanged { pull_request, .. }
        | EventKind::PullRequestDescriptionChanged { pull_request, .. } => ("edited", pull_request),
        // A merge is told by the closing that comes right behind it.
        EventKind::PullRequestStatusChanged { pull_request } => ("closed", pull_request),
        _ => return None,
    };
    let mut body = json!({
        "action": action,
        "number": number(pull_request),
        "pull_request": shown(around, pull_request),
    });
    match kind {
        EventKind::PullRequestSourceUpdated { before, .. } => {
            body["before"] = json!(before);
            body["after"] = json!(pull_request.source_commit);
        }
        EventKind::PullRequestTitleChanged { before, .. } => body["changes"] = json!({ "title": { "from": before } }),
        EventKind::PullRequestDescriptionChanged { before, .. } => {
            body["changes"] = json!({ "body": { "from": before } });
        }
        _ => {}
    }
    Some(around.message("pull_request", body))
}

fn shown(around: &Around<'_>, pull_request: &PullRequestState) -> Value {
    let page = around.settings.page_of(&around.repository.name);
    let end = |name: &RefName, commit: Option<&str>| {
        let short = name.branch().unwrap_or(name.as_str());
        let account = around.settings.account.to_string();
        json!({ "ref": short, "label": format!("{account}:{short}"), "sha": commit, "repo": around.repository() })
    };
    let merge = pull_request.merge.as_ref();
    json!({
        "id": number(pull_request),
        "number": number(pull_request),
        "state": if pull_request.status == PullRequestStatus::Open { "open" } else { "closed" },
        "title": pull_request.title,
        "html_url": format!("{page}/pull-requests/{}", pull_request.id),
        "user": around.user(&pull_request.author),
        "draft": false,
        "merged": merge.is_some(),
        "merge_commit_sha": merge.map(|merge| &merge.commit),
        "merged_by": merge.map(|merge| around.user(&merge.merged_by)),
        "head": end(&pull_request.source, Some(&pull_request.source_commit)),
        "base": end(&pull_request.destination, pull_request.destination_commit.as_deref()),
    })
}

fn number(pull_request: &PullRequestState) -> u64 {
    pull_request.id.to_string().parse().unwrap_or_default()
}
