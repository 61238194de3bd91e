//! `BatchGetRepositories`: tells what is known of several repositories.

use super::wire;
use api::{BatchGetRepositoriesInput, BatchGetRepositoriesOutput, ErrorCode};
use domain::RepositoryName;
use service::{Authorized, Context, Failure, Result, Several};

/// The most repositories one request may name (AWS CodeCommit API reference, `MaximumRepositoryNamesExceededException`).
const MOST_NAMES: usize = 100;

/// Tells what is known of several repositories; those that do not exist are listed apart.
pub(crate) async fn batch_get_repositories(
    cx: Context,
    _several: Authorized<Several>,
    input: BatchGetRepositoriesInput,
) -> Result<BatchGetRepositoriesOutput> {
    let names = input.repository_names.unwrap_or_default();
    if names.len() > MOST_NAMES {
        return Err(Failure::new(
            ErrorCode::MaximumRepositoryNamesExceededException,
            format!("at most {MOST_NAMES} repository names can be given at once"),
        ));
    }
    let names = names.into_iter().map(valid).collect::<Result<Vec<_>>>()?;
    for name in &names {
        cx.authorize("codecommit:BatchGetRepositories", name).await?;
    }

    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for name in names {
        match cx.store.find_repository(&name).await? {
            Some(repository) => found.push(wire::metadata(&cx, &repository).await?),
            None => missing.push(name.to_string()),
        }
    }
    Ok(BatchGetRepositoriesOutput {
        repositories: Some(found),
        repositories_not_found: Some(missing),
        errors: Some(Vec::new()),
    })
}

fn valid(name: String) -> Result<RepositoryName> {
    RepositoryName::parse(name)
        .map_err(|error| Failure::new(ErrorCode::InvalidRepositoryNameException, error.to_string()))
}
