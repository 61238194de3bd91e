//! Reads a pack from the client, and copies every byte that passes to the scratch pack.

use super::error::ReceiveError;
use super::scratch_pack::ScratchPack;
use crate::limits::Limits;
use flate2::{Decompress, FlushDecompress, Status};
use std::io::{self, BufRead};

/// A pack on its way in.
pub(crate) struct PackStream<'a> {
    input: &'a mut dyn BufRead,
    pub(crate) pack: &'a mut ScratchPack,
    most: u64,
    inflate: Decompress,
    inflated: Vec<u8>,
}

impl<'a> PackStream<'a> {
    pub(crate) fn new(input: &'a mut dyn BufRead, pack: &'a mut ScratchPack, limits: &Limits) -> Self {
        Self { input, pack, most: limits.max_pack_bytes, inflate: Decompress::new(true), inflated: vec![0; 64 * 1024] }
    }

    /// The next `N` bytes.
    pub(crate) fn bytes<const N: usize>(&mut self) -> Result<[u8; N], ReceiveError> {
        let bytes = self.read()?;
        self.pack.append(&bytes)?;
        self.check_length()?;
        Ok(bytes)
    }

    /// The next byte.
    pub(crate) fn byte(&mut self) -> Result<u8, ReceiveError> {
        self.bytes().map(|[byte]| byte)
    }

    /// Inflates the zlib stream that comes next and hands its content, which must be `size` bytes, to `sink` in pieces.
    pub(crate) fn inflate(
        &mut self,
        size: u64,
        mut sink: impl FnMut(&[u8]) -> Result<(), ReceiveError>,
    ) -> Result<(), ReceiveError> {
        self.inflate.reset(true);
        loop {
            let input = fill(self.input)?;
            if input.is_empty() {
                return Err(ReceiveError::Truncated);
            }
            let (before_in, before_out) = (self.inflate.total_in(), self.inflate.total_out());
            let status = self
                .inflate
                .decompress(input, &mut self.inflated, FlushDecompress::None)
                .map_err(|error| ReceiveError::malformed(format!("an entry does not inflate: {error}")))?;
            let consumed = (self.inflate.total_in() - before_in) as usize;
            let produced = (self.inflate.total_out() - before_out) as usize;
            if self.inflate.total_out() > size {
                return Err(ReceiveError::malformed("an entry inflates to more bytes than its header says"));
            }
            self.pack.append(&input[..consumed])?;
            self.input.consume(consumed);
            self.check_length()?;
            sink(&self.inflated[..produced])?;
            match status {
                Status::StreamEnd if self.inflate.total_out() == size => return Ok(()),
                Status::StreamEnd => {
                    return Err(ReceiveError::malformed("an entry inflates to fewer bytes than its header says"));
                }
                _ if consumed == 0 && produced == 0 => {
                    return Err(ReceiveError::malformed("an entry does not inflate any further"));
                }
                _ => {}
            }
        }
    }

    /// Reads the trailing checksum, which is not copied, and compares it.
    pub(crate) fn finish(mut self) -> Result<(), ReceiveError> {
        let claimed: [u8; 20] = self.read()?;
        if self.pack.checksum()?.as_bytes() != claimed {
            return Err(ReceiveError::Checksum);
        }
        Ok(())
    }

    fn read<const N: usize>(&mut self) -> Result<[u8; N], ReceiveError> {
        let mut bytes = [0; N];
        let mut filled = 0;
        while filled < N {
            let input = fill(self.input)?;
            if input.is_empty() {
                return Err(ReceiveError::Truncated);
            }
            let length = input.len().min(N - filled);
            bytes[filled..filled + length].copy_from_slice(&input[..length]);
            self.input.consume(length);
            filled += length;
        }
        Ok(bytes)
    }

    fn check_length(&self) -> Result<(), ReceiveError> {
        if self.pack.len() <= self.most {
            return Ok(());
        }
        Err(ReceiveError::Limit {
            name: "max_pack_bytes",
            what: "the pack's size in bytes".to_owned(),
            actual: self.pack.len(),
            limit: self.most,
            remedy: "push the history in several parts",
        })
    }
}

/// What the client sent and nobody has read yet; empty at the end.
fn fill(input: &mut dyn BufRead) -> Result<&[u8], ReceiveError> {
    input.fill_buf().map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
            ReceiveError::malformed(format!("the request body cannot be unpacked: {error}"))
        }
        _ => ReceiveError::Truncated,
    })
}
