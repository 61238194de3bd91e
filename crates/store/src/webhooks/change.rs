//! Making, changing and removing webhooks.

use super::{Webhook, WebhookRow};
use crate::change::{ATTEMPTS, pause};
use crate::error::Error;
use crate::keys;
use crate::rows::put;
use crate::settings::Limit;
use crate::stores::{Store, random};
use domain::webhook::MOST_WEBHOOKS;
use domain::{Actor, EventKind, RepositoryId, SettingChange, WebhookEvents, WebhookId, WebhookStatus};
use ports::{CommitError, Expect, Write};

const LIMIT: Limit = Limit { prefix: keys::WEBHOOK, guard: keys::WEBHOOKS, most: MOST_WEBHOOKS };

/// A webhook that is to be made.
#[derive(Debug, Clone)]
pub struct NewWebhook {
    /// Its id, to which the encrypted secret is bound.
    pub id: WebhookId,
    /// Where it is.
    pub url: String,
    /// What it is told of.
    pub events: WebhookEvents,
    /// The encrypted secret; base64.
    pub sealed: String,
    /// Whether it is told from now on.
    pub active: bool,
}

/// What is to become of a webhook; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct WebhookEdit {
    /// Where it is.
    pub url: Option<String>,
    /// What it is told of.
    pub events: Option<WebhookEvents>,
    /// The encrypted secret; base64.
    pub sealed: Option<String>,
    /// Whether it is told of anything. What was disabled is active again.
    pub status: Option<WebhookStatus>,
}

/// Why a webhook was not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// There is none of this id.
    #[error("there is no webhook '{0}'")]
    Missing(WebhookId),
    /// There are as many as there may be.
    #[error("there are {MOST_WEBHOOKS} webhooks already, which is the most; delete one first")]
    TooMany,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
}

/// A fresh id for a webhook.
pub fn webhook_id() -> Result<WebhookId, Error> {
    Ok(WebhookId::from_random(random()?))
}

impl Store {
    /// Makes a webhook of a repository, or of the account.
    pub async fn create_webhook(
        &self,
        actor: &Actor,
        repository: Option<&RepositoryId>,
        new: NewWebhook,
    ) -> Result<Webhook, WebhookError> {
        let now = self.now();
        let NewWebhook { id, url, events, sealed, active } = new;
        let status = if active { WebhookStatus::Active } else { WebhookStatus::Inactive };
        let row = WebhookRow { url, events, status, sealed, created: now, modified: now, failing_since: None };
        let write = put(keys::webhook(repository, &id), &row, Expect::Absent)?;
        let told = told(&id, &row, SettingChange::Created);
        let made = self.commit_one_more(actor, repository, &LIMIT, &write, &told).await?;
        let version = made.ok_or(WebhookError::TooMany)?;
        Ok(Webhook { id, repository: repository.cloned(), row, version })
    }

    /// Changes a webhook.
    pub async fn update_webhook(
        &self,
        actor: &Actor,
        repository: Option<&RepositoryId>,
        id: &WebhookId,
        edit: &WebhookEdit,
    ) -> Result<Webhook, WebhookError> {
        let change = match edit.status {
            Some(WebhookStatus::Disabled) => SettingChange::Disabled,
            _ => SettingChange::Updated,
        };
        for attempt in 0..ATTEMPTS {
            let found = self.find_webhook(repository, id).await?.ok_or_else(|| WebhookError::Missing(id.clone()))?;
            let mut row = WebhookRow { modified: self.now(), ..found.row };
            if let Some(url) = &edit.url {
                row.url.clone_from(url);
            }
            if let Some(events) = &edit.events {
                row.events = events.clone();
            }
            if let Some(sealed) = &edit.sealed {
                row.sealed.clone_from(sealed);
            }
            if let Some(status) = edit.status {
                row.status = status;
                row.failing_since = None;
            }
            let write = put(keys::webhook(repository, id), &row, Expect::Version(found.version))?;
            let told = told(id, &row, change);
            if let Some(version) = self.commit_setting(actor, repository, write, told).await? {
                return Ok(Webhook { id: id.clone(), repository: repository.cloned(), row, version });
            }
            pause(attempt).await?;
        }
        Err(Error::Contended.into())
    }

    /// Removes a webhook. What it was told stays in its log for its time.
    pub async fn delete_webhook(
        &self,
        actor: &Actor,
        repository: Option<&RepositoryId>,
        id: &WebhookId,
    ) -> Result<(), WebhookError> {
        for attempt in 0..ATTEMPTS {
            let found = self.find_webhook(repository, id).await?.ok_or_else(|| WebhookError::Missing(id.clone()))?;
            let expect = Expect::Version(found.version);
            let write = Write::Delete { key: keys::webhook(repository, id), expect };
            let told = told(id, &found.row, SettingChange::Deleted);
            if self.commit_setting(actor, repository, write, told).await?.is_some() {
                return Ok(());
            }
            pause(attempt).await?;
        }
        Err(Error::Contended.into())
    }

    /// Notes how the newest delivery to a webhook went, where that is not known already. Nobody is told of it; should the webhook
    /// change at the same time, the next delivery will note it.
    pub async fn note_webhook(&self, webhook: &Webhook, delivered: bool) -> Result<(), Error> {
        let failing_since = match (delivered, webhook.row.failing_since) {
            (true, Some(_)) => None,
            (false, None) => Some(self.now()),
            _ => return Ok(()),
        };
        let row = WebhookRow { failing_since, ..webhook.row.clone() };
        let key = keys::webhook(webhook.repository(), webhook.id());
        match self.parts.table.commit(vec![put(key, &row, Expect::Version(webhook.version))?]).await {
            Ok(_) | Err(CommitError::Conflict(_)) => Ok(()),
            Err(error) => Err(Error::of_commit(error)),
        }
    }
}

fn told(id: &WebhookId, row: &WebhookRow, change: SettingChange) -> EventKind {
    EventKind::WebhookChanged { webhook: id.clone(), origin: origin(&row.url).to_owned(), change }
}

/// The beginning of a URL, without its path: with some services whoever knows that may post.
fn origin(url: &str) -> &str {
    let path = url.match_indices('/').nth(2).map_or(url.len(), |(at, _)| at);
    &url[..path]
}
