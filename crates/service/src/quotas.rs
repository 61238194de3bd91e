//! How much there may be. Where AWS raises a quota on request, whoever runs the service does so by a setting.

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
    /// The most failed sign-ins from one address within a minute; those beyond are told to slow down.
    pub failed_sign_ins_of_address: u32,
    /// The most failed sign-ins with one credential within a minute.
    pub failed_sign_ins_of_credential: u32,
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            repositories: 1000,
            approval_rule_templates: 1000,
            open_pull_requests: 1000,
            token_days: 365,
            failed_sign_ins_of_address: 20,
            failed_sign_ins_of_credential: 10,
        }
    }
}
