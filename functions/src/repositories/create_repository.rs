//! `CreateRepository`: makes a new, empty repository.

use super::wire;
use crate::inputs::repository_description;
use api::{CreateRepositoryInput, CreateRepositoryOutput, ErrorCode};
use service::{Authorized, Context, Failure, NamedRepository, Result};
use std::collections::BTreeMap;
use store::{CreateRepositoryError, NewRepository};

/// The most tags a resource may have (AWS CodeCommit quota "tags").
const MOST_TAGS: usize = 50;

/// Makes a repository.
pub(crate) async fn create_repository(
    cx: Context,
    name: Authorized<NamedRepository>,
    input: CreateRepositoryInput,
) -> Result<CreateRepositoryOutput> {
    let description = repository_description(input.repository_description);
    let kms_key_id = key_id(input.kms_key_id)?;
    let tags = tags(input.tags.unwrap_or_default())?;

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

/// Repositories are encrypted under the service's own key so far; another one cannot be honoured, so it is not accepted.
fn key_id(given: Option<String>) -> Result<Option<String>> {
    match given {
        Some(key) if key != "alias/aws/codecommit" => Err(Failure::new(
            ErrorCode::EncryptionKeyNotFoundException,
            format!("there is no key '{}'; leave kmsKeyId out", key.escape_debug()),
        )),
        given => Ok(given),
    }
}

fn tags(tags: BTreeMap<String, String>) -> Result<BTreeMap<String, String>> {
    if tags.len() > MOST_TAGS {
        return Err(Failure::new(
            ErrorCode::TooManyTagsException,
            format!("a repository has at most {MOST_TAGS} tags"),
        ));
    }
    for key in tags.keys() {
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(Failure::new(
                ErrorCode::InvalidSystemTagUsageException,
                "tag keys that begin with 'aws:' are reserved",
            ));
        }
    }
    Ok(tags)
}
