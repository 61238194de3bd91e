//! Why a data directory, or a part of one, cannot be opened.

use std::error::Error;
use std::io;
use std::path::PathBuf;

/// Why a data directory, or a part of one, cannot be opened. The text says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process, or this one, has it open.
    #[error(
        "the data directory '{}' is in use by another process{}; stop that one first, or name another directory",
        .directory.display(),
        .process.map(|id| format!(" ({id})")).unwrap_or_default()
    )]
    InUse {
        /// The directory.
        directory: PathBuf,
        /// The process id that the owner left in the directory.
        process: Option<u32>,
    },
    /// The directory holds something else.
    #[error(
        "'{}' holds '{found}' and is no Coldforge data directory; name an empty or a new directory",
        .directory.display()
    )]
    Foreign {
        /// The directory.
        directory: PathBuf,
        /// One of the things in it.
        found: String,
    },
    /// A later version of the program, with another layout, made the directory.
    #[error(
        "the data directory '{}' has format {found:?}, which this version cannot read \
         (it knows format {known}); use the version of Coldforge that made it",
        .directory.display()
    )]
    Format {
        /// The directory.
        directory: PathBuf,
        /// The format it names.
        found: String,
        /// The format this program knows.
        known: u32,
    },
    /// Others may read the master keys.
    #[error("the key file '{0}' can be read by others (mode {mode:04o}); make it private: chmod 600 '{0}'", .path.display())]
    KeysExposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The key file is not what the program wrote.
    #[error(
        "the key file '{}' is damaged ({reason}); restore it from a backup, what is sealed cannot be read without it",
        .path.display()
    )]
    KeysDamaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The database does not open.
    #[error("the table '{}' cannot be opened: {source}", .path.display())]
    Table {
        /// The database file.
        path: PathBuf,
        /// What the database says.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The machine's source of randomness failed.
    #[error("no random bytes for a new key: {0}")]
    Randomness(String),
    /// The file system refuses something.
    #[error("cannot {action} '{}': {source}", .path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the file system says.
        source: io::Error,
    },
}

impl OpenError {
    /// For `map_err`: an I/O error with what was tried on what.
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }
}
