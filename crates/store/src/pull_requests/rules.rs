//! The approval rules of a pull request.

use super::planned::Planned;
use super::{PullRequest, PullRequestError, PullRequestRow};
use crate::approval_rule_templates::ApprovalRuleTemplate;
use crate::error::Error;
use crate::keys;
use crate::rows::{self, Millis, behind, damaged, put};
use crate::stores::random;
use domain::approval::MOST_RULES_OF_A_PULL_REQUEST;
use domain::{
    Actor, ApprovalRuleId, ApprovalRuleName, ApprovalRuleOrigin, ApprovalRuleState, EventKind, PullRequestId,
    RuleContent,
};
use ports::{Expect, Row, SortRange, Version, Write};
use serde::{Deserialize, Serialize};
use std::time::SystemTime;

/// An approval rule as it was when it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalRule {
    name: ApprovalRuleName,
    row: RuleRow,
}

/// `PR#<id>` / `RULE#<name>`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct RuleRow {
    #[serde(rename = "i")]
    id: ApprovalRuleId,
    #[serde(rename = "t")]
    content: RuleContent,
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    origin: Option<ApprovalRuleOrigin>,
    #[serde(rename = "c")]
    created: Millis,
    #[serde(rename = "m")]
    modified: Millis,
    #[serde(rename = "a")]
    modified_by: String,
}

/// Why the rules of a pull request were not changed.
#[derive(Debug, thiserror::Error)]
pub enum ApprovalRuleError {
    /// There is no rule of that name.
    #[error("there is no approval rule '{0}'")]
    Missing(ApprovalRuleName),
    /// The name is taken.
    #[error("there is an approval rule '{0}' already")]
    NameTaken(ApprovalRuleName),
    /// There are as many rules as there may be.
    #[error("the pull request has {MOST_RULES_OF_A_PULL_REQUEST} approval rules, and no more are possible")]
    TooMany,
    /// The rule was made from a template, and stays as it is.
    #[error("approval rule '{0}' comes from a template, and cannot be changed")]
    FromTemplate(ApprovalRuleName),
    /// The content is not the one that was to be replaced.
    #[error("the content is another one; its SHA-256 is {0}")]
    OtherContent(String),
    /// The pull request cannot be changed.
    #[error(transparent)]
    PullRequest(#[from] PullRequestError),
}

impl From<Error> for ApprovalRuleError {
    fn from(error: Error) -> Self {
        Self::PullRequest(error.into())
    }
}

impl ApprovalRule {
    fn of(row: &Row) -> Result<Self, Error> {
        let name = behind(keys::RULE, &row.key)?;
        let name = ApprovalRuleName::parse(name).map_err(|error| damaged(&row.key, error))?;
        Ok(Self { name, row: rows::decode(row)? })
    }

    /// A new rule with a name and a content.
    fn new(
        name: ApprovalRuleName,
        content: RuleContent,
        origin: Option<ApprovalRuleOrigin>,
        actor: &Actor,
        now: Millis,
    ) -> Result<Self, Error> {
        let id = ApprovalRuleId::from_random(random()?);
        let row = RuleRow { id, content, origin, created: now, modified: now, modified_by: actor.arn.clone() };
        Ok(Self { name, row })
    }

    /// Its id.
    pub fn id(&self) -> &ApprovalRuleId {
        &self.row.id
    }

    /// Its name.
    pub fn name(&self) -> &ApprovalRuleName {
        &self.name
    }

    /// What it says.
    pub fn content(&self) -> &RuleContent {
        &self.row.content
    }

    /// The template it was made from; `None` if it was made for this pull request.
    pub fn origin(&self) -> Option<&ApprovalRuleOrigin> {
        self.row.origin.as_ref()
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
    fn state(&self) -> ApprovalRuleState {
        ApprovalRuleState {
            id: self.row.id.clone(),
            name: self.name.clone(),
            content: self.content().as_str().to_owned(),
            content_sha256: self.content().sha256(),
            origin: self.row.origin.clone(),
        }
    }

    fn put(&self, pull_request: PullRequestId, expect: Expect) -> Result<Write, Error> {
        put(keys::approval_rule(pull_request, &self.name), &self.row, expect)
    }
}

impl PullRequest {
    /// The approval rules, in the order of their names (1 scan).
    pub async fn approval_rules(&self) -> Result<Vec<ApprovalRule>, Error> {
        let range = SortRange::Prefix(keys::RULE.to_owned());
        let partition = keys::pull_request_partition(self.id);
        self.repository.store().scan_all(partition, range, false).await?.iter().map(ApprovalRule::of).collect()
    }

