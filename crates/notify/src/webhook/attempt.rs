//! One try to deliver to a webhook.

use super::{millis, secret, send};
use crate::Notifier;
use crate::backoff::WINDOW;
use crate::deliver::{Failure, Tried, told};
use domain::{Actor, EventId, RepositoryId, WebhookId, WebhookStatus};
use ports::{PostAnswer, PostError};
use std::time::Duration;
use store::{DeliveryState, Error, Webhook, WebhookAttempt, WebhookDelivery, WebhookEdit, WebhookError};

/// For how long every delivery has to fail until a webhook is disabled.
const DISABLED_AFTER: Duration = Duration::from_secs(5 * 24 * 60 * 60);

/// The longest that a webhook may ask to be left alone for.
const MOST_RETRY_AFTER: Duration = Duration::from_secs(6 * 60 * 60);

/// How much of an answer the log keeps, in characters.
const MOST_ANSWER_CHARACTERS: usize = 2000;

/// `410 Gone`: the receiver wants nothing any more (Standard Webhooks, "Responding").
const GONE: u16 = 410;

/// Who disables webhooks.
const SERVICE: &str = "coldforge";

impl Notifier {
    /// Tries to deliver. Nothing is sent to a webhook that is gone or inactive; the delivery has then failed for good.
    pub(crate) async fn attempt_webhook(
        &self,
        of: Option<&RepositoryId>,
        webhook: &WebhookId,
        delivery: &EventId,
    ) -> Result<Tried, Error> {
        let store = &self.parts.store;
        let Some(logged) = store.find_webhook_delivery(webhook, delivery).await? else { return Ok(Tried::Delivered) };
        let active = store.find_webhook(of, webhook).await?.filter(|found| found.status() == WebhookStatus::Active);
        let Some(found) = active else {
            store.note_webhook_delivery(webhook, delivery, DeliveryState::Failed, None).await?;
            return Ok(Tried::Delivered);
        };
        let (attempt, judged) = self.post(&found, &logged).await;
        let state = match &judged {
            Ok(()) => DeliveryState::Delivered,
            Err(_) => DeliveryState::Waiting,
        };
        store.note_webhook_delivery(webhook, delivery, state, Some(&attempt)).await?;
        store.note_webhook(&found, judged.is_ok()).await?;
        let Err(failure) = judged else { return Ok(Tried::Delivered) };
        if attempt.status == Some(GONE) || self.has_failed_for_long(&found) {
            self.disable(&found).await?;
            store.note_webhook_delivery(webhook, delivery, DeliveryState::Failed, None).await?;
            return Ok(Tried::Delivered);
        }
        Ok(Tried::Failed(failure))
    }

    /// Notes that a delivery was given up.
    pub(crate) async fn give_up_webhook(&self, webhook: &WebhookId, delivery: &EventId) -> Result<(), Error> {
        self.parts.store.note_webhook_delivery(webhook, delivery, DeliveryState::Failed, None).await
    }

    /// Sends the message, and says how that went: for the log, and in a word.
    async fn post(&self, webhook: &Webhook, delivery: &WebhookDelivery) -> (WebhookAttempt, Result<(), Failure>) {
        let begin = self.now();
        let mut attempt = WebhookAttempt {
            time: millis(begin),
            latency: 0,
            url: webhook.url().to_owned(),
            headers: Vec::new(),
            status: None,
            answer: None,
            failure: None,
        };
        let opened = secret::open(&*self.parts.keys, webhook.id(), webhook.sealed_secret()).await;
        let answered = match opened {
            Ok(secret) => {
                let request = send::request(webhook, delivery, &secret, begin);
                attempt.headers.clone_from(&request.headers);
                self.parts.poster.post(request).await
            }
            Err(error) => Err(PostError::Invalid(error.to_string())),
        };
        attempt.latency = self.now().duration_since(begin).unwrap_or_default().as_millis() as u64;
        let judged = match answered {
            Ok(answer) => {
                attempt.status = Some(answer.status);
                attempt.answer = Some(shown(&answer));
                judge(&answer)
            }
            Err(error) => {
                let reason = told(&error);
                attempt.failure = Some(reason.clone());
                Err(Failure { reason, refused: false, pause: None })
            }
        };
        (attempt, judged)
    }

    fn has_failed_for_long(&self, webhook: &Webhook) -> bool {
        let failing = webhook.failing_since().and_then(|since| self.now().duration_since(since).ok());
        failing.is_some_and(|failing| failing >= DISABLED_AFTER.max(WINDOW))
    }

    async fn disable(&self, webhook: &Webhook) -> Result<(), Error> {
        let edit = WebhookEdit { status: Some(WebhookStatus::Disabled), ..WebhookEdit::default() };
        tracing::warn!(webhook = %webhook.id(), "a webhook was disabled, as it takes no deliveries");
        match self.parts.store.update_webhook(&Actor::new(SERVICE), webhook.repository(), webhook.id(), &edit).await {
            // Whoever was faster removed it, or its repository.
            Ok(_)
            | Err(WebhookError::Missing(_) | WebhookError::TooMany | WebhookError::Store(Error::RepositoryGone)) => {
                Ok(())
            }
            Err(WebhookError::Store(error)) => Err(error),
        }
    }
}

/// Any answer of the 2xx kind is a yes, every other one a no (Standard Webhooks, "Responding").
fn judge(answer: &PostAnswer) -> Result<(), Failure> {
    if (200..300).contains(&answer.status) {
        return Ok(());
    }
    let pause = answer.retry_after.map(|pause| pause.min(MOST_RETRY_AFTER));
    Err(Failure { reason: format!("it answered {}", answer.status), refused: false, pause })
}

fn shown(answer: &PostAnswer) -> String {
    String::from_utf8_lossy(&answer.body).chars().take(MOST_ANSWER_CHARACTERS).collect()
}
