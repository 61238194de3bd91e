//! What a decorator knows of a call before it is made.

use crate::table::{Scan, SortRange, Write};
use std::fmt;

/// Which method of a port is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CallKind {
    /// `Table::get`
    Get,
    /// `Table::scan`
    Scan,
    /// `Table::commit`
    Commit,
    /// `Feed::changes`
    Changes,
    /// `Blobs::put`
    Put,
    /// `Blobs::put_file`
    PutFile,
    /// `Blobs::get_range`
    GetRange,
    /// `Blobs::head`
    Head,
    /// `Blobs::list`
    List,
    /// `Blobs::delete`
    Delete,
    /// `Keys::generate_data_key`
    GenerateDataKey,
    /// `Keys::encrypt`
    Encrypt,
    /// `Keys::decrypt`
    Decrypt,
    /// `Keys::describe`
    Describe,
}

impl CallKind {
    /// The port and method, as `table.get`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "table.get",
            Self::Scan => "table.scan",
            Self::Commit => "table.commit",
            Self::Changes => "feed.changes",
            Self::Put => "blobs.put",
            Self::PutFile => "blobs.put_file",
            Self::GetRange => "blobs.get_range",
            Self::Head => "blobs.head",
            Self::List => "blobs.list",
            Self::Delete => "blobs.delete",
            Self::GenerateDataKey => "keys.generate_data_key",
            Self::Encrypt => "keys.encrypt",
            Self::Decrypt => "keys.decrypt",
            Self::Describe => "keys.describe",
        }
    }
}

impl fmt::Display for CallKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One call of a port, as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Which method.
    pub kind: CallKind,
    /// What it is about: a row's key, a scan, the keys of a commit, a blob's name and range, a master key.
    pub name: String,
    /// How many rows it hands over (the writes of a commit).
    pub rows: usize,
    /// How many bytes it hands over.
    pub bytes: u64,
}

impl Call {
    pub(super) fn new(kind: CallKind, name: impl Into<String>) -> Self {
        Self { kind, name: name.into(), rows: 0, bytes: 0 }
    }

    pub(super) fn with_bytes(mut self, bytes: u64) -> Self {
        self.bytes = bytes;
        self
    }

    pub(super) fn scan(scan: &Scan) -> Self {
        let range = match &scan.range {
            SortRange::All => "*".to_owned(),
            SortRange::Prefix(prefix) => format!("{prefix}*"),
            SortRange::Between { first, last } => format!("{first}..={last}"),
        };
        let direction = if scan.reverse { " reverse" } else { "" };
        let after = scan.after.as_ref().map(|after| format!(" after {after}")).unwrap_or_default();
        Self::new(CallKind::Scan, format!("{} / {range}{direction}{after}", scan.partition))
    }

    pub(super) fn commit(writes: &[Write]) -> Self {
        let verb = |write: &Write| match write {
            Write::Put { .. } => "put",
            Write::Delete { .. } => "delete",
            Write::Check { .. } => "check",
        };
        let body_bytes = |write: &Write| match write {
            Write::Put { body, .. } => body.len() as u64,
            Write::Delete { .. } | Write::Check { .. } => 0,
        };
        let names: Vec<_> = writes.iter().map(|write| format!("{} {}", verb(write), write.key())).collect();
        Self {
            kind: CallKind::Commit,
            name: names.join(", "),
            rows: writes.len(),
            bytes: writes.iter().map(body_bytes).sum(),
        }
    }
}
