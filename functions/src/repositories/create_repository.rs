//! `CreateRepository`: makes a new, empty repository.

use super::wire;
use crate::inputs::repository_description;
use crate::tags::rules::check_tags;
use api::{CreateRepositoryInput, CreateRepositoryOutput, ErrorCode};
use service::{Authorized, Context, Failure, NamedRepository, Result};
use store::{CreateRepositoryError, NewRepository};

/// Makes a repository.
pub(crate) async fn create_repository(
    cx: Context,
    name: Authorized<NamedRepository>,
    input: CreateRepositoryInput,
) -> Result<CreateRepositoryOutput> {
    let description = repository_description(input.repository_description);
    let kms_key_id = match input.kms_key_id {
        Some(name) => cx.encryption_key(&name).await?,
        None => None,
    };
    let tags = input.tags.unwrap_or_default();
    check_tags(&tags)?;

    require_room(&cx).await?;
    let new = NewRepository { name: (**name).clone(), description, kms_key_id, tags };
    let repository = cx.store.create_repository(&cx.actor(), new).await.map_err(|error| match error {
        CreateRepositoryError::AlreadyExists(name) => {
            Failure::new(ErrorCode::RepositoryNameExistsException, format!("there is a repository '{name}' already"))
        }
        CreateRepositoryError::Store(error) => error.into(),
    })?;
    Ok(CreateRepositoryOutput { repository_metadata: Some(wire::metadata(&cx, &repository).await?) })
}

/// Refuses when there are as many repositories as there may be. Those that are made at the same moment do not see each other, so
/// a few more may come to be; a counter would make every creation wait for one row.
async fn require_room(cx: &Context) -> Result<()> {
    let most = cx.settings.quotas.repositories;
    let (mut count, mut after) = (0, None);
    while count < most {
        let page = cx.store.list_repositories(after.as_ref(), most - count).await?;
        count += page.repositories.len();
        after = page.next;
        if after.is_none() && count < most {
            return Ok(());
        }
    }
    Err(Failure::new(
        ErrorCode::RepositoryLimitExceededException,
        format!("there are {most} repositories, and no more are allowed here"),
    ))
}
