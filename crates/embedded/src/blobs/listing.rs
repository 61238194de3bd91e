//! Lists blobs in the order of their whole names, one folder after the other.

use super::is_missing;
use ports::BlobName;
use std::fs;
use std::io;
use std::path::Path;

/// The names below `root` that begin with `prefix`, behind `after`, at most `limit`.
pub(super) fn list(root: &Path, prefix: &str, after: Option<&BlobName>, limit: usize) -> io::Result<Vec<BlobName>> {
    let mut listing = Listing { root, prefix, after: after.map_or("", BlobName::as_str), limit, names: Vec::new() };
    let Some((folder, _)) = prefix.rsplit_once('/') else {
        listing.add_folder("")?;
        return Ok(listing.names);
    };
    // What cannot begin a name, such as `..`, has no blobs, and must not become a path.
    if BlobName::parse(folder).is_ok() && root.join(folder).is_dir() {
        listing.add_folder(&format!("{folder}/"))?;
    }
    Ok(listing.names)
}

struct Listing<'a> {
    root: &'a Path,
    prefix: &'a str,
    after: &'a str,
    limit: usize,
    names: Vec<BlobName>,
}

impl Listing<'_> {
    /// Adds the blobs in the folder of this name, which ends in `/` or is empty, and in those below.
    fn add_folder(&mut self, folder: &str) -> io::Result<()> {
        let entries = match fs::read_dir(self.root.join(folder)) {
            Ok(entries) => entries,
            Err(error) if is_missing(&error) => return Ok(()),
            Err(error) => return Err(error),
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry?;
            let file_type = entry.file_type()?;
            let slash = if file_type.is_dir() { "/" } else { "" };
            // Names that no blob can have are not ours.
            let Ok(name) = entry.file_name().into_string() else { continue };
            let name = format!("{folder}{name}{slash}");
            if (file_type.is_dir() || file_type.is_file()) && self.may_hold(&name) {
                names.push(name);
            }
        }
        // With its slash a folder stands where the names in it do: `a-b` before `a/b` before `a0`.
        names.sort_unstable();
        for name in names {
            if self.names.len() >= self.limit {
                break;
            }
            if name.ends_with('/') {
                self.add_folder(&name)?;
            } else if let Ok(name) = BlobName::parse(name) {
                self.names.push(name);
            }
        }
        Ok(())
    }

    /// Whether the blob of this name, or a blob in this folder, can be among those asked for.
    fn may_hold(&self, name: &str) -> bool {
        if name.ends_with('/') {
            let fits_prefix = name.starts_with(self.prefix) || self.prefix.starts_with(name);
            fits_prefix && (name > self.after || self.after.starts_with(name))
        } else {
            name.starts_with(self.prefix) && name > self.after
        }
    }
}
