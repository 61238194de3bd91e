//! The form of GitHub's webhooks (GitHub documentation, "Webhook events and payloads"), for receivers that know no other: `push`,
//! `create`, `delete` and `pull_request`, as far as there is something to tell. What is not known here, such as the commits of a
//! push, is left empty; receivers fetch it by git.

mod pull_requests;
mod references;

use super::Message;
use crate::Settings;
use crate::sentence::name_of;
use domain::{Event, EventKind, EventRepository};
use serde_json::{Value, json};

/// What is told of an event.
pub(super) fn messages(event: &Event, settings: &Settings) -> Vec<Message> {
    let Some(repository) = &event.repository else { return Vec::new() };
    let around = Around { event, repository, settings };
    match &event.kind {
        EventKind::ReferencesChanged { references, .. } => {
            references.iter().flat_map(|change| references::messages(&around, change)).collect()
        }
        kind => pull_requests::message(&around, kind).into_iter().collect(),
    }
}

/// What all messages about an event have in common.
struct Around<'a> {
    event: &'a Event,
    repository: &'a EventRepository,
    settings: &'a Settings,
}

impl Around<'_> {
    /// A message with these members, the repository and the sender.
    fn message(&self, kind: &'static str, mut body: Value) -> Message {
        body["repository"] = self.repository();
        body["sender"] = self.user(&self.event.actor.arn);
        Message { kind, body: body.to_string() }
    }

    fn repository(&self) -> Value {
        let Settings { account, .. } = self.settings;
        let name = &self.repository.name;
        let url = self.settings.clone_url(name);
        json!({
            "id": number_of(self.repository.id.as_str()),
            "node_id": self.repository.id,
            "name": name,
            "full_name": format!("{account}/{name}"),
            "private": true,
            "owner": { "login": account.to_string(), "name": account.to_string(), "type": "Organization" },
            "html_url": self.settings.page_of(name),
            "url": url,
            "clone_url": url,
            "git_url": url,
        })
    }

    fn user(&self, arn: &str) -> Value {
        let login = name_of(arn);
        json!({ "login": login, "id": number_of(arn), "node_id": arn, "type": "User" })
    }
}

/// A number for those who expect one: the same for the same text.
fn number_of(text: &str) -> u64 {
    // FNV-1a, cut to what every JSON reader can hold.
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    hash >> 12
}
