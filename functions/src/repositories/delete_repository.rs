//! `DeleteRepository`: deletes a repository with everything in it.

use crate::inputs::repository_name;
use api::{DeleteRepositoryInput, DeleteRepositoryOutput};
use service::{Account, Authorized, Context, Result};

/// Deletes a repository. Deleting one that does not exist is no error and names no id.
pub(crate) async fn delete_repository(
    cx: Context,
    _account: Authorized<Account>,
    input: DeleteRepositoryInput,
) -> Result<DeleteRepositoryOutput> {
    let name = repository_name(input.repository_name)?;
    cx.authorize("codecommit:DeleteRepository", &name)?;
    let deleted = cx.store.delete_repository(&cx.actor(), &name).await?;
    Ok(DeleteRepositoryOutput { repository_id: deleted.map(|id| id.to_string()) })
}
