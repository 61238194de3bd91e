//! What becomes of a change to a repository, in the API's words.

use api::ErrorCode;
use domain::BrokenRule;
use service::{Failure, Result};
use store::{ChangeError, Refusal, RefusalReason, RepositoryChange};

/// Commits a change that edits no refs.
pub(crate) async fn commit_settings(change: &RepositoryChange) -> Result<()> {
    change.commit().await.map_err(failure)
}

/// The failure for a change that a ref protection forbids, if one does. CodeCommit's operations declare no error for it but the
/// merges of pull requests for missing approvals; the other rules are answered like missing permissions.
pub(crate) fn protected(refusals: &[Refusal]) -> Option<Failure> {
    let refusal = refusals.iter().find(|refusal| matches!(refusal.reason, RefusalReason::Protected { .. }))?;
    Some(match refusal.reason {
        RefusalReason::Protected { rule: BrokenRule::Approvals { .. }, .. } => {
            Failure::new(ErrorCode::PullRequestApprovalRulesNotSatisfiedException, refusal.to_string())
        }
        _ => Failure::access_denied(refusal.to_string()),
    })
}

/// A failed change, where no ref is at fault.
pub(crate) fn failure(error: ChangeError) -> Failure {
    match error {
        ChangeError::RepositoryGone => {
            Failure::new(ErrorCode::RepositoryDoesNotExistException, "the repository was deleted meanwhile")
        }
        ChangeError::Store(error) => error.into(),
        other => Failure::internal(other),
    }
}
