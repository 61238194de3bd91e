//! What a webhook was told, and what it answered: kept for 30 days.

use crate::change::{ATTEMPTS, pause};
use crate::error::Error;
use crate::keys;
use crate::rows::{self, Millis, put_until};
use crate::stores::Store;
use domain::{EventId, WebhookId};
use ports::{CommitError, Expect, Row, Scan, SortRange, Write};
use serde::{Deserialize, Serialize};
use std::time::{Duration, SystemTime};

/// How long the log keeps a delivery.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How many attempts of a delivery are kept: the newest.
const MOST_ATTEMPTS: usize = 10;

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryState {
    /// It is still to be made.
    Waiting,
    /// It was made.
    Delivered,
    /// It was given up.
    Failed,
}

impl DeliveryState {
    /// The word of the API for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }
}

/// One try of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookAttempt {
    /// When, in milliseconds since 1970.
    #[serde(rename = "t")]
    pub time: u64,
    /// How long it took, in milliseconds.
    #[serde(rename = "l")]
    pub latency: u64,
    /// Where to.
    #[serde(rename = "u")]
    pub url: String,
    /// The header fields that were sent.
    #[serde(rename = "h")]
    pub headers: Vec<(String, String)>,
    /// The status of the answer, if there was one.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The beginning of the answer's body.
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// Why there was no answer.
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

/// A delivery in the log of a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookDelivery {
    /// Its id: the same for each attempt and each redelivery.
    #[serde(rename = "i")]
    pub id: EventId,
    /// The event that it tells of; `None` for a test.
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    pub event: Option<EventId>,
    /// What kind of thing it tells, in the words of the webhook's form.
    #[serde(rename = "k")]
    pub kind: String,
    /// The body.
    #[serde(rename = "b")]
    pub body: String,
    /// When it was first to be made, in milliseconds since 1970.
    #[serde(rename = "c")]
    pub created: u64,
    /// What became of it.
    #[serde(rename = "s")]
    pub state: DeliveryState,
    /// How often it was tried.
    #[serde(rename = "n", default)]
    pub tries: u32,
    /// The newest attempts, in their order.
    #[serde(rename = "a", default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<WebhookAttempt>,
}

/// Some of a webhook's deliveries, the newest first.
#[derive(Debug)]
pub struct WebhookDeliveryPage {
    /// The deliveries.
    pub deliveries: Vec<WebhookDelivery>,
    /// Where the next page begins; `None` when there are no more.
    pub next: Option<String>,
}

impl WebhookDelivery {
    /// The write that puts a new delivery into the log.
    pub(crate) fn begin(&self, webhook: &WebhookId, now: Millis) -> Result<Write, Error> {
        put_until(keys::webhook_delivery(webhook, &self.id), self, rows::time(now) + KEPT, Expect::Absent)
    }
}

impl Store {
    /// At most `limit` deliveries of a webhook's log behind `after` (1 scan).
    pub async fn webhook_deliveries(
        &self,
        webhook: &WebhookId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<WebhookDeliveryPage, Error> {
        let scan = Scan {
            partition: keys::webhook_log(webhook),
            range: SortRange::Prefix(keys::LOGGED_DELIVERY.to_owned()),
            after: after.map(|id| format!("{}{id}", keys::LOGGED_DELIVERY)),
            limit,
            reverse: true,
        };
        let page = self.parts.table.scan(&scan).await?;
        let deliveries = page.rows.iter().map(rows::decode).collect::<Result<_, _>>()?;
        let behind = |sort: String| sort.strip_prefix(keys::LOGGED_DELIVERY).unwrap_or_default().to_owned();
        Ok(WebhookDeliveryPage { deliveries, next: page.next.map(behind) })
    }

    /// A delivery of a webhook's log (1 get).
    pub async fn find_webhook_delivery(
        &self,
        webhook: &WebhookId,
        id: &EventId,
    ) -> Result<Option<WebhookDelivery>, Error> {
        let row = self.parts.table.get(&keys::webhook_delivery(webhook, id)).await?;
        row.as_ref().map(rows::decode).transpose()
    }

    /// Notes in the log what became of a delivery, and the attempt by which that is known, if there was one. A delivery that has
    /// ended meanwhile is left alone.
    pub async fn note_webhook_delivery(
        &self,
        webhook: &WebhookId,
        id: &EventId,
        state: DeliveryState,
        attempt: Option<&WebhookAttempt>,
    ) -> Result<(), Error> {
        let key = keys::webhook_delivery(webhook, id);
        for number in 0..ATTEMPTS {
            let Some(row) = self.parts.table.get(&key).await? else { return Ok(()) };
            let write = noted(&row, state, attempt)?;
            match self.parts.table.commit(vec![write]).await {
                Ok(_) => return Ok(()),
                Err(CommitError::Conflict(_)) => pause(number).await?,
                Err(error) => return Err(Error::of_commit(error)),
            }
        }
        Err(Error::Contended)
    }
}

fn noted(row: &Row, state: DeliveryState, attempt: Option<&WebhookAttempt>) -> Result<Write, Error> {
    let mut delivery: WebhookDelivery = rows::decode(row)?;
    delivery.state = state;
    if let Some(attempt) = attempt {
        delivery.tries = delivery.tries.saturating_add(1);
        delivery.attempts.push(attempt.clone());
        let old = delivery.attempts.len().saturating_sub(MOST_ATTEMPTS);
        delivery.attempts.drain(..old);
    }
    let end = row.expires_at.unwrap_or(SystemTime::UNIX_EPOCH);
    put_until(row.key.clone(), &delivery, end, Expect::Version(row.version))
}
