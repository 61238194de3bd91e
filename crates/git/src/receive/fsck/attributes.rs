//! Checks `.gitattributes`: Git refuses to read lines that are very long.

use super::Problem;
use std::io::{self, Write};

/// From this length on, in bytes, Git does not read a line (its `ATTR_MAX_LINE_LENGTH`).
const TOO_LONG: usize = 2048;

/// Measures lines, of a file that comes in pieces.
#[derive(Debug, Default)]
pub struct AttributeLines {
    /// How long the line at hand is so far.
    length: usize,
    too_long: bool,
    /// Git reads the file as text, which a NUL ends.
    ended: bool,
}

impl AttributeLines {
    /// Looks at the next piece.
    pub fn look_at(&mut self, piece: &[u8]) -> Result<(), Problem> {
        for byte in piece {
            match byte {
                _ if self.ended => break,
                0 => self.ended = true,
                b'\n' => self.length = 0,
                _ => self.length += 1,
            }
            self.too_long |= self.length >= TOO_LONG;
        }
        self.verdict()
    }

    /// What there was to say.
    pub fn finish(self) -> Result<(), Problem> {
        self.verdict()
    }

    fn verdict(&self) -> Result<(), Problem> {
        if self.too_long {
            let words = format!(".gitattributes has a line of {TOO_LONG} bytes or more");
            return Err(Problem::new("gitattributesLineLength", &words));
        }
        Ok(())
    }
}

impl Write for AttributeLines {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        // The verdict stays until the end is reached.
        _ = self.look_at(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
