//! How events tell of approval rules and their templates.

use super::content::RuleContent;
use crate::id::ApprovalRuleTemplateId;
use crate::names::ApprovalRuleTemplateName;
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
