//! `push`, `create` and `delete`.

use super::Around;
use crate::sentence::name_of;
use crate::webhook::Message;
use domain::ReferenceChange;
use serde_json::json;

/// What stands for no object.
const NOTHING: &str = "0000000000000000000000000000000000000000";

/// What is told of a changed branch or tag: `create` or `delete` and `push`, or `push` alone. Other refs are not told of.
pub(super) fn messages(around: &Around<'_>, change: &ReferenceChange) -> Vec<Message> {
    let (kind, short) = match (change.name.branch(), change.name.tag()) {
        (Some(branch), _) => ("branch", branch),
        (None, Some(tag)) => ("tag", tag),
        (None, None) => return Vec::new(),
    };
    let mut messages = Vec::new();
    let made_or_removed = match (&change.before, &change.after) {
        (None, _) => Some("create"),
        (_, None) => Some("delete"),
        _ => None,
    };
    if let Some(event) = made_or_removed {
        let mut body = json!({ "ref": short, "ref_type": kind, "pusher_type": "user" });
        if event == "create" {
            body["master_branch"] = json!(null);
            body["description"] = json!(null);
        }
        messages.push(around.message(event, body));
    }
    messages.push(push(around, change));
    messages
}

fn push(around: &Around<'_>, change: &ReferenceChange) -> Message {
    let before = change.before.as_deref().unwrap_or(NOTHING);
    let after = change.after.as_deref().unwrap_or(NOTHING);
    let page = around.settings.page_of(&around.repository.name);
    let head = change.after.as_ref().map(|after| json!({ "id": after, "distinct": true }));
    let body = json!({
        "ref": change.name,
        "before": before,
        "after": after,
        "base_ref": null,
        "created": change.before.is_none(),
        "deleted": change.after.is_none(),
        "forced": change.forced,
        "compare": format!("{page}/compare/{before}...{after}"),
        "commits": [],
        "head_commit": head,
        "pusher": { "name": name_of(&around.event.actor.arn), "email": null },
    });
    around.message("push", body)
}
