//! Which repositories a template is associated with, and which templates a repository.

use super::row::AssociationRow;
use super::{ApprovalRuleTemplate, Found};
use crate::error::Error;
use crate::events::EventsOfChange;
use crate::repository::Repository;
use crate::rows::{self, damaged, put};
use crate::stores::Store;
use crate::{change as changes, keys};
use domain::approval::MOST_TEMPLATES_OF_A_REPOSITORY;
use domain::{Actor, ApprovalRuleTemplateId, ApprovalRuleTemplateName, EventKind, RepositoryName};
use futures_util::future::try_join_all;
use ports::{CommitError, Expect, Key, Row, Scan, SortRange, Write};

/// Why a template was not associated with a repository, or is so still.
#[derive(Debug, thiserror::Error)]
pub enum AssociateTemplateError {
    /// There is no template of that name.
    #[error("approval rule template '{0}' does not exist")]
    Missing(ApprovalRuleTemplateName),
    /// The repository has as many templates as it may have.
    #[error(
        "repository '{0}' is associated with {MOST_TEMPLATES_OF_A_REPOSITORY} approval rule templates, and no more are \
         possible"
    )]
    TooMany(RepositoryName),
    /// The store failed, or the repository was deleted.
    #[error(transparent)]
    Store(#[from] Error),
}

/// Some of the repositories that a template is associated with, by name.
#[derive(Debug)]
pub struct TemplateRepositoryPage {
    /// The names.
    pub names: Vec<RepositoryName>,
    /// Where the next page begins; `None` when there are no more.
    pub next: Option<RepositoryName>,
}

impl Repository {
    /// The templates that are associated with the repository, in the order of their names (1 scan and a get for each, of which
    /// there are at most [`MOST_TEMPLATES_OF_A_REPOSITORY`]).
    pub async fn approval_rule_templates(&self) -> Result<Vec<ApprovalRuleTemplate>, Error> {
        let ids = self.associated_templates().await?;
        let found = try_join_all(ids.iter().map(|id| self.store().template_by_id(id))).await?;
        let mut templates: Vec<_> = found.into_iter().flatten().map(|(template, _)| template).collect();
        templates.sort_by(|a, b| a.name().cmp(b.name()));
        Ok(templates)
    }

    /// Associates a template with the repository. `false`: it is so already.
    pub async fn associate_approval_rule_template(
        &self,
        actor: &Actor,
        name: &ApprovalRuleTemplateName,
    ) -> Result<bool, AssociateTemplateError> {
        self.set_association(actor, name, true).await
    }

    /// Ends the association of a template with the repository. `false`: there is none.
    pub async fn disassociate_approval_rule_template(
        &self,
        actor: &Actor,
        name: &ApprovalRuleTemplateName,
    ) -> Result<bool, AssociateTemplateError> {
        self.set_association(actor, name, false).await
    }

    async fn set_association(
        &self,
        actor: &Actor,
        name: &ApprovalRuleTemplateName,
        wanted: bool,
    ) -> Result<bool, AssociateTemplateError> {
        let store = self.store();
        let events = EventsOfChange::new(store, actor)?;
        let mut repository = self.clone();
        for attempt in 0..changes::ATTEMPTS {
            let found = store.find_template(name).await?;
            let found = found.ok_or_else(|| AssociateTemplateError::Missing(name.clone()))?;
            let associated = repository.associated_templates().await?;
            if associated.contains(&found.template.id) == wanted {
                return Ok(false);
            }
            if wanted && associated.len() >= MOST_TEMPLATES_OF_A_REPOSITORY {
                return Err(AssociateTemplateError::TooMany(repository.name().clone()));
            }
            let writes = repository.plan_association(&found, wanted, &events)?;
            match store.parts.table.commit(writes).await {
                Ok(_) => return Ok(true),
                Err(CommitError::Conflict(_)) => changes::pause(attempt).await?,
                Err(error) => return Err(Error::of_commit(error).into()),
            }
            repository = store.repository_by_id(self.id()).await?.ok_or(Error::RepositoryGone)?;
        }
        Err(Error::Contended.into())
    }

