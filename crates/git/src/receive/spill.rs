//! A scratch file for objects that are too large, or too many, to be held in memory while others are made from them.

use super::error::ReceiveError;
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// A file that is made when it is first needed, and whose space is used again.
pub(crate) struct Spill {
    dir: PathBuf,
    file: Option<File>,
    end: u64,
}

impl Spill {
    /// Will make its file in `dir`; the file has no name and vanishes with this value.
    pub(crate) fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned(), file: None, end: 0 }
    }

    /// Writes at the end what `write` writes; returns where that begins, how many bytes it has, and `write`'s result.
    pub(crate) fn append<T>(
        &mut self,
        write: impl FnOnce(&File, &mut dyn Write) -> Result<T, ReceiveError>,
    ) -> Result<(u64, u64, T), ReceiveError> {
        let file = match self.file.take() {
            Some(file) => file,
            None => tempfile::tempfile_in(&self.dir).map_err(ReceiveError::Scratch)?,
        };
        let file = self.file.insert(file);
        let start = self.end;
        let mut writer = io::BufWriter::with_capacity(256 * 1024, AtEnd { file, end: &mut self.end });
        let result = write(file, &mut writer)?;
        writer.flush().map_err(ReceiveError::Scratch)?;
        drop(writer);
        Ok((start, self.end - start, result))
    }

    /// Reads what is stored between `start` and `start + buffer.len()`.
    pub(crate) fn read(&self, buffer: &mut [u8], start: u64) -> Result<(), ReceiveError> {
        let file = self.file.as_ref().ok_or_else(|| ReceiveError::Scratch(io::ErrorKind::NotFound.into()))?;
        file.read_exact_at(buffer, start).map_err(ReceiveError::Scratch)
    }

    /// Gives up what is stored at `end` and behind it.
    pub(crate) fn truncate(&mut self, end: u64) {
        self.end = end;
    }
}

/// Writes at the end of a file without moving its position.
struct AtEnd<'a> {
    file: &'a File,
    end: &'a mut u64,
}

impl Write for AtEnd<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = self.file.write_at(bytes, *self.end)?;
        *self.end += length as u64;
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
