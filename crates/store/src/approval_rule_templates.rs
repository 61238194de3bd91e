//! Approval rule templates: making, finding, listing, changing and deleting them.
//!
//! A template's row is under its id, and a row under its name leads there, so that associations outlive a rename. They are rows on
//! both sides: `REPO#<id>` / `TEMPLATE#<template id>` tells what a repository's pull requests need, and `TEMPLATE#<id>` /
//! `REPO#<name>` lists the repositories. Making or removing one writes the rows of the repository's settings anew, and making one
//! that of the template. So whoever renames or deletes either, on the condition that its row is still the same, has seen all
//! associations.

mod associations;
mod change;
mod row;

pub use associations::{AssociateTemplateError, TemplateRepositoryPage};
pub use change::{ChangeTemplateError, TemplateChange};

use crate::error::Error;
use crate::events::EventsOfChange;
use crate::rows::{self, put};
use crate::stores::{Store, random};
use crate::{change as changes, keys};
use domain::{
    Actor, ApprovalRuleTemplateId, ApprovalRuleTemplateName, ApprovalRuleTemplateState, EventKind, RuleContent,
};
use ports::{CommitError, Expect, Key, Row, Scan, SortRange, Version, Write};
use row::{TemplateNameRow, TemplateRow};
use std::time::SystemTime;

/// What a new template is to be.
#[derive(Debug, Clone)]
pub struct NewApprovalRuleTemplate {
    /// Its name.
    pub name: ApprovalRuleTemplateName,
    /// Its description.
    pub description: Option<String>,
    /// What the rules say that are made from it.
    pub content: RuleContent,
}

/// An approval rule template as it was when it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalRuleTemplate {
    id: ApprovalRuleTemplateId,
    row: TemplateRow,
}

/// Why a template was not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateTemplateError {
    /// The name is taken.
    #[error("approval rule template '{0}' exists already")]
    AlreadyExists(ApprovalRuleTemplateName),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
}

/// Why a template was not deleted.
#[derive(Debug, thiserror::Error)]
pub enum DeleteTemplateError {
    /// Repositories are associated with it.
    #[error("approval rule template '{0}' is associated with repositories")]
    InUse(ApprovalRuleTemplateName),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
}

/// Some of the account's templates, by name.
#[derive(Debug)]
pub struct TemplatePage {
    /// The names.
    pub names: Vec<ApprovalRuleTemplateName>,
    /// Where the next page begins; `None` when there are no more.
    pub next: Option<ApprovalRuleTemplateName>,
}

impl ApprovalRuleTemplate {
    /// Its id, which a rename does not change.
    pub fn id(&self) -> &ApprovalRuleTemplateId {
        &self.id
    }

    /// Its name.
    pub fn name(&self) -> &ApprovalRuleTemplateName {
        &self.row.name
    }

    /// Its description, if it has one.
    pub fn description(&self) -> Option<&str> {
        self.row.description.as_deref()
    }

    /// What the rules say that are made from it.
    pub fn content(&self) -> &RuleContent {
        &self.row.content
    }

    /// When it was made, to the millisecond.
    pub fn created(&self) -> SystemTime {
        rows::time(self.row.created)
    }

    /// When it last changed, to the millisecond.
    pub fn modified(&self) -> SystemTime {
        rows::time(self.row.modified)
    }

    /// The ARN of the principal that made the last change.
    pub fn modified_by(&self) -> &str {
        &self.row.modified_by
    }

    /// How events tell of it.
    fn state(&self) -> ApprovalRuleTemplateState {
        ApprovalRuleTemplateState::new(self.id.clone(), self.name().clone(), self.content(), self.created())
    }
}

/// A template with the rows that it was read from.
struct Found {
    name_row: Row,
    version: Version,
    template: ApprovalRuleTemplate,
}