    fn plan_association(&self, found: &Found, wanted: bool, events: &EventsOfChange) -> Result<Vec<Write>, Error> {
        let Found { version, template, .. } = found;
        let row = AssociationRow { repository: self.id().clone() };
        let sides = [keys::template_of(self.id(), &template.id), keys::template_repository(&template.id, self.name())];
        let mut writes = vec![put(keys::meta(self.id()), self.meta(), Expect::Version(self.version()))?];
        let event = if wanted {
            writes.push(put(keys::template(&template.id), &template.row, Expect::Version(*version))?);
            for key in sides {
                writes.push(put(key, &row, Expect::Absent)?);
            }
            EventKind::ApprovalRuleTemplateAssociated { template: template.state() }
        } else {
            writes.extend(sides.map(|key| Write::Delete { key, expect: Expect::Present }));
            EventKind::ApprovalRuleTemplateDisassociated { template: template.state() }
        };
        writes.extend(events.rows(Some(&self.about()), vec![event])?);
        Ok(writes)
    }

    /// The ids of the templates that are associated with the repository (1 scan).
    async fn associated_templates(&self) -> Result<Vec<ApprovalRuleTemplateId>, Error> {
        let range = SortRange::Prefix(keys::TEMPLATE.to_owned());
        let rows = self.store().scan_all(keys::repository(self.id()), range, false).await?;
        rows.iter().map(template_of).collect()
    }

    /// What a rename of the repository, or its deletion (`to` is `None`), writes so that its templates list it rightly. Complete
    /// if it is committed on the condition that the repository's settings are still those.
    pub(crate) async fn move_associations(&self, to: Option<&RepositoryName>) -> Result<Vec<Write>, Error> {
        let mut writes = Vec::new();
        for id in self.associated_templates().await? {
            let key = keys::template_repository(&id, self.name());
            writes.push(Write::Delete { key, expect: Expect::Present });
            if let Some(name) = to {
                let row = AssociationRow { repository: self.id().clone() };
                writes.push(put(keys::template_repository(&id, name), &row, Expect::Absent)?);
            }
        }
        Ok(writes)
    }
}

impl Store {
    /// At most `limit` of the repositories that the template is associated with, behind the name `after`, in the order of their
    /// names (1 scan).
    pub async fn repositories_of_approval_rule_template(
        &self,
        template: &ApprovalRuleTemplate,
        after: Option<&RepositoryName>,
        limit: usize,
    ) -> Result<TemplateRepositoryPage, Error> {
        self.template_repositories(&template.id, after, limit).await
    }

    pub(super) async fn template_repositories(
        &self,
        id: &ApprovalRuleTemplateId,
        after: Option<&RepositoryName>,
        limit: usize,
    ) -> Result<TemplateRepositoryPage, Error> {
        let partition = keys::template_partition(id);
        let scan = Scan {
            partition: partition.clone(),
            range: SortRange::Prefix(keys::NAME.to_owned()),
            after: after.map(|name| keys::template_repository(id, name).sort),
            limit,
            reverse: false,
        };
        let page = self.parts.table.scan(&scan).await?;
        let names = page.rows.iter().map(|row| repository_of(&row.key)).collect::<Result<_, _>>()?;
        let next = page.next.map(|sort| repository_of(&Key::new(partition, sort))).transpose()?;
        Ok(TemplateRepositoryPage { names, next })
    }
}

fn template_of(row: &Row) -> Result<ApprovalRuleTemplateId, Error> {
    let id = rows::behind(keys::TEMPLATE, &row.key)?;
    ApprovalRuleTemplateId::parse(id).map_err(|error| damaged(&row.key, error))
}

fn repository_of(key: &Key) -> Result<RepositoryName, Error> {
    RepositoryName::parse(rows::behind(keys::NAME, key)?).map_err(|error| damaged(key, error))
}
