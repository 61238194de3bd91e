//! Webhooks of a repository or of the account, and the log of what they were told.

mod change;
mod log;

pub use change::{NewWebhook, WebhookEdit, WebhookError, webhook_id};
pub use log::{DeliveryState, WebhookAttempt, WebhookDelivery, WebhookDeliveryPage};

use crate::error::Error;
use crate::keys;
use crate::rows::{self, Millis};
use crate::stores::Store;
use domain::{RepositoryId, WebhookEvents, WebhookId, WebhookStatus};
use ports::{Row, SortRange, Version};
use serde::{Deserialize, Serialize};
use std::time::SystemTime;

/// A webhook.
#[derive(Debug, Clone)]
pub struct Webhook {
    id: WebhookId,
    repository: Option<RepositoryId>,
    row: WebhookRow,
    version: Version,
}

/// `REPO#<id>` or `ACCOUNT` / `WEBHOOK#<webhook id>`
#[derive(Debug, Clone, Serialize, Deserialize)]
struct WebhookRow {
    #[serde(rename = "u")]
    url: String,
    #[serde(rename = "e")]
    events: WebhookEvents,
    #[serde(rename = "s")]
    status: WebhookStatus,
    /// The secret, encrypted; base64.
    #[serde(rename = "k")]
    sealed: String,
    #[serde(rename = "c")]
    created: Millis,
    #[serde(rename = "m")]
    modified: Millis,
    /// Since when nothing was delivered.
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    failing_since: Option<Millis>,
}

impl Webhook {
    fn of_row(repository: Option<&RepositoryId>, row: &Row) -> Result<Self, Error> {
        let id = rows::behind(keys::WEBHOOK, &row.key)?;
        let id = WebhookId::parse(id).map_err(|error| rows::damaged(&row.key, error))?;
        Ok(Self { id, repository: repository.cloned(), row: rows::decode(row)?, version: row.version })
    }

    /// Its id.
    pub fn id(&self) -> &WebhookId {
        &self.id
    }

    /// The repository that it is told of; `None` for one that is told of the whole account.
    pub fn repository(&self) -> Option<&RepositoryId> {
        self.repository.as_ref()
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.row.url
    }

    /// What it is told of.
    pub fn events(&self) -> &WebhookEvents {
        &self.row.events
    }

    /// Whether it is told of anything.
    pub fn status(&self) -> WebhookStatus {
        self.row.status
    }

    /// The secret with which what it is told is signed, encrypted; base64.
    pub fn sealed_secret(&self) -> &str {
        &self.row.sealed
    }

    /// When it was made, to the millisecond.
    pub fn created(&self) -> SystemTime {
        rows::time(self.row.created)
    }

    /// When it was last changed, to the millisecond.
    pub fn modified(&self) -> SystemTime {
        rows::time(self.row.modified)
    }

    /// Since when every delivery failed; `None` when the last one did not.
    pub fn failing_since(&self) -> Option<SystemTime> {
        self.row.failing_since.map(rows::time)
    }
}

impl Store {
    /// The webhooks of a repository, or of the account (1 scan).
    pub async fn webhooks(&self, repository: Option<&RepositoryId>) -> Result<Vec<Webhook>, Error> {
        let range = SortRange::Prefix(keys::WEBHOOK.to_owned());
        let rows = self.scan_all(keys::scope(repository), range, false).await?;
        rows.iter().map(|row| Webhook::of_row(repository, row)).collect()
    }

    /// A webhook of a repository, or of the account, by its id (1 get).
    pub async fn find_webhook(
        &self,
        repository: Option<&RepositoryId>,
        id: &WebhookId,
    ) -> Result<Option<Webhook>, Error> {
        let row = self.parts.table.get(&keys::webhook(repository, id)).await?;
        row.as_ref().map(|row| Webhook::of_row(repository, row)).transpose()
    }
}
