//! Deliveries that somebody asks for: a ping, and what was delivered before once more.

use super::{PAYLOAD_VERSION, content, destination, millis};
use domain::{EventId, Lane, WebhookFormat};
use serde_json::json;
use std::collections::BTreeSet;
use std::time::SystemTime;
use store::{DeliveryState, NewDelivery, Webhook, WebhookDelivery};

/// The kind of a ping, in both forms.
const PING: &str = "ping";

/// A ping for a webhook, and the lane that it goes to.
pub fn ping(webhook: &Webhook, id: EventId, now: SystemTime) -> (Lane, NewDelivery) {
    let body = match webhook.events().format() {
        WebhookFormat::Coldforge => json!({
            "version": PAYLOAD_VERSION,
            "type": PING,
            "id": id,
            "summary": "a test of this webhook",
            "timestamp": jiff::Timestamp::try_from(now).map(|now| format!("{now:.3}")).unwrap_or_default(),
            "data": { "webhookId": webhook.id() },
        }),
        WebhookFormat::Github => json!({
            "zen": "It works.",
            "hook_id": webhook.id(),
            "hook": { "type": "Repository", "id": webhook.id(), "active": true, "events": webhook.events().names() },
        }),
    };
    let logged = WebhookDelivery {
        id,
        event: None,
        kind: PING.to_owned(),
        body: body.to_string(),
        created: millis(now),
        state: DeliveryState::Waiting,
        tries: 0,
        attempts: Vec::new(),
    };
    let (lane, delivery) = queued(webhook, &logged);
    (lane, NewDelivery { log: Some(logged), ..delivery })
}

/// What a webhook was told before, once more.
pub fn again(webhook: &Webhook, logged: &WebhookDelivery) -> (Lane, NewDelivery) {
    queued(webhook, logged)
}

/// A delivery that goes behind what waits from the feed, whose places are digits, and that waits for nothing.
fn queued(webhook: &Webhook, logged: &WebhookDelivery) -> (Lane, NewDelivery) {
    let lane = Lane { destination: destination(webhook.id()), repository: webhook.repository().cloned() };
    let content = content(webhook.id(), webhook.repository(), &logged.id, logged.event.as_ref());
    let place = format!("asked/{}", logged.id);
    (lane, NewDelivery { place, content, order: BTreeSet::new(), part: None, log: None })
}
