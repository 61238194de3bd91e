//! The header of commits and tags, line by line.

use super::Problem;
use gix::ObjectId;

/// Checks that the header ends, with an empty line or with the object, and has no NUL.
pub(super) fn verify(content: &[u8]) -> Result<(), Problem> {
    let mut before = 0;
    for (at, byte) in content.iter().enumerate() {
        match byte {
            0 => return Err(Problem::new("nulInHeader", &format!("the header has a NUL byte at offset {at}"))),
            b'\n' if before == b'\n' => return Ok(()),
            _ => {}
        }
        before = *byte;
    }
    if before == b'\n' {
        return Ok(());
    }
    Err(Problem::new("unterminatedHeader", "the header does not end with a line break"))
}

/// What is left of a header.
pub(super) struct Lines<'a> {
    pub(super) rest: &'a [u8],
}

impl<'a> Lines<'a> {
    /// Takes the next line if it begins with `key`; returns what follows the key.
    pub(super) fn take(&mut self, key: &str) -> Option<&'a [u8]> {
        let value = self.rest.strip_prefix(key.as_bytes())?;
        let end = value.iter().position(|byte| *byte == b'\n')?;
        self.rest = &value[end + 1..];
        Some(&value[..end])
    }

    /// Like [`Lines::take`], for a line that holds an object id.
    pub(super) fn take_id(&mut self, key: &str, check: &'static str) -> Result<Option<ObjectId>, Problem> {
        let Some(value) = self.take(key) else { return Ok(None) };
        let line = key.trim_end();
        match ObjectId::from_hex(value) {
            Ok(id) if value.len() == 40 => Ok(Some(id)),
            _ => Err(Problem::new(check, &format!("the '{line}' line does not hold an object id"))),
        }
    }
}
