//! The data directory: its layout, its lock, its format.
//!
//! | name | what |
//! |---|---|
//! | `format` | the number of this layout |
//! | `lock` | locked while a process has the directory open; holds its process id |
//! | `table.redb` | rows and change feed |
//! | `blobs/` | one file per blob |
//! | `incoming/` | blobs on their way in; emptied at open |
//! | `scratch/` | the process's own temporary files; emptied at open |
//! | `keys.json` | master keys |
//! | `audit/` | records of what was done, one file for each day; made by whoever keeps them |

use crate::blobs::DirectoryBlobs;
use crate::keys::FileKeys;
use crate::open_error::OpenError;
use crate::sync::sync_folder;
use crate::table::EmbeddedTable;
use ports::clock::{Clock, SystemClock};
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The layout that this program reads and writes.
const FORMAT: u32 = 1;

/// A data directory that this process owns. The lock ends when this is dropped, so it must outlive the adapters.
pub struct DataDirectory {
    path: PathBuf,
    scratch: PathBuf,
    table: Arc<EmbeddedTable>,
    blobs: Arc<DirectoryBlobs>,
    keys: Arc<FileKeys>,
    _lock: File,
}

impl DataDirectory {
    /// Opens the data directory at `path`, or makes a new one when there is nothing or an empty directory.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        Self::open_with_clock(path, Arc::new(SystemClock))
    }

    /// As [`open`](Self::open), with rows that expire by `clock`.
    pub fn open_with_clock(path: impl AsRef<Path>, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        make_private_folder(path.as_ref())?;
        let path = path.as_ref().canonicalize().map_err(OpenError::io("open the data directory", path.as_ref()))?;
        let lock = lock(&path)?;
        check_format(&path)?;
        let scratch = path.join("scratch");
        make_private_folder(&scratch)?;
        empty_folder(&scratch).map_err(OpenError::io("empty", &scratch))?;
        let table = EmbeddedTable::open(path.join("table.redb"), clock)?;
        let blobs = DirectoryBlobs::open(path.join("blobs"), path.join("incoming"))?;
        let keys = FileKeys::open(path.join("keys.json"))?;
        sync_folder(&path).map_err(OpenError::io("write to", &path))?;
        Ok(Self { path, scratch, table: Arc::new(table), blobs: Arc::new(blobs), keys: Arc::new(keys), _lock: lock })
    }

    /// Where the directory is, as an absolute path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A folder for temporary files, empty after opening, on the same file system as the blobs, so that
    /// [`put_file`](ports::Blobs::put_file) from here moves the file instead of copying it.
    pub fn scratch(&self) -> &Path {
        &self.scratch
    }

    /// The rows and their change feed.
    pub fn table(&self) -> Arc<EmbeddedTable> {
        Arc::clone(&self.table)
    }

    /// The blobs.
    pub fn blobs(&self) -> Arc<DirectoryBlobs> {
        Arc::clone(&self.blobs)
    }

    /// The master keys.
    pub fn keys(&self) -> Arc<FileKeys> {
        Arc::clone(&self.keys)
    }
}

/// Makes `folder`, and those it is in, for this user only. An existing one stays as it is.
pub(crate) fn make_private_folder(folder: &Path) -> Result<(), OpenError> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(OpenError::io("make the folder", folder))
}

/// Removes all that is in `folder`.
pub(crate) fn empty_folder(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn lock(directory: &Path) -> Result<File, OpenError> {
    let path = directory.join("lock");
    if !path.exists() && !directory.join("format").exists() {
        // Not even a lock is left in a directory that is somebody else's.
        refuse_foreign(directory, &[])?;
    }
    let open = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
    let mut file = open.map_err(OpenError::io("open", &path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let process = fs::read_to_string(&path).ok().and_then(|text| text.trim().parse().ok());
            return Err(OpenError::InUse { directory: directory.to_owned(), process });
        }
        Err(TryLockError::Error(source)) => return Err(OpenError::io("lock", &path)(source)),
    }
    file.set_len(0)
        .and_then(|()| writeln!(file, "{}", std::process::id()))
        .map_err(OpenError::io("write to", &path))?;
    Ok(file)
}

fn check_format(directory: &Path) -> Result<(), OpenError> {
    let path = directory.join("format");
    match fs::read_to_string(&path) {
        Ok(text) if text.trim().parse() == Ok(FORMAT) => Ok(()),
        Ok(text) => Err(OpenError::Format {
            directory: directory.to_owned(),
            found: text.trim().chars().take(40).collect(),
            known: FORMAT,
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            refuse_foreign(directory, &["lock", "format.new"])?;
            write_format(directory, &path).map_err(OpenError::io("write", &path))
        }
        Err(error) => Err(OpenError::io("read", &path)(error)),
    }
}

/// A crash leaves either no format file or a whole one.
fn write_format(directory: &Path, path: &Path) -> io::Result<()> {
    let new = directory.join("format.new");
    let mut file = File::create(&new)?;
    writeln!(file, "{FORMAT}")?;
    file.sync_all()?;
    fs::rename(new, path)?;
    sync_folder(directory)
}

fn refuse_foreign(directory: &Path, ours: &[&str]) -> Result<(), OpenError> {
    let entries = fs::read_dir(directory).map_err(OpenError::io("read", directory))?;
    for entry in entries {
        let found = entry.map_err(OpenError::io("read", directory))?.file_name().to_string_lossy().into_owned();
        // A file system's own root holds `lost+found`.
        if found != "lost+found" && !ours.contains(&found.as_str()) {
            return Err(OpenError::Foreign { directory: directory.to_owned(), found });
        }
    }
    Ok(())
}
