//! `CreateCommit`: changes several files of a branch in one commit.

use super::file_changes::{self, Planned};
use super::new_commit::{self, Content};
use crate::blocking::blocking;
use crate::inputs::branch_name;
use api::{CreateCommitInput, CreateCommitOutput, ErrorCode};
use service::{Authorized, Context, Result};
use store::Repository;

/// Puts, copies, moves and deletes files and sets their modes. In an empty repository this makes the branch too.
pub(crate) async fn create_commit(
    cx: Context,
    repository: Authorized<Repository>,
    input: CreateCommitInput,
) -> Result<CreateCommitOutput> {
    let branch = branch_name(input.branch_name)?;
    let changes = file_changes::parse(
        input.put_files.unwrap_or_default(),
        input.delete_files.unwrap_or_default(),
        input.set_file_modes.unwrap_or_default(),
        input.keep_empty_folders.unwrap_or_default(),
    )?;
    let message = "Change files".to_owned();
    let words = new_commit::words(&cx, input.author_name, input.email, input.commit_message, message)?;
    let base = new_commit::base(&repository, branch, input.parent_commit_id).await?;

    let (odb, root) = (base.odb.clone(), base.tree);
    let planned = blocking(move || changes.plan(&odb, root)).await?;
    let Planned { blobs, edits, added, updated, deleted } = planned;
    let made =
        new_commit::make(&cx, &repository, base, words, Content { blobs, edits }, ErrorCode::NoChangeException).await?;
    Ok(CreateCommitOutput {
        commit_id: Some(made.commit.to_string()),
        tree_id: Some(made.tree.to_string()),
        files_added: Some(added),
        files_updated: Some(updated),
        files_deleted: Some(deleted),
    })
}
