//! The events of a pull request's history as the API shows them.

use super::wire::{merge_base, merge_metadata};
use crate::blocking::blocking;
use api::{
    ApprovalRuleEventMetadata, ApprovalRuleOverriddenEventMetadata, ApprovalStateChangedEventMetadata,
    PullRequestCreatedEventMetadata, PullRequestEvent, PullRequestMergedStateChangedEventMetadata,
    PullRequestSourceReferenceUpdatedEventMetadata, PullRequestStatusChangedEventMetadata, Timestamp,
};
use domain::{Event, EventKind, PullRequestState};
use git::{ObjectId, Odb};
use service::Result;
use store::PullRequest;

/// The events; merge bases are those of the commits that were the tips then.
pub(crate) async fn events(pull_request: &PullRequest, events: Vec<Event>) -> Result<Vec<PullRequestEvent>> {
    let repository = pull_request.repository();
    let (name, odb) = (repository.name().to_string(), repository.odb().await?);
    blocking(move || events.into_iter().map(|event| shown(&name, &odb, event)).collect()).await
}

fn shown(repository_name: &str, odb: &Odb, event: Event) -> Result<PullRequestEvent> {
    let repository_name = Some(repository_name.to_owned());
    let mut shown = PullRequestEvent {
        event_date: Some(Timestamp::from(event.time)),
        actor_arn: Some(event.actor.arn),
        ..PullRequestEvent::default()
    };
    if let Some((id, event_type)) = event.kind.in_history_of() {
        shown.pull_request_id = Some(id.to_string());
        shown.pull_request_event_type = Some(event_type.as_str().to_owned());
    }
    match event.kind {
        EventKind::PullRequestCreated { pull_request } => {
            shown.pull_request_created_event_metadata = Some(PullRequestCreatedEventMetadata {
                repository_name,
                merge_base: merge_base_then(odb, &pull_request)?,
                source_commit_id: Some(pull_request.source_commit),
                destination_commit_id: pull_request.destination_commit,
            });
        }
        // The pair of commits to compare, as the API reference says of it, not the source's commit before.
        EventKind::PullRequestSourceUpdated { pull_request, .. } => {
            let metadata = PullRequestSourceReferenceUpdatedEventMetadata {
                repository_name,
                merge_base: merge_base_then(odb, &pull_request)?,
                before_commit_id: pull_request.destination_commit,
                after_commit_id: Some(pull_request.source_commit),
            };
            shown.pull_request_source_reference_updated_event_metadata = Some(metadata);
        }
        EventKind::PullRequestStatusChanged { pull_request } => {
            let status = Some(pull_request.status.as_str().to_owned());
            let metadata = PullRequestStatusChangedEventMetadata { pull_request_status: status };
            shown.pull_request_status_changed_event_metadata = Some(metadata);
        }
        EventKind::PullRequestMerged { pull_request } => {
            let metadata = PullRequestMergedStateChangedEventMetadata {
                repository_name,
                destination_reference: Some(pull_request.destination.to_string()),
                merge_metadata: Some(merge_metadata(pull_request.merge.as_ref())),
            };
            shown.pull_request_merged_state_changed_event_metadata = Some(metadata);
        }
        EventKind::PullRequestApprovalRuleCreated { rule, .. }
        | EventKind::PullRequestApprovalRuleChanged { rule, .. }
        | EventKind::PullRequestApprovalRuleDeleted { rule, .. } => {
            shown.approval_rule_event_metadata = Some(ApprovalRuleEventMetadata {
                approval_rule_name: Some(rule.name.to_string()),
                approval_rule_id: Some(rule.id.to_string()),
                approval_rule_content: Some(rule.content),
            });
        }
        EventKind::PullRequestApprovalRulesOverridden { pull_request, overridden } => {
            shown.approval_rule_overridden_event_metadata = Some(ApprovalRuleOverriddenEventMetadata {
                revision_id: Some(pull_request.revision.to_string()),
                override_status: Some(if overridden { "OVERRIDE" } else { "REVOKE" }.to_owned()),
            });
        }
        EventKind::PullRequestApprovalChanged { pull_request, approved } => {
            shown.approval_state_changed_event_metadata = Some(ApprovalStateChangedEventMetadata {
                revision_id: Some(pull_request.revision.to_string()),
                approval_status: Some(if approved { "APPROVE" } else { "REVOKE" }.to_owned()),
            });
        }
        // No other event belongs to the history of a pull request.
        _ => {}
    }
    Ok(shown)
}

fn merge_base_then(odb: &Odb, then: &PullRequestState) -> Result<Option<String>> {
    let object_id = |hex: &String| ObjectId::from_hex(hex.as_bytes()).ok();
    match (object_id(&then.source_commit), then.destination_commit.as_ref().and_then(object_id)) {
        (Some(source), Some(destination)) => Ok(merge_base(odb, source, destination)?.map(|id| id.to_string())),
        _ => Ok(None),
    }
}
