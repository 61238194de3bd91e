//! `CreateWebhook`: makes a webhook of a repository or of the account.

use super::wire;
use crate::inputs::invalid;
use api::own::{CreateWebhookInput, CreateWebhookOutput};
use domain::WebhookFormat;
use notify::webhook::secret;
use service::{Authorized, Context, Failure, Result, Scope};
use store::NewWebhook;

/// Makes a webhook. Its secret is encrypted at once, and shown only if it was made here.
pub(crate) async fn create_webhook(
    cx: Context,
    scope: Authorized<Scope>,
    input: CreateWebhookInput,
) -> Result<CreateWebhookOutput> {
    let url = input.url.unwrap_or_default();
    wire::check_url(&cx, &url)?;
    let format = input.format.as_deref().map_or(Ok(WebhookFormat::Coldforge), wire::format)?;
    let events = wire::events(format, input.events.unwrap_or_default())?;
    let (given, made) = match input.secret {
        Some(given) => (given, None),
        None => {
            let made = secret::generate().map_err(Failure::internal)?;
            (made.to_string(), Some(made.to_string()))
        }
    };
    secret::check(format, &given).map_err(|error| invalid("secret", error))?;

    let id = store::webhook_id()?;
    let sealed = secret::seal(cx.keys(), &id, &given).await.map_err(Failure::internal)?;
    let new = NewWebhook { id, url, events, sealed, active: input.active.unwrap_or(true) };
    let repository = scope.repository().map(|repository| repository.id());
    let webhook = cx.store.create_webhook(&cx.actor(), repository, new).await.map_err(wire::failure)?;
    Ok(CreateWebhookOutput { webhook: Some(wire::shown(&scope, &webhook)), secret: made })
}
