//! `GetFile`: returns a file as it is in a commit.

use super::{content, wire};
use crate::blocking::{blocking, unreadable};
use crate::paths::file_path;
use crate::revision;
use api::{Blob, ErrorCode, GetFileInput, GetFileOutput};
use service::{Authorized, Context, Failure, Result};
use store::Repository;

/// Returns the content and mode of a file of at most 6 MB.
pub(crate) async fn get_file(
    _cx: Context,
    repository: Authorized<Repository>,
    input: GetFileInput,
) -> Result<GetFileOutput> {
    let path = file_path(input.file_path)?;
    let (commit, odb) = revision::resolve(&repository, input.commit_specifier).await?;
    blocking(move || {
        let missing = || {
            Failure::new(
                ErrorCode::FileDoesNotExistException,
                format!("there is no file '{}' in commit {}", path.escape_debug(), commit.id),
            )
        };
        let entry = git::tree::entry_at(&odb, &commit.tree, path.as_bytes()).map_err(unreadable)?;
        let entry = entry.filter(|entry| entry.mode.is_blob() || entry.mode.is_link()).ok_or_else(missing)?;
        let content = content::read(&odb, &entry.id)?.ok_or_else(missing)?;
        Ok(GetFileOutput {
            commit_id: Some(commit.id.to_string()),
            blob_id: Some(entry.id.to_string()),
            file_mode: Some(wire::file_mode(entry.mode)),
            file_size: Some(content.len() as i64),
            file_content: Some(Blob::from(content)),
            file_path: Some(path),
        })
    })
    .await
}
