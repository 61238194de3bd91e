//! The rows of approval rule templates.

use crate::rows::Millis;
use domain::{ApprovalRuleTemplateId, ApprovalRuleTemplateName, RepositoryId, RuleContent};
use serde::{Deserialize, Serialize};

/// `TEMPLATES` / `NAME#<name>`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct TemplateNameRow {
    #[serde(rename = "i")]
    pub(super) id: ApprovalRuleTemplateId,
}

/// `TEMPLATE#<id>` / `META`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TemplateRow {
    #[serde(rename = "n")]
    pub(super) name: ApprovalRuleTemplateName,
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    #[serde(rename = "t")]
    pub(super) content: RuleContent,
    #[serde(rename = "c")]
    pub(super) created: Millis,
    #[serde(rename = "m")]
    pub(super) modified: Millis,
    #[serde(rename = "a")]
    pub(super) modified_by: String,
}

/// `TEMPLATE#<id>` / `REPO#<name>`, and `REPO#<id>` / `TEMPLATE#<id>`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct AssociationRow {
    #[serde(rename = "i")]
    pub(super) repository: RepositoryId,
}
