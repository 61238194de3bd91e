//! The samples in the folder `events` are what the service writes, and there is one for every kind of event.

#![expect(clippy::unwrap_used, reason = "a test says by panicking what does not hold")]

use domain::{Event, EventKind};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn samples() -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events");
    let mut samples = Vec::new();
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            // What functions are invoked with are no events of the service.
            continue;
        }
        let content = std::fs::read(&path).unwrap();
        let is_event =
            serde_json::from_slice::<serde_json::Value>(&content).is_ok_and(|json| json["detail"].is_object());
        if is_event {
            samples.push((path, content));
        }
    }
    samples
}

/// The name of the sample, or of the first of several samples, of a kind.
fn sample_name(kind: &EventKind) -> &'static str {
    match kind {
        EventKind::RepositoryCreated {} => "repository_created",
        EventKind::RepositoryDeleted {} => "repository_deleted",
        EventKind::RepositoryRenamed { .. } => "repository_renamed",
        EventKind::RepositoryDescriptionChanged { .. } => "repository_description_changed",
        EventKind::DefaultBranchChanged { .. } => "default_branch_changed",
        EventKind::ReferencesChanged { .. } => "references_changed",
        EventKind::ApprovalRuleTemplateCreated { .. } => "approval_rule_template_created",
        EventKind::ApprovalRuleTemplateRenamed { .. } => "approval_rule_template_renamed",
        EventKind::ApprovalRuleTemplateDescriptionChanged { .. } => "approval_rule_template_description_changed",
        EventKind::ApprovalRuleTemplateContentChanged { .. } => "approval_rule_template_content_changed",
        EventKind::ApprovalRuleTemplateDeleted { .. } => "approval_rule_template_deleted",
        EventKind::ApprovalRuleTemplateAssociated { .. } => "approval_rule_template_associated",
        EventKind::ApprovalRuleTemplateDisassociated { .. } => "approval_rule_template_disassociated",
        EventKind::IdentityChanged { .. } => "identity_changed",
        EventKind::UnreferencedMergeCommitCreated { .. } => "unreferenced_merge_commit_created",
        EventKind::PullRequestCreated { .. } => "pull_request_created",
        EventKind::PullRequestTitleChanged { .. } => "pull_request_title_changed",
        EventKind::PullRequestDescriptionChanged { .. } => "pull_request_description_changed",
        EventKind::PullRequestSourceUpdated { .. } => "pull_request_source_updated",
        EventKind::PullRequestStatusChanged { .. } => "pull_request_status_changed",
        EventKind::PullRequestMerged { .. } => "pull_request_merged",
        EventKind::PullRequestApprovalRuleCreated { .. } => "pull_request_approval_rule_created",
        EventKind::PullRequestApprovalRuleChanged { .. } => "pull_request_approval_rule_changed",
        EventKind::PullRequestApprovalRuleDeleted { .. } => "pull_request_approval_rule_deleted",
        EventKind::PullRequestApprovalRulesOverridden { .. } => "pull_request_approval_rules_overridden",
        EventKind::PullRequestApprovalChanged { .. } => "pull_request_approval_changed",
        EventKind::RepositoryTagsChanged { .. } => "repository_tags_changed",
        EventKind::RepositoryEncryptionKeyChanged { .. } => "repository_encryption_key_changed",
        EventKind::WebhookChanged { .. } => "webhook_changed",
        EventKind::NotificationRuleChanged { .. } => "notification_rule_changed",
        EventKind::RepositoryTriggersChanged { .. } => "repository_triggers_changed",
        EventKind::CommentCreated(_) => "comment_created",
        EventKind::CommentUpdated(_) => "comment_updated",
        EventKind::CommentContentDeleted(_) => "comment_content_deleted",
        EventKind::CommitStatusChanged { .. } => "commit_status_changed",
        EventKind::RefProtectionChanged { .. } => "ref_protection_changed",
        EventKind::CommentReactionChanged { .. } => "comment_reaction_changed",
        EventKind::SealingKeyRotated { .. } => "sealing_key_rotated",
    }
}

#[test]
fn every_sample_is_read_and_written_the_same() {
    for (path, content) in samples() {
        let event = Event::from_json(&content).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let written: serde_json::Value = serde_json::from_slice(&event.to_json().unwrap()).unwrap();
        let sample: serde_json::Value = serde_json::from_slice(&content).unwrap();
        assert_eq!(written, sample, "{}", path.display());
        let stem = path.file_stem().unwrap().to_str().unwrap();
        assert!(stem.starts_with(sample_name(&event.kind)), "{stem} is a {:?}", event.kind);
    }
}

#[test]
fn every_kind_has_a_sample() {
    let found: BTreeSet<_> =
        samples().iter().map(|(_, content)| sample_name(&Event::from_json(content).unwrap().kind)).collect();
    assert_eq!(found.len(), 38, "{found:?}");
}

#[test]
fn an_event_of_an_unknown_version_or_kind_is_refused() {
    let sample = samples().into_iter().find(|(path, _)| path.ends_with("repository_created.json")).unwrap().1;
    let sample = String::from_utf8(sample).unwrap();
    for (known, unknown) in [("\"version\": 1", "\"version\": 2"), ("RepositoryCreated", "RepositoryPainted")] {
        let changed = sample.replace(known, unknown);
        assert_ne!(changed, sample);
        assert!(Event::from_json(changed.as_bytes()).unwrap_err().to_string().contains("unknown"));
    }
}

#[test]
fn a_field_that_a_later_version_adds_is_skipped() {
    let sample = samples().into_iter().find(|(path, _)| path.ends_with("repository_created.json")).unwrap().1;
    let sample = String::from_utf8(sample).unwrap();
    let extended = sample.replace("\"version\": 1", "\"version\": 1, \"mood\": \"sunny\"");
    assert_ne!(extended, sample);
    assert_eq!(Event::from_json(extended.as_bytes()).unwrap(), Event::from_json(sample.as_bytes()).unwrap());
}
