//! The content of a blob, when it is small enough for an API answer.

use crate::blocking::unreadable;
use api::ErrorCode;
use git::{Kind, ObjectId, Odb};
use service::{Failure, Result};

/// The largest file that the API reads or writes, in bytes (AWS CodeCommit quota "file size via console, API or SDK": 6 MB).
pub(crate) const MOST_BYTES: u64 = 6 << 20;

/// The content of blob `id`, or `None` when there is no such blob. Blocks.
pub(crate) fn read(odb: &Odb, id: &ObjectId) -> Result<Option<Vec<u8>>> {
    let Some(entry) = odb.locate(id).map_err(unreadable)? else { return Ok(None) };
    let info = odb.info(entry).map_err(unreadable)?;
    if info.kind != Kind::Blob {
        return Ok(None);
    }
    if info.size > MOST_BYTES {
        return Err(Failure::new(
            ErrorCode::FileTooLargeException,
            format!("blob {id} has {} bytes, and at most {MOST_BYTES} can be read here: fetch it with git", info.size),
        ));
    }
    Ok(Some(odb.object(entry).map_err(unreadable)?.data.to_vec()))
}

/// The id that a blob with this content has.
pub(crate) fn blob_id(content: &[u8]) -> Result<ObjectId> {
    git::object::id_of(Kind::Blob, content).ok_or_else(|| {
        Failure::internal(std::io::Error::other("the content is part of a known SHA-1 collision attack"))
    })
}
