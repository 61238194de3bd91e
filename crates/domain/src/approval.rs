//! Approval rules: what a rule says, whose approval counts, and whether the rules of a pull request are satisfied.

mod content;
mod destination;
mod evaluation;
mod pool;
mod principal;
mod state;

pub use content::{RuleContent, RuleContentError};
pub use evaluation::{Evaluation, evaluate};
pub use state::{ApprovalRuleOrigin, ApprovalRuleState, ApprovalRuleTemplateState};

/// The most approval rules of one pull request (AWS CodeCommit quota "approval rules for a pull request").
pub const MOST_RULES_OF_A_PULL_REQUEST: usize = 30;

/// The most templates that can be associated with a repository, and so the most rules of a pull request that come from
/// templates (AWS CodeCommit API reference, `MaximumRuleTemplatesAssociatedWithRepositoryException`).
pub const MOST_TEMPLATES_OF_A_REPOSITORY: usize = 25;

/// The most approvals of one revision of a pull request (AWS CodeCommit quota "approvals for a pull request").
pub const MOST_APPROVALS: usize = 200;

/// The most members of one approval pool (AWS CodeCommit quota "approvers in an approval pool").
pub const MOST_POOL_MEMBERS: usize = 50;

/// The most destination references of one template (AWS CodeCommit quota "approval rule template destination references").
pub const MOST_DESTINATIONS: usize = 100;
