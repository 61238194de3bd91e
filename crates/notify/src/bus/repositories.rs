//! What happens to a repository and its refs, and to the account.

use super::{OTHER, Told};
use domain::{
    ConflictDetailLevel, ConflictResolutionStrategy, Event, EventKind, MergeFacts, MergeOption, ReferenceChange,
};
use serde_json::{Value, json};

const STATE: &str = "CodeCommit Repository State Change";

/// What is told of a changed ref.
pub(super) fn reference(event: &Event, change: &ReferenceChange, merge: Option<&MergeFacts>) -> Told {
    let name = match (&change.before, &change.after) {
        (None, _) => "referenceCreated",
        (_, None) => "referenceDeleted",
        _ => "referenceUpdated",
    };
    let full_name = change.name.as_str();
    let (kind, short) = match (change.name.branch(), change.name.tag()) {
        (Some(branch), _) => ("branch", branch),
        (None, Some(tag)) => ("tag", tag),
        (None, None) => ("other", full_name),
    };
    let mut told = in_repository(event, STATE, name)
        .with("referenceType", kind)
        .with("referenceName", short)
        .with("referenceFullName", full_name);
    if let Some(before) = &change.before {
        told = told.with("oldCommitId", before.as_str());
    }
    if let Some(after) = &change.after {
        told = told.with("commitId", after.as_str());
    }
    merge.into_iter().fold(told, merged)
}

/// What is told of everything that has no form of its own.
pub(super) fn told(event: &Event) -> Told {
    match &event.kind {
        EventKind::UnreferencedMergeCommitCreated { commit, merge } => {
            let told = in_repository(event, STATE, "unreferencedMergeCommitCreated").with("commitId", commit.as_str());
            merged(told, merge)
        }
        EventKind::RepositoryCreated {} => in_repository(event, OTHER, "repositoryCreated"),
        EventKind::RepositoryDeleted {} => in_repository(event, OTHER, "repositoryDeleted"),
        EventKind::RepositoryRenamed { .. } => ours(event, "repositoryRenamed"),
        EventKind::RepositoryDescriptionChanged { .. } => ours(event, "repositoryDescriptionChanged"),
        EventKind::DefaultBranchChanged { .. } => ours(event, "defaultBranchChanged"),
        EventKind::RepositoryTagsChanged { .. } => ours(event, "repositoryTagsChanged"),
        EventKind::RepositoryEncryptionKeyChanged { .. } => ours(event, "repositoryEncryptionKeyChanged"),
        EventKind::RefProtectionChanged { .. } => ours(event, "refProtectionChanged"),
        EventKind::SealingKeyRotated { .. } => ours(event, "sealingKeyRotated"),
        EventKind::WebhookChanged { .. } => ours(event, "webhookChanged"),
        EventKind::NotificationRuleChanged { .. } => ours(event, "notificationRuleChanged"),
        EventKind::CommitStatusChanged { .. } => ours(event, "commitStatusChanged"),
        EventKind::RepositoryTriggersChanged { .. } => ours(event, "repositoryTriggersChanged"),
        EventKind::IdentityChanged { .. } => ours(event, "identityChanged"),
        _ => ours(event, "changed"),
    }
}

/// Our own event, with everything that the domain's event says of it.
pub(super) fn ours(event: &Event, name: &'static str) -> Told {
    let mut told = in_repository(event, OTHER, name);
    let detail = serde_json::to_value(&event.kind).ok().and_then(|mut kind| match kind["detail"].take() {
        Value::Object(detail) => Some(detail),
        _ => None,
    });
    told.detail.extend(detail.into_iter().flatten());
    told
}

fn in_repository(event: &Event, detail_type: &'static str, name: &'static str) -> Told {
    let detail = event
        .repository
        .as_ref()
        .map_or(json!({}), |repository| json!({ "repositoryName": repository.name, "repositoryId": repository.id }));
    Told::new(detail_type, name, detail)
}

fn merged(told: Told, merge: &MergeFacts) -> Told {
    let told = told
        .with("sourceCommitId", merge.source_commit.as_str())
        .with("destinationCommitId", merge.destination_commit.as_str())
        .with("mergeOption", option(merge.option));
    let base = merge.base_commit.iter().fold(told, |told, base| told.with("baseCommitId", base.as_str()));
    let level = merge.conflict_detail_level.map(|level| match level {
        ConflictDetailLevel::File => "FILE_LEVEL",
        ConflictDetailLevel::Line => "LINE_LEVEL",
    });
    let strategy = merge.conflict_resolution_strategy.map(|strategy| match strategy {
        ConflictResolutionStrategy::None => "NONE",
        ConflictResolutionStrategy::AcceptSource => "ACCEPT_SOURCE",
        ConflictResolutionStrategy::AcceptDestination => "ACCEPT_DESTINATION",
        ConflictResolutionStrategy::Automerge => "AUTOMERGE",
    });
    let told = level.into_iter().fold(base, |told, level| told.with("conflictDetailsLevel", level));
    strategy.into_iter().fold(told, |told, strategy| told.with("conflictResolutionStrategy", strategy))
}

/// The word of the API for a way to merge.
pub(super) fn option(option: MergeOption) -> &'static str {
    match option {
        MergeOption::FastForward => "FAST_FORWARD_MERGE",
        MergeOption::Squash => "SQUASH_MERGE",
        MergeOption::ThreeWay => "THREE_WAY_MERGE",
    }
}
