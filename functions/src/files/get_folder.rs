//! `GetFolder`: lists a folder as it is in a commit.

use super::wire::file_mode;
use crate::blocking::{blocking, unreadable};
use crate::paths::folder_path;
use crate::revision;
use api::{ErrorCode, File, Folder, GetFolderInput, GetFolderOutput, SubModule, SymbolicLink};
use git::tree::EntryKind;
use git::{ObjectId, Odb};
use service::{Authorized, Context, Failure, Result};
use store::Repository;

/// Lists the folders, files, symbolic links and submodules directly in a folder.
pub(crate) async fn get_folder(
    _cx: Context,
    repository: Authorized<Repository>,
    input: GetFolderInput,
) -> Result<GetFolderOutput> {
    let path = folder_path(input.folder_path)?;
    let (commit, odb) = revision::resolve(&repository, input.commit_specifier).await?;
    blocking(move || {
        let tree = folder(&odb, &commit.tree, &path)?.ok_or_else(|| {
            Failure::new(
                ErrorCode::FolderDoesNotExistException,
                format!("there is no folder '{}' in commit {}", path.escape_debug(), commit.id),
            )
        })?;
        let (mut folders, mut files, mut links, mut modules) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for entry in git::tree::entries(&odb, &tree).map_err(unreadable)? {
            let relative = String::from_utf8_lossy(&entry.name).into_owned();
            let absolute_path = Some(if path.is_empty() { relative.clone() } else { format!("{path}/{relative}") });
            let relative_path = Some(relative);
            let id = Some(entry.id.to_string());
            let mode = Some(file_mode(entry.mode));
            match entry.mode.kind() {
                EntryKind::Tree => folders.push(Folder { tree_id: id, absolute_path, relative_path }),
                EntryKind::Commit => modules.push(SubModule { commit_id: id, absolute_path, relative_path }),
                EntryKind::Link => {
                    links.push(SymbolicLink { blob_id: id, absolute_path, relative_path, file_mode: mode });
                }
                EntryKind::Blob | EntryKind::BlobExecutable => {
                    files.push(File { blob_id: id, absolute_path, relative_path, file_mode: mode });
                }
            }
        }
        Ok(GetFolderOutput {
            commit_id: Some(commit.id.to_string()),
            folder_path: Some(path),
            tree_id: Some(tree.to_string()),
            sub_folders: Some(folders),
            files: Some(files),
            symbolic_links: Some(links),
            sub_modules: Some(modules),
        })
    })
    .await
}

/// The tree at `path`, which is empty for the root.
fn folder(odb: &Odb, root: &ObjectId, path: &str) -> Result<Option<ObjectId>> {
    if path.is_empty() {
        return Ok(Some(*root));
    }
    let entry = git::tree::entry_at(odb, root, path.as_bytes()).map_err(unreadable)?;
    Ok(entry.filter(|entry| entry.mode.is_tree()).map(|entry| entry.id))
}
