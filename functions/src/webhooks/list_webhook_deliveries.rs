//! `ListWebhookDeliveries`: tells what a webhook was told.

use super::wire;
use crate::inputs::page_size;
use crate::page_token;
use api::own::{ListWebhookDeliveriesInput, ListWebhookDeliveriesOutput};
use service::{Authorized, Context, Result, Scope};

/// How many deliveries a page has when the client names no number, and at most.
const PAGE: usize = 20;
const MOST: usize = 100;

/// Lists the deliveries of the last 30 days, the newest first.
pub(crate) async fn list_webhook_deliveries(
    cx: Context,
    scope: Authorized<Scope>,
    input: ListWebhookDeliveriesInput,
) -> Result<ListWebhookDeliveriesOutput> {
    let size = page_size(input.max_results, PAGE, MOST)?;
    let webhook = wire::find(&cx, &scope, input.webhook_id).await?;
    let listing = format!("deliveries of {}", webhook.id());
    let after = page_token::decode(input.next_token, &listing)?;
    let page = cx.store.webhook_deliveries(webhook.id(), after.as_deref(), size).await?;
    Ok(ListWebhookDeliveriesOutput {
        deliveries: Some(page.deliveries.into_iter().map(wire::shown_delivery).collect()),
        next_token: page.next.map(|after| page_token::encode(&listing, &after)),
    })
}
