//! Object kinds and decoded objects.

use bytes::Bytes;

/// One of Git's four kinds of object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// A commit.
    Commit = 1,
    /// A tree.
    Tree = 2,
    /// A blob.
    Blob = 3,
    /// An annotated tag.
    Tag = 4,
}

impl Kind {
    /// The kind with this number in a pack entry header (gitformat-pack, "object types").
    pub fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Commit),
            2 => Some(Self::Tree),
            3 => Some(Self::Blob),
            4 => Some(Self::Tag),
            _ => None,
        }
    }

    /// The word that stands in the object's header.
    pub fn name(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Tree => "tree",
            Self::Blob => "blob",
            Self::Tag => "tag",
        }
    }

    /// The same kind in gix's words.
    pub fn to_gix(self) -> gix::objs::Kind {
        match self {
            Self::Commit => gix::objs::Kind::Commit,
            Self::Tree => gix::objs::Kind::Tree,
            Self::Blob => gix::objs::Kind::Blob,
            Self::Tag => gix::objs::Kind::Tag,
        }
    }
}

impl From<gix::objs::Kind> for Kind {
    fn from(kind: gix::objs::Kind) -> Self {
        match kind {
            gix::objs::Kind::Commit => Self::Commit,
            gix::objs::Kind::Tree => Self::Tree,
            gix::objs::Kind::Blob => Self::Blob,
            gix::objs::Kind::Tag => Self::Tag,
        }
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// A decoded object; cheap to clone.
#[derive(Debug, Clone)]
pub struct Object {
    /// What it is.
    pub kind: Kind,
    /// Its content, without the header.
    pub data: Bytes,
}

/// The id that an object of this kind and content has; `None` when the content is part of a known SHA-1 collision attack.
pub fn id_of(kind: Kind, content: &[u8]) -> Option<gix::ObjectId> {
    gix::objs::compute_hash(gix::hash::Kind::Sha1, kind.to_gix(), content).ok()
}
