//! `DeleteRepository`: deletes a repository with everything in it.

use api::{DeleteRepositoryInput, DeleteRepositoryOutput};
use service::{Authorized, Context, NamedRepository, Result};

/// Deletes a repository. Deleting one that does not exist is no error and names no id.
pub(crate) async fn delete_repository(
    cx: Context,
    name: Authorized<NamedRepository>,
    _input: DeleteRepositoryInput,
) -> Result<DeleteRepositoryOutput> {
    let deleted = cx.store.delete_repository(&cx.actor(), &name).await?;
    Ok(DeleteRepositoryOutput { repository_id: deleted.map(|id| id.to_string()) })
}
