//! `PutFile`: adds or changes one file of a branch, as a commit of its own.

use super::{content, wire};
use crate::blocking::blocking;
use crate::commits::new_commit::{self, Content};
use crate::commits::planned_tree::{PlannedFile, PlannedTree};
use crate::inputs::branch_name;
use crate::paths::file_path;
use api::{ErrorCode, PutFileInput, PutFileOutput};
use git::tree::EntryKind;
use service::{Authorized, Context, Result};
use store::Repository;

/// Puts a file of at most 6 MB. In an empty repository this makes the branch too.
pub(crate) async fn put_file(
    cx: Context,
    repository: Authorized<Repository>,
    input: PutFileInput,
) -> Result<PutFileOutput> {
    let branch = branch_name(input.branch_name)?;
    let path = file_path(input.file_path)?;
    let bytes = input.file_content.map(Vec::from).unwrap_or_default();
    let kind = input.file_mode.as_deref().and_then(wire::entry_kind);
    let words = new_commit::words(&cx, input.name, input.email, input.commit_message, format!("Put {path}"))?;
    let base = new_commit::base(&repository, branch, input.parent_commit_id).await?;

    let blob = content::blob_id(&bytes)?;
    let (odb, root) = (base.odb.clone(), base.tree);
    let edits = blocking(move || {
        let mut tree = PlannedTree::new(&odb, root);
        let kind = match kind {
            Some(kind) => kind,
            None => tree.file(&path)?.map_or(EntryKind::Blob, |file| file.kind),
        };
        tree.put(&path, PlannedFile { kind, id: blob })?;
        Ok(tree.edits())
    })
    .await?;
    let content = Content { blobs: vec![bytes], edits };
    let made = new_commit::make(&cx, &repository, base, words, content, ErrorCode::SameFileContentException).await?;
    Ok(PutFileOutput {
        commit_id: Some(made.commit.to_string()),
        blob_id: Some(blob.to_string()),
        tree_id: Some(made.tree.to_string()),
    })
}
