//! What happens to a pull request.

use super::repositories::{option, ours};
use super::{Told, date};
use domain::{ApprovalRuleState, Event, EventKind, PullRequestState, PullRequestStatus};
use serde_json::json;

const STATE: &str = "CodeCommit Pull Request State Change";

pub(super) fn told(event: &Event, pull_request: &PullRequestState) -> Told {
    let state = |name| state(event, name, pull_request);
    match &event.kind {
        EventKind::PullRequestCreated { .. } => state("pullRequestCreated"),
        EventKind::PullRequestSourceUpdated { .. } => state("pullRequestSourceBranchUpdated"),
        EventKind::PullRequestStatusChanged { .. } => state("pullRequestStatusChanged"),
        EventKind::PullRequestMerged { .. } => state("pullRequestMergeStatusUpdated"),
        EventKind::PullRequestApprovalRuleCreated { rule, .. } => {
            with_rule(state("pullRequestApprovalRuleCreated"), rule)
        }
        EventKind::PullRequestApprovalRuleChanged { rule, .. } => {
            with_rule(state("pullRequestApprovalRuleUpdated"), rule)
        }
        EventKind::PullRequestApprovalRuleDeleted { rule, .. } => {
            with_rule(state("pullRequestApprovalRuleDeleted"), rule)
        }
        EventKind::PullRequestApprovalRulesOverridden { overridden, .. } => {
            let status = if *overridden { "OVERRIDE" } else { "REVOKE" };
            state("pullRequestApprovalRuleOverridden").with("overrideStatus", status)
        }
        EventKind::PullRequestApprovalChanged { approved, .. } => {
            let status = if *approved { "APPROVE" } else { "REVOKE" };
            state("pullRequestApprovalStateChanged").with("approvalStatus", status)
        }
        EventKind::PullRequestTitleChanged { .. } => ours(event, "pullRequestTitleChanged"),
        EventKind::PullRequestDescriptionChanged { .. } => ours(event, "pullRequestDescriptionChanged"),
        _ => ours(event, "pullRequestChanged"),
    }
}

fn state(event: &Event, name: &'static str, pull_request: &PullRequestState) -> Told {
    let repositories: Vec<_> = event.repository.iter().map(|repository| &repository.name).collect();
    let status = match pull_request.status {
        PullRequestStatus::Open => "Open",
        PullRequestStatus::Closed => "Closed",
    };
    let detail = json!({
        "author": pull_request.author,
        "creationDate": date(pull_request.created),
        "destinationReference": pull_request.destination,
        "isMerged": if pull_request.merge.is_some() { "True" } else { "False" },
        "lastModifiedDate": date(event.time),
        "pullRequestId": pull_request.id,
        "pullRequestStatus": status,
        "repositoryNames": repositories,
        "revisionId": pull_request.revision,
        "sourceCommit": pull_request.source_commit,
        "sourceReference": pull_request.source,
        "title": pull_request.title,
    });
    let told = Told::new(STATE, name, detail);
    let told = pull_request
        .destination_commit
        .iter()
        .fold(told, |told, commit| told.with("destinationCommit", commit.as_str()));
    pull_request.merge.iter().fold(told, |told, merge| told.with("mergeOption", option(merge.option)))
}

fn with_rule(told: Told, rule: &ApprovalRuleState) -> Told {
    told.with("approvalRuleContentSha256", rule.content_sha256.as_str())
        .with("approvalRuleId", rule.id.to_string())
        .with("approvalRuleName", rule.name.to_string())
}
