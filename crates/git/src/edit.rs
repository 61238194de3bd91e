//! Making a new root tree from an old one by putting and removing paths.

use crate::error::{Error, Result};
use crate::odb::Odb;
use crate::tree::EntryKind;
use gix::ObjectId;
use gix::objs::{Tree, WriteTo};

/// One change to a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Puts an object at a path, replacing what is there and making the folders on the way.
    Put {
        /// The path from the root, without a slash at its ends.
        path: String,
        /// What it is.
        kind: EntryKind,
        /// The object.
        id: ObjectId,
    },
    /// Removes what is at a path; folders that become empty vanish.
    Remove {
        /// The path from the root, without a slash at its ends.
        path: String,
    },
}

/// Applies `edits` in order to the tree `root` (`None`: the empty tree). Returns the new root's id and hands every new
/// tree object to `write`, which returns its id.
pub fn edit(
    odb: &Odb,
    root: Option<&ObjectId>,
    edits: &[Edit],
    mut write: impl FnMut(&[u8]) -> Result<ObjectId>,
) -> Result<ObjectId> {
    let base = match root {
        None => Tree::empty(),
        Some(id) => {
            let object = odb.find(id)?.ok_or(Error::Missing(*id))?;
            gix::objs::TreeRef::from_bytes(&object.data, gix::hash::Kind::Sha1)
                .map_err(|error| Error::Malformed { id: *id, reason: error.to_string() })?
                .into()
        }
    };
    let unreadable = |error: gix::Error| Error::Io(std::io::Error::other(error.to_string()));
    let mut editor = gix::objs::tree::Editor::new(base, odb, gix::hash::Kind::Sha1);
    for edit in edits {
        match edit {
            Edit::Put { path, kind, id } => editor.upsert(path.split('/'), *kind, *id).map_err(unreadable)?,
            Edit::Remove { path } => editor.remove(path.split('/')).map_err(unreadable)?,
        };
    }
    editor.write(|tree| {
        let mut content = Vec::new();
        tree.write_to(&mut content)?;
        write(&content)
    })
}