impl Store {
    /// Makes a template, which no repository is associated with yet.
    pub async fn create_approval_rule_template(
        &self,
        actor: &Actor,
        new: NewApprovalRuleTemplate,
    ) -> Result<ApprovalRuleTemplate, CreateTemplateError> {
        let id = ApprovalRuleTemplateId::from_random(random()?);
        let now = self.now();
        let row = TemplateRow {
            name: new.name,
            description: new.description,
            content: new.content,
            created: now,
            modified: now,
            modified_by: actor.arn.clone(),
        };
        let template = ApprovalRuleTemplate { id: id.clone(), row };
        let mut writes = vec![
            put(keys::template_name(template.name()), &TemplateNameRow { id: id.clone() }, Expect::Absent)?,
            put(keys::template(&id), &template.row, Expect::Absent)?,
        ];
        let created = EventKind::ApprovalRuleTemplateCreated { template: template.state() };
        writes.extend(EventsOfChange::new(self, actor)?.rows(None, vec![created])?);
        match self.parts.table.commit(writes).await {
            Ok(_) => Ok(template),
            Err(CommitError::Conflict(_)) => Err(CreateTemplateError::AlreadyExists(template.row.name)),
            Err(error) => Err(Error::of_commit(error).into()),
        }
    }

    /// The template of this name, if there is one (2 gets).
    pub async fn find_approval_rule_template(
        &self,
        name: &ApprovalRuleTemplateName,
    ) -> Result<Option<ApprovalRuleTemplate>, Error> {
        Ok(self.find_template(name).await?.map(|found| found.template))
    }

    /// At most `limit` templates behind the name `after`, in the order of their names (1 scan).
    pub async fn list_approval_rule_templates(
        &self,
        after: Option<&ApprovalRuleTemplateName>,
        limit: usize,
    ) -> Result<TemplatePage, Error> {
        let scan = Scan {
            partition: keys::TEMPLATES.to_owned(),
            range: SortRange::All,
            after: after.map(|name| keys::template_name(name).sort),
            limit,
            reverse: false,
        };
        let page = self.parts.table.scan(&scan).await?;
        let names = page.rows.iter().map(|row| name_of(&row.key)).collect::<Result<_, _>>()?;
        let next = page.next.map(|sort| name_of(&Key::new(keys::TEMPLATES, sort))).transpose()?;
        Ok(TemplatePage { names, next })
    }

    /// Deletes a template that no repository is associated with. Returns its id, or `None` when there was none. Rules that were
    /// made from it stay.
    pub async fn delete_approval_rule_template(
        &self,
        actor: &Actor,
        name: &ApprovalRuleTemplateName,
    ) -> Result<Option<ApprovalRuleTemplateId>, DeleteTemplateError> {
        let events = EventsOfChange::new(self, actor)?;
        for attempt in 0..changes::ATTEMPTS {
            let Some(Found { name_row, version, template }) = self.find_template(name).await? else {
                return Ok(None);
            };
            if !self.template_repositories(&template.id, None, 1).await?.names.is_empty() {
                return Err(DeleteTemplateError::InUse(name.clone()));
            }
            let mut writes = vec![
                Write::Delete { key: name_row.key, expect: Expect::Version(name_row.version) },
                Write::Delete { key: keys::template(&template.id), expect: Expect::Version(version) },
            ];
            let deleted = EventKind::ApprovalRuleTemplateDeleted { template: template.state() };
            writes.extend(events.rows(None, vec![deleted])?);
            match self.parts.table.commit(writes).await {
                Ok(_) => return Ok(Some(template.id)),
                Err(CommitError::Conflict(_)) => changes::pause(attempt).await?,
                Err(error) => return Err(Error::of_commit(error).into()),
            }
        }
        Err(Error::Contended.into())
    }

    async fn find_template(&self, name: &ApprovalRuleTemplateName) -> Result<Option<Found>, Error> {
        let Some(name_row) = self.parts.table.get(&keys::template_name(name)).await? else {
            return Ok(None);
        };
        let TemplateNameRow { id } = rows::decode(&name_row)?;
        let Some((template, version)) = self.template_by_id(&id).await? else {
            return Ok(None);
        };
        // Between the two reads it may have been deleted or renamed; then the name leads nowhere.
        Ok((template.name() == name).then_some(Found { name_row, version, template }))
    }

    /// The template with this id and the version of its row, if there is one (1 get).
    async fn template_by_id(
        &self,
        id: &ApprovalRuleTemplateId,
    ) -> Result<Option<(ApprovalRuleTemplate, Version)>, Error> {
        let Some(row) = self.parts.table.get(&keys::template(id)).await? else {
            return Ok(None);
        };
        Ok(Some((ApprovalRuleTemplate { id: id.clone(), row: rows::decode(&row)? }, row.version)))
    }
}

fn name_of(key: &Key) -> Result<ApprovalRuleTemplateName, Error> {
    ApprovalRuleTemplateName::parse(rows::behind(keys::TEMPLATE_NAME, key)?).map_err(|error| rows::damaged(key, error))
}
