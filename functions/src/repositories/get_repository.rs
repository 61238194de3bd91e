//! `GetRepository`: tells what is known of a repository.

use super::wire;
use api::{GetRepositoryInput, GetRepositoryOutput};
use service::{Authorized, Context, Result};
use store::Repository;

/// Tells what is known of a repository.
pub(crate) async fn get_repository(
    cx: Context,
    repository: Authorized<Repository>,
    _input: GetRepositoryInput,
) -> Result<GetRepositoryOutput> {
    Ok(GetRepositoryOutput { repository_metadata: Some(wire::metadata(&cx, &repository).await?) })
}
