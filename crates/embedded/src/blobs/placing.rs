//! Brings a blob to its place: whole or not at all, once, and durably.
//!
//! The bytes are written and synced under another name in the folder for incoming files, then renamed in a way that fails
//! when the new name is taken, then the folder is synced.

use super::unavailable;
use crate::sync::sync_folder;
use ports::{BlobError, BlobName};
use std::collections::HashSet;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use tempfile::{NamedTempFile, TempPath};

/// How many folders are remembered as durable before they are looked at again.
const KNOWN_FOLDERS: usize = 10_000;

/// Puts files below a folder.
pub(super) struct Placing {
    root: PathBuf,
    incoming: PathBuf,
    /// Folders whose names, up to the root, are known to be on disk. The lock also makes folders one at a time, so that none
    /// is used before the one who made it has synced it.
    durable_folders: Mutex<HashSet<PathBuf>>,
}

impl Placing {
    pub(super) fn new(root: PathBuf, incoming: PathBuf) -> Self {
        Self { root, incoming, durable_folders: Mutex::default() }
    }

    pub(super) fn put(&self, name: &BlobName, bytes: &[u8]) -> Result<(), BlobError> {
        let mut file = NamedTempFile::new_in(&self.incoming).map_err(unavailable)?;
        file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(unavailable)?;
        self.place(name, file.into_temp_path()).map_err(|refused| refused.error)
    }

    /// Moves `source` when it is a plain file on the same file system, else copies it.
    pub(super) fn put_file(&self, name: &BlobName, source: &Path) -> Result<(), BlobError> {
        let metadata = fs::symlink_metadata(source).map_err(unavailable)?;
        if !metadata.is_file() {
            return self.put_copy(name, source);
        }
        File::open(source).and_then(|file| file.sync_all()).map_err(unavailable)?;
        // From here on the source is removed, whatever happens.
        let source = TempPath::try_from_path(source).map_err(unavailable)?;
        match self.place(name, source) {
            Err(Refused { other_file_system: Some(source), .. }) => self.put_copy(name, &source),
            outcome => outcome.map_err(|refused| refused.error),
        }
    }

    fn put_copy(&self, name: &BlobName, source: &Path) -> Result<(), BlobError> {
        let mut file = NamedTempFile::new_in(&self.incoming).map_err(unavailable)?;
        let mut source = File::open(source).map_err(unavailable)?;
        io::copy(&mut source, file.as_file_mut()).map_err(unavailable)?;
        file.as_file().sync_all().map_err(unavailable)?;
        self.place(name, file.into_temp_path()).map_err(|refused| refused.error)
    }

    /// Gives a synced file its name.
    fn place(&self, name: &BlobName, file: TempPath) -> Result<(), Refused> {
        let path = self.root.join(name.as_str());
        let folder = path.parent().unwrap_or(&self.root);
        self.make_folder(folder).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => in_the_way(name),
            _ => unavailable(error),
        })?;
        let Err(refused) = file.persist_noclobber(&path) else {
            return Ok(sync_folder(folder).map_err(unavailable)?);
        };
        match refused.error.kind() {
            io::ErrorKind::AlreadyExists if path.is_dir() => Err(in_the_way(name).into()),
            io::ErrorKind::AlreadyExists => {
                // Who hears that a blob exists relies on it; the one who put it may not have synced the folder yet.
                sync_folder(folder).map_err(unavailable)?;
                Err(BlobError::Exists(name.clone()).into())
            }
            io::ErrorKind::CrossesDevices => {
                Err(Refused { error: unavailable(refused.error), other_file_system: Some(refused.path) })
            }
            _ => Err(unavailable(refused.error).into()),
        }
    }

    /// Makes `folder` below the root, and makes it durable.
    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        let mut durable = self.durable_folders.lock().unwrap_or_else(PoisonError::into_inner);
        if durable.contains(folder) {
            return Ok(());
        }
        let Ok(below_root) = folder.strip_prefix(&self.root) else { return Ok(()) };
        let mut path = self.root.clone();
        for segment in below_root {
            let parent = path.clone();
            path.push(segment);
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {}
                Err(error) => return Err(error),
            }
            sync_folder(&parent)?;
        }
        if durable.len() >= KNOWN_FOLDERS {
            durable.clear();
        }
        durable.insert(folder.to_owned());
        Ok(())
    }
}

/// Why a file did not get its name.
struct Refused {
    error: BlobError,
    /// The file, when it could not be moved for being on another file system.
    other_file_system: Option<TempPath>,
}

impl From<BlobError> for Refused {
    fn from(error: BlobError) -> Self {
        Self { error, other_file_system: None }
    }
}

fn in_the_way(name: &BlobName) -> BlobError {
    BlobError::Invalid(format!("'{name}' cannot be stored: one of it and another blob would have to be a folder"))
}
