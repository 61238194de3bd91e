//! What a comment is about: two commits, and perhaps a line of a file in one of them.

use crate::blocking::{blocking, unreadable};
use crate::inputs::object_id;
use crate::paths::file_path;
use api::{ErrorCode, Location};
use domain::{CommentLocation, FileVersion};
use git::commit::Commit;
use git::{Kind, ObjectId, Odb};
use service::{Failure, Result};
use std::sync::Arc;
use store::{Commented, Repository};

/// The largest file whose lines can be commented on, in bytes: those of larger ones are not counted.
const MOST_BYTES: u64 = 16 << 20;

/// A required commit id.
pub(crate) fn commit_id(given: Option<String>) -> Result<ObjectId> {
    object_id(given, ErrorCode::CommitIdRequiredException, ErrorCode::InvalidCommitIdException)
}

/// The two commits of a request. They differ; whether they are there shows later.
pub(crate) fn commit_ids(before: Option<String>, after: Option<String>) -> Result<(Option<ObjectId>, ObjectId)> {
    let before = before.filter(|before| !before.is_empty()).map(|before| commit_id(Some(before))).transpose()?;
    let after = commit_id(after)?;
    if before == Some(after) {
        return Err(Failure::new(
            ErrorCode::BeforeCommitIdAndAfterCommitIdAreSameException,
            format!("both commits are {after}, between which there is no difference"),
        ));
    }
    Ok((before, after))
}

/// Refuses commits that are not there.
pub(crate) async fn require_commits(repository: &Repository, before: Option<ObjectId>, after: ObjectId) -> Result<()> {
    let odb = repository.odb().await?;
    blocking(move || before.into_iter().chain([after]).try_for_each(|id| commit(&odb, &id).map(drop))).await
}

/// A commit that must be there. Blocks.
fn commit(odb: &Odb, id: &ObjectId) -> Result<Commit> {
    git::commit::read(odb, id)
        .map_err(unreadable)?
        .ok_or_else(|| Failure::new(ErrorCode::CommitDoesNotExistException, format!("there is no commit {id}")))
}

/// Finds what the comment is about. Without a commit before, the commit after must be a first one.
pub(crate) async fn find(
    repository: &Repository,
    before: Option<ObjectId>,
    after: ObjectId,
    location: Option<Location>,
) -> Result<Commented> {
    let path = location.as_ref().map(|location| file_path(location.file_path.clone())).transpose()?;
    let odb: Arc<Odb> = repository.odb().await?;
    blocking(move || {
        let after = commit(&odb, &after)?;
        let before = before.map(|before| commit(&odb, &before)).transpose()?;
        if before.is_none() && !after.parents.is_empty() {
            return Err(Failure::new(
                ErrorCode::CommitIdRequiredException,
                format!("commit {} has parents, so that the commit before must be named", after.id),
            ));
        }
        let (before_id, after_id) = (before.as_ref().map(|commit| commit.id), after.id);
        let mut on =
            Commented { before: before_id, after: after_id, location: None, before_blob: None, after_blob: None };
        if let (Some(path), Some(location)) = (path, location) {
            let files = Files { before: before.as_ref().map(|commit| commit.tree), after: after.tree, path: &path };
            files.locate(&odb, &location, &mut on)?;
        }
        Ok(on)
    })
    .await
}

/// A file in both versions.
struct Files<'a> {
    before: Option<ObjectId>,
    after: ObjectId,
    path: &'a str,
}

/// What is at a path.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Nothing,
    Folder,
    File(ObjectId),
}

impl Files<'_> {
    fn locate(&self, odb: &Odb, location: &Location, on: &mut Commented) -> Result<()> {
        let before = self.before.map_or(Ok(At::Nothing), |tree| self.at(odb, &tree))?;
        let after = self.at(odb, &self.after)?;
        let version = match location.relative_file_version.as_deref() {
            Some("BEFORE") => FileVersion::Before,
            Some(_) => FileVersion::After,
            None if after == At::Nothing => FileVersion::Before,
            None => FileVersion::After,
        };
        let chosen = if version == FileVersion::Before { before } else { after };
        let blob = match (chosen, before, after) {
            (At::File(blob), _, _) => blob,
            (At::Nothing, At::Nothing, At::Nothing) => {
                return Err(self.refused(ErrorCode::PathDoesNotExistException, "neither commit has it"));
            }
            (At::Nothing, _, _) => {
                let reason = "it is only in the other of the two commits";
                return Err(self.refused(ErrorCode::InvalidRelativeFileVersionEnumException, reason));
            }
            (At::Folder, _, _) => return Err(self.refused(ErrorCode::InvalidFileLocationException, "it is no file")),
        };
        let file = |at| if let At::File(blob) = at { Some(blob) } else { None };
        (on.before_blob, on.after_blob) = (file(before), file(after));
        let line = location.file_position.map(|line| self.line(odb, &blob, line)).transpose()?;
        on.location = Some(CommentLocation { file_path: self.path.to_owned(), line, version });
        Ok(())
    }

    fn at(&self, odb: &Odb, root: &ObjectId) -> Result<At> {
        let entry = git::tree::entry_at(odb, root, self.path.as_bytes()).map_err(unreadable)?;
        Ok(match entry {
            None => At::Nothing,
            Some(entry) if entry.mode.is_blob() || entry.mode.is_link() => At::File(entry.id),
            Some(_) => At::Folder,
        })
    }

    /// The number of a line, which the file must have.
    fn line(&self, odb: &Odb, blob: &ObjectId, line: i64) -> Result<u64> {
        let lines = count_lines(odb, blob)?.ok_or_else(|| {
            let reason = format!("its lines are not counted, because it has more than {MOST_BYTES} bytes");
            self.refused(ErrorCode::InvalidFilePositionException, &reason)
        })?;
        u64::try_from(line).ok().filter(|line| (1..=lines).contains(line)).ok_or_else(|| {
            let reason = format!("it has {lines} lines, and no line {line}");
            self.refused(ErrorCode::InvalidFilePositionException, &reason)
        })
    }

    fn refused(&self, code: ErrorCode, reason: &str) -> Failure {
        Failure::new(code, format!("'{}' cannot be commented on like this: {reason}", self.path.escape_debug()))
    }
}

/// How many lines a file has, the last of which need not be ended; `None` when it is too large.
fn count_lines(odb: &Odb, blob: &ObjectId) -> Result<Option<u64>> {
    let missing = || unreadable(git::Error::Missing(*blob));
    let entry = odb.locate(blob).map_err(unreadable)?.ok_or_else(missing)?;
    let info = odb.info(entry).map_err(unreadable)?;
    if info.kind != Kind::Blob || info.size > MOST_BYTES {
        return Ok(None);
    }
    let content = odb.object(entry).map_err(unreadable)?.data;
    let ended = content.iter().filter(|byte| **byte == b'\n').count() as u64;
    let open = content.last().is_some_and(|byte| *byte != b'\n');
    Ok(Some(ended + u64::from(open)))
}
