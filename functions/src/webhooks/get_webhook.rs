//! `GetWebhook`: shows a webhook.

use super::wire;
use api::own::{GetWebhookInput, GetWebhookOutput};
use service::{Authorized, Context, Result, Scope};

/// Shows a webhook, without its secret.
pub(crate) async fn get_webhook(
    cx: Context,
    scope: Authorized<Scope>,
    input: GetWebhookInput,
) -> Result<GetWebhookOutput> {
    let webhook = wire::find(&cx, &scope, input.webhook_id).await?;
    Ok(GetWebhookOutput { webhook: Some(wire::shown(&scope, &webhook)) })
}
