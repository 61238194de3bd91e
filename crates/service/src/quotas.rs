//! How much there may be, where AWS raises a quota on request and whoever runs the service does so by a setting.

/// The quotas that can be raised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quotas {
    /// The most repositories (AWS CodeCommit quota "repositories": 1,000 per account).
    pub repositories: usize,
    /// The most approval rule templates (AWS CodeCommit quota "approval rule templates": 1,000 per region).
    pub approval_rule_templates: usize,
    /// The most open pull requests of one repository (AWS CodeCommit quota "open pull requests": 1,000).
    pub open_pull_requests: usize,
    /// The most days that a token for git may be good for.
    pub token_days: u32,
}

impl Default for Quotas {
    fn default() -> Self {
        Self { repositories: 1000, approval_rule_templates: 1000, open_pull_requests: 1000, token_days: 365 }
    }
}
