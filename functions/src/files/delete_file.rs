//! `DeleteFile`: removes one file from a branch, as a commit of its own.

use crate::blocking::blocking;
use crate::commits::new_commit::{self, Content};
use crate::commits::planned_tree::{KEEP_FILE, PlannedTree};
use crate::inputs::branch_name;
use crate::paths::file_path;
use api::{DeleteFileInput, DeleteFileOutput, ErrorCode};
use service::{Authorized, Context, Failure, Result};
use store::Repository;

/// Deletes a file. Folders that become empty vanish, unless the innermost is to be kept: then it gets a file that keeps it.
pub(crate) async fn delete_file(
    cx: Context,
    repository: Authorized<Repository>,
    input: DeleteFileInput,
) -> Result<DeleteFileOutput> {
    let branch = branch_name(input.branch_name)?;
    let path = file_path(input.file_path)?;
    let words = new_commit::words(&cx, input.name, input.email, input.commit_message, format!("Delete {path}"))?;
    let base = new_commit::base(&repository, branch, input.parent_commit_id).await?;
    if base.parent.is_none() {
        return Err(Failure::new(
            ErrorCode::BranchDoesNotExistException,
            format!("there is no branch '{}': the repository is empty", base.branch),
        ));
    }

    // Who deletes the very file that keeps a folder wants the folder to go.
    let keeps_folder = path.rsplit('/').next() == Some(KEEP_FILE);
    let keep = input.keep_empty_folders.unwrap_or_default() && !keeps_folder;
    let (odb, root, removed) = (base.odb.clone(), base.tree, path.clone());
    let (blob, content) = blocking(move || {
        let mut tree = PlannedTree::new(&odb, root);
        let file = tree.file(&removed)?.ok_or_else(|| {
            Failure::new(ErrorCode::FileDoesNotExistException, format!("there is no file '{}'", removed.escape_debug()))
        })?;
        tree.remove(&removed);
        let kept = if keep { tree.keep_folder(&removed)? } else { None };
        let blobs = kept.map(|_| Vec::new()).into_iter().collect();
        Ok((file.id, Content { blobs, edits: tree.edits() }))
    })
    .await?;
    // The tree lacks the file afterwards, so that it cannot be the same.
    let made = new_commit::make(&cx, &repository, base, words, content, ErrorCode::FileDoesNotExistException).await?;
    Ok(DeleteFileOutput {
        commit_id: Some(made.commit.to_string()),
        blob_id: Some(blob.to_string()),
        tree_id: Some(made.tree.to_string()),
        file_path: Some(path),
    })
}
