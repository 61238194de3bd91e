//! What becomes of a change to a repository, in the API's words.

use api::ErrorCode;
use service::{Failure, Result};
use store::{ChangeError, RepositoryChange};

/// Commits a change that edits no refs.
pub(crate) async fn commit_settings(change: &RepositoryChange) -> Result<()> {
    change.commit().await.map_err(failure)
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
