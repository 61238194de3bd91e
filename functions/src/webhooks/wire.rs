//! Webhooks between the API and the store.

use api::ErrorCode;
use api::own;
use domain::{EventId, WebhookEvents, WebhookFormat, WebhookId};
use service::{Context, Failure, Result, Scope};
use std::time::{Duration, UNIX_EPOCH};
use store::{Webhook, WebhookAttempt, WebhookDelivery, WebhookError};

use crate::inputs::invalid;

/// A webhook as the API shows it: never with its secret.
pub(crate) fn shown(scope: &Scope, webhook: &Webhook) -> own::Webhook {
    own::Webhook {
        webhook_id: Some(webhook.id().to_string()),
        repository_name: scope.repository().map(|repository| repository.name().to_string()),
        url: Some(webhook.url().to_owned()),
        format: Some(webhook.events().format().as_str().to_owned()),
        events: Some(webhook.events().names()),
        status: Some(webhook.status().as_str().to_owned()),
        failing_since: webhook.failing_since().map(Into::into),
        creation_date: Some(webhook.created().into()),
        last_modified_date: Some(webhook.modified().into()),
    }
}

/// A delivery as the API shows it.
pub(crate) fn shown_delivery(delivery: WebhookDelivery) -> own::WebhookDelivery {
    own::WebhookDelivery {
        delivery_id: Some(delivery.id.into()),
        event_id: delivery.event.map(Into::into),
        r#type: Some(delivery.kind),
        state: Some(delivery.state.as_str().to_owned()),
        creation_date: Some((UNIX_EPOCH + Duration::from_millis(delivery.created)).into()),
        request_body: Some(delivery.body),
        attempt_count: Some(i32::try_from(delivery.tries).unwrap_or(i32::MAX)),
        attempts: Some(delivery.attempts.into_iter().map(shown_attempt).collect()),
    }
}

fn shown_attempt(attempt: WebhookAttempt) -> own::WebhookAttempt {
    own::WebhookAttempt {
        time: Some((UNIX_EPOCH + Duration::from_millis(attempt.time)).into()),
        latency_millis: Some(i64::try_from(attempt.latency).unwrap_or(i64::MAX)),
        url: Some(attempt.url),
        request_headers: Some(attempt.headers.into_iter().collect()),
        response_status: attempt.status.map(i32::from),
        response_body: attempt.answer,
        failure: attempt.failure,
    }
}

/// The events of these names, in the words of a form.
pub(crate) fn events(format: WebhookFormat, names: Vec<String>) -> Result<WebhookEvents> {
    WebhookEvents::parse(format, names).map_err(|error| invalid("events", error))
}

/// The form of this word.
pub(crate) fn format(word: &str) -> Result<WebhookFormat> {
    WebhookFormat::parse(word).ok_or_else(|| invalid("format", "it is coldforge or github"))
}

/// Checks what can be said of a URL before it is used.
pub(crate) fn check_url(cx: &Context, url: &str) -> Result<()> {
    cx.poster.check(url).map_err(|error| invalid("url", error))
}

/// The webhook of this id in the scope.
pub(crate) async fn find(cx: &Context, scope: &Scope, id: Option<String>) -> Result<Webhook> {
    let id = id.unwrap_or_default();
    let Ok(parsed) = WebhookId::parse(id.as_str()) else { return Err(missing(&id)) };
    let repository = scope.repository().map(|repository| repository.id().clone());
    cx.store.find_webhook(repository.as_ref(), &parsed).await?.ok_or_else(|| missing(&id))
}

/// The failure for a change of a webhook that did not happen.
pub(crate) fn failure(error: WebhookError) -> Failure {
    match error {
        WebhookError::Missing(id) => missing(id.as_str()),
        WebhookError::TooMany => Failure::new(ErrorCode::MaximumWebhooksExceededException, error.to_string()),
        WebhookError::Store(error) => error.into(),
    }
}

/// The failure for a delivery that the log does not have.
pub(crate) fn missing_delivery(id: &str) -> Failure {
    Failure::new(
        ErrorCode::WebhookDeliveryDoesNotExistException,
        format!("the log has no delivery '{}'", id.escape_debug()),
    )
}

/// The id of a delivery.
pub(crate) fn delivery_id(id: &str) -> Result<EventId> {
    EventId::parse(id).map_err(|_| missing_delivery(id))
}

fn missing(id: &str) -> Failure {
    let message = format!("there is no webhook '{}' here", id.escape_debug());
    Failure::new(ErrorCode::WebhookDoesNotExistException, message)
}
