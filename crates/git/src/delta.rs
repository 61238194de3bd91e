//! Git's delta format: a base size, a result size, then instructions that copy from the base or insert literal bytes
//! (gitformat-pack, "Deltified representation").

use std::fs::File;
use std::io::{self, BufRead, Write};
use std::os::unix::fs::FileExt;

/// Why a delta cannot be applied. Stored deltas were checked when they were received, so there it means damage.
#[derive(Debug, thiserror::Error)]
pub enum DeltaError {
    /// The bytes end in the middle of an instruction, or before the result is complete.
    #[error("the delta ends too early")]
    Truncated,
    /// The delta was made for a base of another size.
    #[error("the delta was made for a base of {expected} bytes, but its base has {actual}")]
    BaseSize {
        /// The size the delta names.
        expected: u64,
        /// The size of the base at hand.
        actual: u64,
    },
    /// An instruction copies bytes that the base does not have.
    #[error("the delta copies from behind the end of its base")]
    CopyOutOfRange,
    /// Instruction 0 is reserved.
    #[error("the delta has an instruction with the reserved number 0")]
    ReservedInstruction,
    /// The instructions make more or fewer bytes than the delta promises.
    #[error("the delta makes another number of bytes than the {0} it promises")]
    ResultSize(u64),
    /// A size does not fit into 64 bits.
    #[error("the delta names a size beyond 64 bits")]
    SizeOverflow,
    /// The base or the result could not be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// The two sizes a delta begins with, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// The size of the base.
    pub base: u64,
    /// The size of the result.
    pub result: u64,
}

/// Reads the sizes at the head of a delta; returns them and what follows.
pub fn sizes(delta: &[u8]) -> Result<(Sizes, &[u8]), DeltaError> {
    let (base, rest) = size(delta)?;
    let (result, rest) = size(rest)?;
    Ok((Sizes { base, result }, rest))
}

fn size(bytes: &[u8]) -> Result<(u64, &[u8]), DeltaError> {
    let mut value = 0u64;
    for (index, &byte) in bytes.iter().enumerate() {
        let shift = 7 * index as u32;
        let part = u64::from(byte & 0x7f);
        if shift >= 64 || (part << shift) >> shift != part {
            return Err(DeltaError::SizeOverflow);
        }
        value |= part << shift;
        if byte & 0x80 == 0 {
            return Ok((value, &bytes[index + 1..]));
        }
    }
    Err(DeltaError::Truncated)
}

enum Instruction {
    Copy { offset: u64, length: u64 },
    Insert { length: usize },
}

/// Reads an instruction's opcode and operands with `next`, which yields one byte after the other.
fn instruction(opcode: u8, mut next: impl FnMut() -> Result<u8, DeltaError>) -> Result<Instruction, DeltaError> {
    if opcode == 0 {
        return Err(DeltaError::ReservedInstruction);
    }
    if opcode & 0x80 == 0 {
        return Ok(Instruction::Insert { length: usize::from(opcode) });
    }
    let (mut offset, mut length) = (0u64, 0u64);
    for bit in 0..4 {
        if opcode & (1 << bit) != 0 {
            offset |= u64::from(next()?) << (8 * bit);
        }
    }
    for bit in 0..3 {
        if opcode & (0x10 << bit) != 0 {
            length |= u64::from(next()?) << (8 * bit);
        }
    }
    Ok(Instruction::Copy { offset, length: if length == 0 { 0x10000 } else { length } })
}

/// Applies `delta` to `base` in memory; `out` is emptied first. The caller has bounded the result size beforehand.
pub fn apply(base: &[u8], delta: &[u8], out: &mut Vec<u8>) -> Result<(), DeltaError> {
    let (sizes, mut rest) = sizes(delta)?;
    if sizes.base != base.len() as u64 {
        return Err(DeltaError::BaseSize { expected: sizes.base, actual: base.len() as u64 });
    }
    let result = usize::try_from(sizes.result).map_err(|_| DeltaError::SizeOverflow)?;
    out.clear();
    out.reserve(result);
    while let Some((&opcode, tail)) = rest.split_first() {
        let mut operands = tail;
        let instruction = instruction(opcode, || {
            let (&byte, tail) = operands.split_first().ok_or(DeltaError::Truncated)?;
            operands = tail;
            Ok(byte)
        })?;
        match instruction {
            Instruction::Copy { offset, length } => {
                let copied = (offset as usize)
                    .checked_add(length as usize)
                    .and_then(|end| base.get(offset as usize..end))
                    .ok_or(DeltaError::CopyOutOfRange)?;
                out.extend_from_slice(copied);
                rest = operands;
            }
            Instruction::Insert { length } => {
                let (literal, tail) = operands.split_at_checked(length).ok_or(DeltaError::Truncated)?;
                out.extend_from_slice(literal);
                rest = tail;
            }
        }
        if out.len() > result {
            return Err(DeltaError::ResultSize(sizes.result));
        }
    }
    if out.len() != result {
        return Err(DeltaError::ResultSize(sizes.result));
    }
    Ok(())
}

