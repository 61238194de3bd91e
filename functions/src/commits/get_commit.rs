//! `GetCommit`: tells what a commit says.

use super::wire;
use crate::blocking::{blocking, unreadable};
use crate::inputs::object_id;
use api::{ErrorCode, GetCommitInput, GetCommitOutput};
use service::{Authorized, Context, Failure, Result};
use store::Repository;

/// Tells a commit's tree, parents, author, committer and message.
pub(crate) async fn get_commit(
    _cx: Context,
    repository: Authorized<Repository>,
    input: GetCommitInput,
) -> Result<GetCommitOutput> {
    let id = object_id(input.commit_id, ErrorCode::CommitIdRequiredException, ErrorCode::InvalidCommitIdException)?;
    let odb = repository.odb().await?;
    let commit = blocking(move || git::commit::read(&odb, &id).map_err(unreadable))
        .await?
        .ok_or_else(|| Failure::new(ErrorCode::CommitIdDoesNotExistException, format!("there is no commit {id}")))?;
    Ok(GetCommitOutput { commit: Some(wire::commit(&commit)) })
}
