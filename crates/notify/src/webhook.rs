//! Webhooks: what they are told, in two forms, and how that is signed and sent.

mod attempt;
mod github;
mod payload;
mod queued;
pub mod secret;
mod send;

pub use payload::{PAYLOAD_VERSION, payload};
pub use queued::{again, ping};

use crate::destinations::Found;
use crate::order::order;
use crate::{Notifier, Settings};
use domain::{DeliveryContent, Event, EventId, RepositoryId, WebhookEvents, WebhookId, WebhookStatus};
use store::{DeliveryState, Error, Webhook, WebhookDelivery};

/// One thing that a webhook is told.
pub struct Message {
    /// What kind of thing it is, in the words of the form.
    pub kind: &'static str,
    /// The body: a JSON object.
    pub body: String,
}

/// What a webhook that chose these events is told of an event: one message in our own form, or those of GitHub's form; none when it
/// chose nothing of that.
pub fn messages(event: &Event, events: &WebhookEvents, settings: &Settings) -> Vec<Message> {
    match events {
        WebhookEvents::Coldforge(filter) if filter.accepts(&event.kind) => vec![payload(event, settings)],
        WebhookEvents::Coldforge(_) => Vec::new(),
        WebhookEvents::Github(names) => {
            let mut messages = github::messages(event, settings);
            messages.retain(|message| names.contains("*") || names.contains(message.kind));
            messages
        }
    }
}

/// The name of the destination that a webhook is, in lanes.
pub(crate) fn destination(webhook: &WebhookId) -> String {
    format!("webhook/{webhook}")
}

impl Notifier {
    /// Finds the webhooks that are told of an event.
    pub(crate) async fn find_webhooks(&self, found: &mut Found<'_>) -> Result<(), Error> {
        let repository = found.event.repository.as_ref().map(|repository| repository.id.clone());
        let mut webhooks = self.parts.store.webhooks(None).await?;
        if let Some(repository) = &repository {
            webhooks.extend(self.parts.store.webhooks(Some(repository)).await?);
        }
        for webhook in webhooks.iter().filter(|webhook| webhook.status() == WebhookStatus::Active) {
            self.find_messages(found, webhook);
        }
        Ok(())
    }

    fn find_messages(&self, found: &mut Found<'_>, webhook: &Webhook) {
        let event = found.event;
        for (number, message) in messages(event, webhook.events(), &self.settings).into_iter().enumerate() {
            let id = event.id.derived(&format!("{}/{number}", webhook.id()));
            let content = content(webhook.id(), webhook.repository(), &id, Some(&event.id));
            let delivery = found.add(&destination(webhook.id()), content);
            delivery.order = order(event);
            delivery.log = Some(WebhookDelivery {
                id,
                event: Some(event.id.clone()),
                kind: message.kind.to_owned(),
                body: message.body,
                created: millis(event.time),
                state: DeliveryState::Waiting,
                tries: 0,
                attempts: Vec::new(),
            });
        }
    }
}

/// What the queue keeps of a delivery to a webhook; the rest is in the webhook's log.
pub(crate) fn content(
    webhook: &WebhookId,
    of: Option<&RepositoryId>,
    delivery: &EventId,
    event: Option<&EventId>,
) -> DeliveryContent {
    DeliveryContent::Webhook {
        webhook: webhook.clone(),
        of: of.cloned(),
        delivery: delivery.clone(),
        event: event.cloned(),
    }
}

/// A time in milliseconds since 1970.
pub(crate) fn millis(time: std::time::SystemTime) -> u64 {
    time.duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}
