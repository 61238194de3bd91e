//! Paths of files and folders, as clients name them.

use crate::inputs::required;
use api::ErrorCode;
use service::{Failure, Result};

/// The longest path, in characters (AWS CodeCommit quota "file path length").
const MOST_CHARACTERS: usize = 4096;

/// A required path of a file: relative to the root, without empty, `.` or `..` components; one leading slash is forgiven.
pub(crate) fn file_path(given: Option<String>) -> Result<String> {
    let path = required(given, ErrorCode::PathRequiredException, "a file path")?;
    let path = path.strip_prefix('/').unwrap_or(&path);
    check(path)?;
    Ok(path.to_owned())
}

/// A required path of a folder; the root is `/` or empty. Slashes at the ends are forgiven.
pub(crate) fn folder_path(given: Option<String>) -> Result<String> {
    let path = given.ok_or_else(|| Failure::new(ErrorCode::PathRequiredException, "a folder path is required"))?;
    let path = path.strip_prefix('/').unwrap_or(&path);
    let path = path.strip_suffix('/').unwrap_or(path);
    if !path.is_empty() {
        check(path)?;
    }
    Ok(path.to_owned())
}

fn check(path: &str) -> Result<()> {
    let invalid = |rule: &str| {
        Err(Failure::new(
            ErrorCode::InvalidPathException,
            format!("'{}' is not a valid path: {rule}", path.escape_debug()),
        ))
    };
    if path.chars().count() > MOST_CHARACTERS {
        return Err(Failure::new(
            ErrorCode::InvalidPathException,
            format!("a path has at most {MOST_CHARACTERS} characters"),
        ));
    }
    if path.contains('\0') {
        return invalid("it contains a NUL");
    }
    if path.split('/').any(|component| matches!(component, "" | "." | "..")) {
        return invalid("it has an empty, '.' or '..' component");
    }
    Ok(())
}
