//! `RedeliverWebhookDelivery`: delivers once more what the log of a webhook holds.

use super::wire;
use crate::inputs::invalid;
use api::own::RedeliverWebhookDeliveryInput;
use domain::WebhookStatus;
use notify::webhook::again;
use service::{Authorized, Context, Result, Scope};
use store::DeliveryState;

/// Queues the delivery anew, under the same id, so that a receiver that had it before knows it.
pub(crate) async fn redeliver_webhook_delivery(
    cx: Context,
    scope: Authorized<Scope>,
    input: RedeliverWebhookDeliveryInput,
) -> Result<()> {
    let webhook = wire::find(&cx, &scope, input.webhook_id).await?;
    if webhook.status() != WebhookStatus::Active {
        return Err(invalid("webhookId", "the webhook is not active; update it with active first"));
    }
    let given = input.delivery_id.unwrap_or_default();
    let id = wire::delivery_id(&given)?;
    let found = cx.store.find_webhook_delivery(webhook.id(), &id).await?;
    let found = found.ok_or_else(|| wire::missing_delivery(&given))?;
    // One that waits will be delivered anyway.
    if found.state != DeliveryState::Waiting {
        cx.store.note_webhook_delivery(webhook.id(), &id, DeliveryState::Waiting, None).await?;
        let (lane, delivery) = again(&webhook, &found);
        cx.store.add_deliveries(&lane, &[delivery]).await?;
    }
    Ok(())
}
