//! `UpdateRepositoryName`: renames a repository.

use crate::inputs::repository_name;
use api::{ErrorCode, UpdateRepositoryNameInput};
use service::{Authorized, Context, Failure, Result};
use store::{RenameRepositoryError, Repository};

/// Renames a repository; its id stays.
pub(crate) async fn update_repository_name(
    cx: Context,
    repository: Authorized<Repository>,
    input: UpdateRepositoryNameInput,
) -> Result<()> {
    let new_name = repository_name(input.new_name)?;
    cx.authorize("codecommit:UpdateRepositoryName", &new_name).await?;
    match cx.store.rename_repository(&cx.actor(), repository.name(), &new_name).await {
        Ok(_) => Ok(()),
        Err(RenameRepositoryError::Missing(name)) => {
            Err(Failure::new(ErrorCode::RepositoryDoesNotExistException, format!("there is no repository '{name}'")))
        }
        Err(RenameRepositoryError::AlreadyExists(name)) => Err(Failure::new(
            ErrorCode::RepositoryNameExistsException,
            format!("there is a repository '{name}' already"),
        )),
        Err(RenameRepositoryError::Store(error)) => Err(error.into()),
    }
}
