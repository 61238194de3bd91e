//! Every operation, one file each, and Git's smart HTTP. Nothing here knows where it runs.

mod administration;
mod approval_rule_templates;
mod audit;
pub mod background;
mod blocking;
mod branches;
mod changes;
mod comments;
mod commit_statuses;
mod commits;
mod files;
mod git;
mod iam;
mod iam_principals;
mod inputs;
mod merges;
mod notification_rules;
mod page_token;
mod paths;
mod pull_requests;
mod query_registry;
mod ref_protections;
mod registry;
mod repositories;
mod request_token;
mod revision;
mod sts;
mod tags;
mod tokens;
mod triggers;
mod unchanged_user;
mod webhooks;

pub use git::git_entries;
pub use query_registry::query_operations;
pub use registry::operations;
