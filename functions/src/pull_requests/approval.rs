//! Approvals of a revision: what the operations on them take and tell alike, and whether a merge may happen.

use super::outcome::not_changed;
use crate::inputs::required;
use api::ErrorCode;
use domain::{PullRequestId, RevisionId};
use service::{Failure, Result};
use store::{ApprovalError, PullRequest};

/// A required revision id.
pub(crate) fn revision_id(given: Option<String>) -> Result<RevisionId> {
    let id = required(given, ErrorCode::RevisionIdRequiredException, "a revision id")?;
    RevisionId::parse(id).ok_or_else(|| {
        Failure::new(ErrorCode::InvalidRevisionIdException, "a revision id has 64 hexadecimal digits in lower case")
    })
}

/// An approval or an override that was neither given nor taken back.
pub(crate) fn failure(id: PullRequestId, error: ApprovalError) -> Failure {
    let code = match error {
        ApprovalError::OtherRevision(_) => ErrorCode::RevisionNotCurrentException,
        ApprovalError::ByAuthor => ErrorCode::PullRequestCannotBeApprovedByAuthorException,
        ApprovalError::TooMany => ErrorCode::MaximumNumberOfApprovalsExceededException,
        ApprovalError::AlreadyOverridden => ErrorCode::OverrideAlreadySetException,
        ApprovalError::PullRequest(error) => return not_changed(id, error),
    };
    Failure::new(code, error.to_string())
}

/// Refuses unless the approval rules are satisfied, or set aside. It holds for the pull request as it was found: whoever merges on
/// condition that it has not changed since has seen all approvals.
pub(crate) async fn require_approval(pull_request: &PullRequest) -> Result<()> {
    let evaluation = pull_request.evaluate_approval_rules().await?;
    if evaluation.is_approved() {
        return Ok(());
    }
    let names: Vec<String> = evaluation.not_satisfied.iter().map(|name| format!("'{name}'")).collect();
    Err(Failure::new(
        ErrorCode::PullRequestApprovalRulesNotSatisfiedException,
        format!("these approval rules are not satisfied: {}", names.join(", ")),
    ))
}
