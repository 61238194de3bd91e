//! `TestWebhook`: delivers a ping to a webhook.

use super::wire;
use crate::inputs::invalid;
use api::own::{TestWebhookInput, TestWebhookOutput};
use domain::{EventId, WebhookStatus};
use notify::webhook::ping;
use service::{Authorized, Context, Result, Scope};

/// Queues a ping, which goes the way of every delivery: that is what a test is to try.
pub(crate) async fn test_webhook(
    cx: Context,
    scope: Authorized<Scope>,
    input: TestWebhookInput,
) -> Result<TestWebhookOutput> {
    let webhook = wire::find(&cx, &scope, input.webhook_id).await?;
    if webhook.status() != WebhookStatus::Active {
        return Err(invalid("webhookId", "the webhook is not active; update it with active first"));
    }
    let id: EventId = store::event_id(cx.now())?;
    let (lane, delivery) = ping(&webhook, id.clone(), cx.now());
    cx.store.add_deliveries(&lane, &[delivery]).await?;
    Ok(TestWebhookOutput { delivery_id: Some(id.into()) })
}
