//! The request that carries a message to a webhook.

use super::secret::{github_signature, standard_signature};
use bytes::Bytes;
use domain::WebhookFormat;
use ports::PostRequest;
use std::time::{SystemTime, UNIX_EPOCH};
use store::{Webhook, WebhookDelivery};

/// What the requests say they are from.
const USER_AGENT: &str = concat!("Coldforge-Webhooks/", env!("CARGO_PKG_VERSION"));

/// The request, signed at this time.
pub(super) fn request(webhook: &Webhook, delivery: &WebhookDelivery, secret: &str, now: SystemTime) -> PostRequest {
    let id = delivery.id.as_str();
    let mut headers = vec![("content-type", "application/json".to_owned()), ("user-agent", USER_AGENT.to_owned())];
    match webhook.events().format() {
        WebhookFormat::Coldforge => {
            let seconds = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
            headers.push(("webhook-id", id.to_owned()));
            headers.push(("webhook-timestamp", seconds.to_string()));
            headers.push(("webhook-signature", standard_signature(secret, id, seconds, &delivery.body)));
        }
        WebhookFormat::Github => {
            headers.push(("x-github-event", delivery.kind.clone()));
            headers.push(("x-github-delivery", id.to_owned()));
            headers.push(("x-github-hook-id", webhook.id().to_string()));
            headers.push(("x-hub-signature-256", github_signature(secret, &delivery.body)));
        }
    }
    PostRequest {
        url: webhook.url().to_owned(),
        headers: headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        body: Bytes::from(delivery.body.clone()),
    }
}
