//! Our own form of what a webhook is told.

use super::Message;
use crate::{Settings, link, sentence};
use domain::{Event, EventKind};
use serde_json::{Value, json};

/// The version of the form. Members may be added; nothing else changes without another version.
pub const PAYLOAD_VERSION: u32 = 1;

/// What is told of an event:
///
/// ```json
/// {
///   "version": 1,
///   "type": "reference.changed",
///   "types": ["branch.updated"],
///   "id": "019ab2c4-…", "timestamp": "2025-11-24T08:30:05.125Z",
///   "account": "123456789012", "region": "eu-west-1",
///   "summary": "ana updated branch main to 9d2a7c1 in demo",
///   "link": "https://…",
///   "actor": {"arn": "…"}, "repository": {"id": "…", "name": "demo", "arn": "…", "cloneUrl": "https://…"},
///   "data": {…}
/// }
/// ```
///
/// `types` are what filters choose by. `type` is the only one of them, or `reference.changed` for changed refs. `data` is the detail
/// of the event as the samples in the folder `events` show it; `id` names the event.
pub fn payload(event: &Event, settings: &Settings) -> Message {
    let types: Vec<&'static str> = event.kind.types().into_iter().collect();
    let kind = match &event.kind {
        EventKind::ReferencesChanged { .. } => "reference.changed",
        _ => types.first().copied().unwrap_or_default(),
    };
    // Writing an event that was read cannot fail; were it to, the rest is told all the same.
    let mut told = serde_json::to_value(event).unwrap_or_default();
    let repository = event.repository.as_ref().map(|repository| {
        json!({
            "id": repository.id,
            "name": repository.name,
            "arn": settings.arn(&repository.name).to_string(),
            "cloneUrl": settings.clone_url(&repository.name),
        })
    });
    let body = json!({
        "version": PAYLOAD_VERSION,
        "type": kind,
        "types": types,
        "id": event.id,
        "timestamp": told["time"].take(),
        "account": settings.account.to_string(),
        "region": settings.region.to_string(),
        "summary": sentence(event),
        "link": link(event, settings),
        "actor": told["actor"].take(),
        "repository": repository,
        "data": told["detail"].take(),
    });
    Message { kind, body: without_nulls(body).to_string() }
}

/// The object without the members that say nothing.
fn without_nulls(mut value: Value) -> Value {
    if let Value::Object(members) = &mut value {
        members.retain(|_, member| !member.is_null());
    }
    value
}
