//! How events tell of approval rules and their templates.

use super::content::RuleContent;
use crate::id::{ApprovalRuleId, ApprovalRuleTemplateId};
use crate::names::{ApprovalRuleName, ApprovalRuleTemplateName};
use serde::{Deserialize, Serialize};
use std::time::SystemTime;

/// An approval rule template as a change left it, or as it was when it was deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalRuleTemplateState {
    /// Its id.
    pub id: ApprovalRuleTemplateId,
    /// Its name.
    pub name: ApprovalRuleTemplateName,
    /// The SHA-256 of its content, in hexadecimal digits.
    pub content_sha256: String,
    /// When it was made, to the millisecond.
    #[serde(with = "crate::event::rfc3339")]
    pub created: SystemTime,
}

impl ApprovalRuleTemplateState {
    /// The state of a template with this content.
    pub fn new(
        id: ApprovalRuleTemplateId,
        name: ApprovalRuleTemplateName,
        content: &RuleContent,
        created: SystemTime,
    ) -> Self {
        Self { id, name, content_sha256: content.sha256(), created }
    }
}

/// The template that an approval rule was made from, as it was called then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalRuleOrigin {
    /// The template's id.
    pub id: ApprovalRuleTemplateId,
    /// The template's name.
    pub name: ApprovalRuleTemplateName,
}

/// An approval rule of a pull request as a change left it, or as it was when it was deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalRuleState {
    /// Its id.
    pub id: ApprovalRuleId,
    /// Its name.
    pub name: ApprovalRuleName,
    /// Its content, as it was given.
    pub content: String,
    /// The SHA-256 of the content, in hexadecimal digits.
    pub content_sha256: String,
    /// The template it was made from; `None` if it was made for this pull request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<ApprovalRuleOrigin>,
}