/// Applies a delta of any size in flat memory: the base is a file of `base_len` bytes, the delta is read as a stream and
/// the result is written as one. Returns the size of the result.
pub fn apply_streaming(
    base: &File,
    base_len: u64,
    delta: &mut dyn BufRead,
    out: &mut dyn Write,
) -> Result<u64, DeltaError> {
    apply_streaming_at(base, 0, base_len, delta, out)
}

/// Like [`apply_streaming`], for a base that begins at `base_at` in its file.
pub fn apply_streaming_at(
    base: &File,
    base_at: u64,
    base_len: u64,
    delta: &mut dyn BufRead,
    out: &mut dyn Write,
) -> Result<u64, DeltaError> {
    let expected = stream_size(delta)?;
    if expected != base_len {
        return Err(DeltaError::BaseSize { expected, actual: base_len });
    }
    let result = stream_size(delta)?;
    let mut buffer = vec![0u8; 64 * 1024];
    let mut written = 0u64;
    while let Some(opcode) = next_byte(delta)? {
        match instruction(opcode, || next_byte(delta)?.ok_or(DeltaError::Truncated))? {
            Instruction::Copy { mut offset, mut length } => {
                if offset.checked_add(length).is_none_or(|end| end > base_len) {
                    return Err(DeltaError::CopyOutOfRange);
                }
                written += length;
                while length > 0 {
                    let piece = &mut buffer[..length.min(64 * 1024) as usize];
                    base.read_exact_at(piece, base_at + offset)?;
                    out.write_all(piece)?;
                    offset += piece.len() as u64;
                    length -= piece.len() as u64;
                }
            }
            Instruction::Insert { length } => {
                let piece = &mut buffer[..length];
                delta.read_exact(piece).map_err(|_| DeltaError::Truncated)?;
                out.write_all(piece)?;
                written += length as u64;
            }
        }
        if written > result {
            return Err(DeltaError::ResultSize(result));
        }
    }
    if written != result {
        return Err(DeltaError::ResultSize(result));
    }
    Ok(written)
}

fn next_byte(input: &mut dyn BufRead) -> Result<Option<u8>, DeltaError> {
    let byte = input.fill_buf()?.first().copied();
    if byte.is_some() {
        input.consume(1);
    }
    Ok(byte)
}

fn stream_size(input: &mut dyn BufRead) -> Result<u64, DeltaError> {
    let mut encoded = Vec::with_capacity(10);
    loop {
        let byte = next_byte(input)?.ok_or(DeltaError::Truncated)?;
        encoded.push(byte);
        if byte & 0x80 == 0 {
            return size(&encoded).map(|(value, _)| value);
        }
        if encoded.len() > 10 {
            return Err(DeltaError::SizeOverflow);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// base size 5, result size 8: copy 1..4, insert "-+-+-".
    const DELTA: &[u8] = &[5, 8, 0x91, 1, 3, 5, b'-', b'+', b'-', b'+', b'-'];

    fn streamed(base: &[u8], delta: &[u8]) -> Result<Vec<u8>, DeltaError> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(base).unwrap();
        let mut out = Vec::new();
        apply_streaming(&file, base.len() as u64, &mut &delta[..], &mut out)?;
        Ok(out)
    }

    #[test]
    fn copies_and_inserts_make_the_result() {
        let mut out = Vec::new();
        apply(b"abcde", DELTA, &mut out).unwrap();
        assert_eq!(out, b"bcd-+-+-");
        assert_eq!(streamed(b"abcde", DELTA).unwrap(), b"bcd-+-+-");
    }

    #[test]
    fn a_copy_from_behind_the_base_is_refused() {
        let delta = &[5, 8, 0x91, 3, 3, 5, 0, 0, 0, 0, 0];
        assert!(matches!(apply(b"abcde", delta, &mut Vec::new()), Err(DeltaError::CopyOutOfRange)));
        assert!(matches!(streamed(b"abcde", delta), Err(DeltaError::CopyOutOfRange)));
    }

    #[test]
    fn a_base_of_another_size_is_refused() {
        assert!(matches!(apply(b"abcd", DELTA, &mut Vec::new()), Err(DeltaError::BaseSize { expected: 5, actual: 4 })));
    }

    proptest! {
        #[test]
        fn arbitrary_deltas_never_panic_and_both_ways_agree(
            base in proptest::collection::vec(any::<u8>(), 0..64),
            tail in proptest::collection::vec(any::<u8>(), 0..64),
            result in 0u8..0x7f,
        ) {
            let mut delta = vec![base.len() as u8, result];
            delta.extend(tail);
            let mut out = Vec::new();
            let in_memory = apply(&base, &delta, &mut out).is_ok();
            let as_stream = streamed(&base, &delta);
            prop_assert_eq!(in_memory, as_stream.is_ok());
            if let Ok(streamed) = as_stream {
                prop_assert_eq!(out, streamed);
            }
        }
    }
}
