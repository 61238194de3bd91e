//! `UpdateWebhook`: changes a webhook.

use super::wire;
use crate::inputs::invalid;
use api::own::{UpdateWebhookInput, UpdateWebhookOutput};
use domain::WebhookStatus;
use notify::webhook::secret;
use service::{Authorized, Context, Failure, Result, Scope};
use store::WebhookEdit;

/// Changes what is given. A form goes with events in its words.
pub(crate) async fn update_webhook(
    cx: Context,
    scope: Authorized<Scope>,
    input: UpdateWebhookInput,
) -> Result<UpdateWebhookOutput> {
    let webhook = wire::find(&cx, &scope, input.webhook_id).await?;
    if let Some(url) = &input.url {
        wire::check_url(&cx, url)?;
    }
    let before = webhook.events().format();
    let format = input.format.as_deref().map_or(Ok(before), wire::format)?;
    let events = input.events.map(|names| wire::events(format, names)).transpose()?;
    if format != before && events.is_none() {
        return Err(invalid("format", "another form needs events in its words"));
    }
    if format != before && input.secret.is_none() {
        return Err(invalid("format", "another form needs a secret in its form"));
    }
    let sealed = match &input.secret {
        None => None,
        Some(given) => {
            secret::check(format, given).map_err(|error| invalid("secret", error))?;
            Some(secret::seal(cx.keys(), webhook.id(), given).await.map_err(Failure::internal)?)
        }
    };
    let status = input.active.map(|active| if active { WebhookStatus::Active } else { WebhookStatus::Inactive });
    let edit = WebhookEdit { url: input.url, events, sealed, status };
    let changed = cx.store.update_webhook(&cx.actor(), webhook.repository(), webhook.id(), &edit).await;
    let changed = changed.map_err(wire::failure)?;
    Ok(UpdateWebhookOutput { webhook: Some(wire::shown(&scope, &changed)) })
}
