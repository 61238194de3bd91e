//! Files as the API shows them.

use git::tree::{EntryKind, EntryMode};

/// The API's word for how a file is stored.
pub(crate) fn file_mode(mode: EntryMode) -> String {
    match mode.kind() {
        EntryKind::BlobExecutable => "EXECUTABLE",
        EntryKind::Link => "SYMLINK",
        _ => "NORMAL",
    }
    .to_owned()
}

/// How a file with this API mode is stored; `None` for a word the API does not have.
pub(crate) fn entry_kind(file_mode: &str) -> Option<EntryKind> {
    match file_mode {
        "EXECUTABLE" => Some(EntryKind::BlobExecutable),
        "NORMAL" => Some(EntryKind::Blob),
        "SYMLINK" => Some(EntryKind::Link),
        _ => None,
    }
}
