//! `DeleteWebhook`: removes a webhook.

use super::wire;
use api::own::DeleteWebhookInput;
use service::{Authorized, Context, Result, Scope};

/// Removes a webhook. Deliveries that wait for it find it gone.
pub(crate) async fn delete_webhook(cx: Context, scope: Authorized<Scope>, input: DeleteWebhookInput) -> Result<()> {
    let webhook = wire::find(&cx, &scope, input.webhook_id).await?;
    let deleted = cx.store.delete_webhook(&cx.actor(), webhook.repository(), webhook.id()).await;
    deleted.map_err(wire::failure)
}