    /// Gives the open pull request an approval rule of its own.
    pub async fn create_approval_rule(
        &self,
        actor: &Actor,
        name: &ApprovalRuleName,
        content: &RuleContent,
    ) -> Result<ApprovalRule, ApprovalRuleError> {
        self.edit_while_open(actor, |found| async move {
            let rules = found.approval_rules().await?;
            if rules.iter().any(|rule| rule.name == *name) {
                return Err(ApprovalRuleError::NameTaken(name.clone()));
            }
            if rules.len() >= MOST_RULES_OF_A_PULL_REQUEST {
                return Err(ApprovalRuleError::TooMany);
            }
            let now = self.repository.store().now();
            let rule = ApprovalRule::new(name.clone(), content.clone(), None, actor, now)?;
            let writes = vec![rule.put(self.id, Expect::Absent)?];
            let pull_request = found.row().state(self.id, None);
            let created = EventKind::PullRequestApprovalRuleCreated { pull_request, rule: rule.state() };
            Ok(found.planned(writes, created, rule))
        })
        .await
    }

    /// Replaces the content of an approval rule that was made for this pull request, which must be open. `replaces`: the SHA-256
    /// of the content that it is to have; whatever there is when `None`.
    pub async fn change_approval_rule(
        &self,
        actor: &Actor,
        name: &ApprovalRuleName,
        content: &RuleContent,
        replaces: Option<&str>,
    ) -> Result<ApprovalRule, ApprovalRuleError> {
        self.edit_while_open(actor, |found| async move {
            let (mut rule, version) =
                found.own_rule(name).await?.ok_or_else(|| ApprovalRuleError::Missing(name.clone()))?;
            let sha256 = rule.content().sha256();
            if replaces.is_some_and(|replaces| replaces != sha256) {
                return Err(ApprovalRuleError::OtherContent(sha256));
            }
            rule.row.content = content.clone();
            rule.row.modified = self.repository.store().now();
            rule.row.modified_by.clone_from(&actor.arn);
            let writes = vec![rule.put(self.id, Expect::Version(version))?];
            let pull_request = found.row().state(self.id, None);
            let changed = EventKind::PullRequestApprovalRuleChanged { pull_request, rule: rule.state() };
            Ok(found.planned(writes, changed, rule))
        })
        .await
    }

    /// Deletes an approval rule that was made for this pull request, which must be open. `None`: there is no rule of that name.
    pub async fn delete_approval_rule(
        &self,
        actor: &Actor,
        name: &ApprovalRuleName,
    ) -> Result<Option<ApprovalRule>, ApprovalRuleError> {
        self.edit_while_open(actor, |found| async move {
            let Some((rule, version)) = found.own_rule(name).await? else { return Ok(Planned::nothing(None)) };
            let key = keys::approval_rule(self.id, name);
            let writes = vec![Write::Delete { key, expect: Expect::Version(version) }];
            let pull_request = found.row().state(self.id, None);
            let deleted = EventKind::PullRequestApprovalRuleDeleted { pull_request, rule: rule.state() };
            Ok(found.planned(writes, deleted, Some(rule)))
        })
        .await
    }

    /// The rule of that name, which does not come from a template, and the version of its row.
    async fn own_rule(&self, name: &ApprovalRuleName) -> Result<Option<(ApprovalRule, Version)>, ApprovalRuleError> {
        let key = keys::approval_rule(self.id, name);
        let row = self.repository.store().parts.table.get(&key).await.map_err(Error::from)?;
        let Some(row) = row else { return Ok(None) };
        let rule = ApprovalRule::of(&row)?;
        match rule.origin() {
            None => Ok(Some((rule, row.version))),
            Some(_) => Err(ApprovalRuleError::FromTemplate(name.clone())),
        }
    }
}

/// The rules that a new pull request gets from the templates of its repository: their rows, and the events that tell of them.
pub(super) fn rules_of_templates(
    actor: &Actor,
    id: PullRequestId,
    row: &PullRequestRow,
    templates: &[ApprovalRuleTemplate],
) -> Result<(Vec<Write>, Vec<EventKind>), Error> {
    let (mut writes, mut events) = (Vec::new(), Vec::new());
    for template in templates.iter().filter(|template| template.content().is_for(&row.destination)) {
        let origin = ApprovalRuleOrigin { id: template.id().clone(), name: template.name().clone() };
        let name = template.name().rule_name();
        let rule = ApprovalRule::new(name, template.content().clone(), Some(origin), actor, row.created)?;
        writes.push(rule.put(id, Expect::Absent)?);
        let pull_request = row.state(id, None);
        events.push(EventKind::PullRequestApprovalRuleCreated { pull_request, rule: rule.state() });
    }
    Ok((writes, events))
}
