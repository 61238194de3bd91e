//! Notification rules of a repository: which events a topic is told of.

use crate::change::{ATTEMPTS, pause};
use crate::error::Error;
use crate::keys;
use crate::rows::{self, Millis, put};
use crate::settings::Limit;
use crate::stores::{Store, random};
use domain::{Actor, Destination, EventFilter, EventKind, NotificationRuleId, RepositoryId, SettingChange};
use ports::{Expect, Row, SortRange, Version, Write};
use serde::{Deserialize, Serialize};
use std::time::SystemTime;

/// The most rules of a repository.
const MOST_RULES: usize = 20;

const LIMIT: Limit = Limit { prefix: keys::NOTIFICATION_RULE, guard: keys::NOTIFICATION_RULES, most: MOST_RULES };

/// A notification rule.
#[derive(Debug, Clone)]
pub struct NotificationRule {
    id: NotificationRuleId,
    row: RuleRow,
    version: Version,
}

/// What a notification rule says.
#[derive(Debug, Clone)]
pub struct NewNotificationRule {
    /// Its name, for people.
    pub name: String,
    /// Which events are told.
    pub events: EventFilter,
    /// The topic that is told.
    pub target: Destination,
    /// Whether it is told.
    pub active: bool,
}

/// `REPO#<id>` / `WATCH#<rule id>`
#[derive(Debug, Clone, Serialize, Deserialize)]
struct RuleRow {
    #[serde(rename = "n")]
    name: String,
    #[serde(rename = "e")]
    events: EventFilter,
    #[serde(rename = "t")]
    target: Destination,
    #[serde(rename = "a")]
    active: bool,
    #[serde(rename = "c")]
    created: Millis,
    #[serde(rename = "m")]
    modified: Millis,
}

/// Why a rule was not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum NotificationRuleError {
    /// There is none of this id.
    #[error("there is no notification rule '{0}'")]
    Missing(NotificationRuleId),
    /// There are as many as there may be.
    #[error("there are {MOST_RULES} notification rules already, which is the most; delete one first")]
    TooMany,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
}

impl NotificationRule {
    fn of_row(row: &Row) -> Result<Self, Error> {
        let id = rows::behind(keys::NOTIFICATION_RULE, &row.key)?;
        let id = NotificationRuleId::parse(id).map_err(|error| rows::damaged(&row.key, error))?;
        Ok(Self { id, row: rows::decode(row)?, version: row.version })
    }

    /// Its id.
    pub fn id(&self) -> &NotificationRuleId {
        &self.id
    }

    /// What it says.
    pub fn content(&self) -> NewNotificationRule {
        let RuleRow { name, events, target, active, .. } = self.row.clone();
        NewNotificationRule { name, events, target, active }
    }

    /// When it was made, to the millisecond.
    pub fn created(&self) -> SystemTime {
        rows::time(self.row.created)
    }

    /// When it was last changed, to the millisecond.
    pub fn modified(&self) -> SystemTime {
        rows::time(self.row.modified)
    }
}

impl Store {
    /// The notification rules of a repository (1 scan).
    pub async fn notification_rules(&self, repository: &RepositoryId) -> Result<Vec<NotificationRule>, Error> {
        let range = SortRange::Prefix(keys::NOTIFICATION_RULE.to_owned());
        let rows = self.scan_all(keys::repository(repository), range, false).await?;
        rows.iter().map(NotificationRule::of_row).collect()
    }

    /// A notification rule of a repository by its id (1 get).
    pub async fn find_notification_rule(
        &self,
        repository: &RepositoryId,
        id: &NotificationRuleId,
    ) -> Result<Option<NotificationRule>, Error> {
        let row = self.parts.table.get(&keys::notification_rule(repository, id)).await?;
        row.as_ref().map(NotificationRule::of_row).transpose()
    }

    /// Makes a notification rule.
    pub async fn create_notification_rule(
        &self,
        actor: &Actor,
        repository: &RepositoryId,
        new: NewNotificationRule,
    ) -> Result<NotificationRule, NotificationRuleError> {
        let (id, now) = (NotificationRuleId::from_random(random()?), self.now());
        let row = row(new, now, now);
        let write = put(keys::notification_rule(repository, &id), &row, Expect::Absent)?;
        let told = told(&id, &row, SettingChange::Created);
        let made = self.commit_one_more(actor, Some(repository), &LIMIT, &write, &told).await?;
        let version = made.ok_or(NotificationRuleError::TooMany)?;
        Ok(NotificationRule { id, row, version })
    }

    /// Changes a notification rule to what `change` makes of what it says.
    pub async fn update_notification_rule(
        &self,
        actor: &Actor,
        repository: &RepositoryId,
        id: &NotificationRuleId,
        change: impl Fn(NewNotificationRule) -> NewNotificationRule,
    ) -> Result<NotificationRule, NotificationRuleError> {
        for attempt in 0..ATTEMPTS {
            let found = self.find_notification_rule(repository, id).await?;
            let found = found.ok_or_else(|| NotificationRuleError::Missing(id.clone()))?;
            let row = row(change(found.content()), found.row.created, self.now());
            let expect = Expect::Version(found.version);
            let write = put(keys::notification_rule(repository, id), &row, expect)?;
            let told = told(id, &row, SettingChange::Updated);
            if let Some(version) = self.commit_setting(actor, Some(repository), write, told).await? {
                return Ok(NotificationRule { id: id.clone(), row, version });
            }
            pause(attempt).await?;
        }
        Err(Error::Contended.into())
    }

    /// Removes a notification rule.
    pub async fn delete_notification_rule(
        &self,
        actor: &Actor,
        repository: &RepositoryId,
        id: &NotificationRuleId,
    ) -> Result<(), NotificationRuleError> {
        for attempt in 0..ATTEMPTS {
            let found = self.find_notification_rule(repository, id).await?;
            let found = found.ok_or_else(|| NotificationRuleError::Missing(id.clone()))?;
            let expect = Expect::Version(found.version);
            let write = Write::Delete { key: keys::notification_rule(repository, id), expect };
            let told = told(id, &found.row, SettingChange::Deleted);
            if self.commit_setting(actor, Some(repository), write, told).await?.is_some() {
                return Ok(());
            }
            pause(attempt).await?;
        }
        Err(Error::Contended.into())
    }
}

fn row(new: NewNotificationRule, created: Millis, modified: Millis) -> RuleRow {
    let NewNotificationRule { name, events, target, active } = new;
    RuleRow { name, events, target, active, created, modified }
}

fn told(id: &NotificationRuleId, row: &RuleRow, change: SettingChange) -> EventKind {
    EventKind::NotificationRuleChanged { rule: id.clone(), name: row.name.clone(), change }
}
