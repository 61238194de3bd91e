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

/// A path in hexadecimal digits, as it goes into tokens: paths in repositories are bytes, not always UTF-8.
pub(crate) fn encode_hex(path: &[u8]) -> String {
    path.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What [`encode_hex`] encoded; `None` for anything else.
pub(crate) fn decode_hex(hex: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = hex.chars().map(|c| c.to_digit(16).map(|digit| digit as u8)).collect::<Option<_>>()?;
    Some(digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect())
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
