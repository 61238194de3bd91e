//! The stores, tested through their public doors over a table and blobs in memory.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says by panicking what does not hold")]

mod announcers;
mod approval_rule_templates;
mod approval_rules;
mod changes;
mod comments;
mod credentials;
mod events;
mod histories;
mod identities;
mod managed_policies;
mod packs;
mod pull_request_histories;
mod pull_requests;
mod ref_protections;
mod repositories;
mod sealing_keys;
mod settings;
mod snapshots;
mod support;
