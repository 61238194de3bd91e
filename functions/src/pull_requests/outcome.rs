//! Why a pull request was not changed, in the API's words.

use api::ErrorCode;
use domain::PullRequestId;
use service::Failure;
use store::PullRequestError;

/// A pull request that was not changed.
pub(crate) fn not_changed(id: PullRequestId, error: PullRequestError) -> Failure {
    match error {
        PullRequestError::Closed => closed(id),
        PullRequestError::Gone => gone(id),
        PullRequestError::Store(error) => error.into(),
    }
}

/// The failure for a pull request that is closed.
pub(crate) fn closed(id: PullRequestId) -> Failure {
    Failure::new(ErrorCode::PullRequestAlreadyClosedException, format!("pull request {id} is closed"))
}

/// The failure for a pull request whose repository was deleted meanwhile.
pub(crate) fn gone(id: PullRequestId) -> Failure {
    Failure::new(ErrorCode::PullRequestDoesNotExistException, format!("pull request {id} was deleted meanwhile"))
}
