//! Makes a change of a folder durable.

use std::fs::File;
use std::io;
use std::path::Path;

/// Waits until the names in `folder` are on disk. A file that was synced is still lost in a crash when its name was not.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
