//! Changing an approval rule template.

use super::row::TemplateNameRow;
use super::{ApprovalRuleTemplate, Found};
use crate::error::Error;
use crate::events::EventsOfChange;
use crate::rows::put;
use crate::stores::Store;
use crate::{change as changes, keys};
use domain::{Actor, ApprovalRuleTemplateName, EventKind, RuleContent};
use ports::{CommitError, Expect, Write};

/// What is to change of a template.
#[derive(Debug, Clone)]
pub enum TemplateChange {
    /// What the rules say that are made from it from now on.
    Content {
        /// The new content.
        content: RuleContent,
        /// The SHA-256 of the content that it is to replace; whatever there is when `None`.
        replaces: Option<String>,
    },
    /// Its description; `None` removes it.
    Description(Option<String>),
    /// Its name.
    Name(ApprovalRuleTemplateName),
}

/// Why a template was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeTemplateError {
    /// There is no template of that name.
    #[error("approval rule template '{0}' does not exist")]
    Missing(ApprovalRuleTemplateName),
    /// The new name is taken.
    #[error("approval rule template '{0}' exists already")]
    NameTaken(ApprovalRuleTemplateName),
    /// The content is not the one that was to be replaced.
    #[error("the content is another one; its SHA-256 is {0}")]
    OtherContent(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
}

impl Store {
    /// Changes the template of this name, and returns it as it is then.
    pub async fn change_approval_rule_template(
        &self,
        actor: &Actor,
        name: &ApprovalRuleTemplateName,
        change: &TemplateChange,
    ) -> Result<ApprovalRuleTemplate, ChangeTemplateError> {
        let events = EventsOfChange::new(self, actor)?;
        for attempt in 0..changes::ATTEMPTS {
            let found = self.find_template(name).await?.ok_or_else(|| ChangeTemplateError::Missing(name.clone()))?;
            let (changed, writes) = self.plan_template_change(actor, found, change, &events).await?;
            match self.parts.table.commit(writes).await {
                Ok(_) => return Ok(changed),
                Err(CommitError::Conflict(_)) => changes::pause(attempt).await?,
                Err(error) => return Err(Error::of_commit(error).into()),
            }
        }
        Err(Error::Contended.into())
    }

    async fn plan_template_change(
        &self,
        actor: &Actor,
        found: Found,
        change: &TemplateChange,
        events: &EventsOfChange,
    ) -> Result<(ApprovalRuleTemplate, Vec<Write>), ChangeTemplateError> {
        let Found { name_row, version, mut template } = found;
        let previous = template.clone();
        template.row.modified = self.now();
        template.row.modified_by.clone_from(&actor.arn);
        let mut writes = Vec::new();
        let event = match change {
            TemplateChange::Content { content, replaces } => {
                let previous_sha256 = previous.content().sha256();
                if replaces.as_ref().is_some_and(|replaces| *replaces != previous_sha256) {
                    return Err(ChangeTemplateError::OtherContent(previous_sha256));
                }
                template.row.content = content.clone();
                EventKind::ApprovalRuleTemplateContentChanged { template: template.state(), previous_sha256 }
            }
            TemplateChange::Description(description) => {
                template.row.description.clone_from(description);
                EventKind::ApprovalRuleTemplateDescriptionChanged { template: template.state() }
            }
            TemplateChange::Name(name) => {
                let key = keys::template_name(name);
                if self.parts.table.get(&key).await.map_err(Error::from)?.is_some() {
                    return Err(ChangeTemplateError::NameTaken(name.clone()));
                }
                writes.push(Write::Delete { key: name_row.key, expect: Expect::Version(name_row.version) });
                writes.push(put(key, &TemplateNameRow { id: template.id.clone() }, Expect::Absent)?);
                template.row.name = name.clone();
                let previous_name = previous.name().clone();
                EventKind::ApprovalRuleTemplateRenamed { template: template.state(), previous_name }
            }
        };
        writes.push(put(keys::template(&template.id), &template.row, Expect::Version(version))?);
        writes.extend(events.rows(None, vec![event])?);
        Ok((template, writes))
    }
}
