//! Finding the name that a file had before a commit renamed it, as Git's rename detection does: among the files that the
//! commit removed, one with the same content, else the one with the most similar content.

use crate::diff::{Differences, Side};
use crate::error::Result;
use crate::odb::Odb;
use gix::ObjectId;
use std::borrow::Cow;
use std::collections::HashMap;

/// How many differing paths of a commit are looked at. In larger ones a file may seem new that was renamed.
const MOST_DIFFERENCES: usize = 10_000;

/// How many removed files are compared by content (Git's `diff.renameLimit`).
const MOST_SOURCES: usize = 1000;

/// How many bytes of removed files are compared by content.
const MOST_BYTES: u64 = 32 << 20;

/// Scores are parts of this (Git's `MAX_SCORE`).
const FULL_SCORE: u64 = 60_000;

/// What is at least as similar as this is the same file (Git's default, 50 %).
const LEAST_SCORE: u64 = FULL_SCORE / 2;

/// Content is compared line by line; longer lines in pieces of this many bytes, which also works for binary files (as in Git).
const PIECE: usize = 64;

/// The path in the tree `before` of the file that is at `path` in the tree `after` and was not there before; `None` when it
/// seems new.
pub fn source(odb: &Odb, before: &ObjectId, after: &ObjectId, path: &[u8], file: Side) -> Result<Option<Vec<u8>>> {
    let mut removed = Vec::new();
    for difference in Differences::new(odb, Some(before), Some(after), None)?.take(MOST_DIFFERENCES) {
        let difference = difference?;
        if let (Some(side), None) = (difference.before, difference.after)
            && side.mode.is_link() == file.mode.is_link()
            && side.mode.is_blob_or_symlink()
        {
            removed.push((difference.path, side));
        }
    }
    let same_name = |other: &[u8]| file_name(other) == file_name(path);
    let mut identical = removed.iter().filter(|(_, side)| side.id == file.id);
    let first = identical.clone().next();
    if let Some((old_path, _)) = identical.find(|(old_path, _)| same_name(old_path)).or(first) {
        return Ok(Some(old_path.clone()));
    }
    if file.mode.is_link() || removed.len() > MOST_SOURCES {
        return Ok(None);
    }
    let mut best: Option<(u64, bool, Vec<u8>)> = None;
    let mut comparison = Comparison::new(odb, file.id);
    for (old_path, side) in removed {
        let score = comparison.score(side.id)?;
        let rank = (score, same_name(&old_path));
        if score >= LEAST_SCORE && best.as_ref().is_none_or(|(score, name, _)| rank > (*score, *name)) {
            best = Some((rank.0, rank.1, old_path));
        }
    }
    Ok(best.map(|(_, _, old_path)| old_path))
}

fn file_name(path: &[u8]) -> &[u8] {
    path.rsplit(|byte| *byte == b'/').next().unwrap_or_default()
}

/// Compares removed files with one that appeared.
struct Comparison<'a> {
    odb: &'a Odb,
    id: ObjectId,
    /// The pieces of the file that appeared, once they are needed.
    pieces: Option<Pieces>,
    bytes_left: u64,
}

/// How many bytes of a content are in pieces like this one.
type Pieces = HashMap<Vec<u8>, u64>;

impl<'a> Comparison<'a> {
    fn new(odb: &'a Odb, id: ObjectId) -> Self {
        Self { odb, id, pieces: None, bytes_left: MOST_BYTES }
    }

    /// How much of the larger of the two files is common to both. Files of too different sizes are not read.
    fn score(&mut self, removed: ObjectId) -> Result<u64> {
        let (Some(new), Some(old)) = (self.odb.locate(&self.id)?, self.odb.locate(&removed)?) else { return Ok(0) };
        let (new_size, old_size) = (self.odb.info(new)?.size, self.odb.info(old)?.size);
        let (larger, smaller) = (new_size.max(old_size), new_size.min(old_size));
        let cost = old_size + if self.pieces.is_none() { new_size } else { 0 };
        if smaller == 0
            || (larger - smaller) * FULL_SCORE > larger * (FULL_SCORE - LEAST_SCORE)
            || cost > self.bytes_left
        {
            return Ok(0);
        }
        self.bytes_left -= cost;
        let pieces = match &self.pieces {
            Some(pieces) => pieces,
            None => self.pieces.insert(pieces(&self.odb.object(new)?.data)),
        };
        let other = self::pieces(&self.odb.object(old)?.data);
        let common: u64 = other.iter().filter_map(|(piece, bytes)| Some(*bytes.min(pieces.get(piece)?))).sum();
        Ok(common * FULL_SCORE / larger)
    }
}

fn pieces(content: &[u8]) -> Pieces {
    let mut pieces = Pieces::new();
    let content = without_carriage_returns(content);
    for line in content.split_inclusive(|byte| *byte == b'\n') {
        for piece in line.chunks(PIECE) {
            *pieces.entry(piece.to_vec()).or_default() += piece.len() as u64;
        }
    }
    pieces
}

/// Two texts are not different because their lines end differently.
fn without_carriage_returns(content: &[u8]) -> Cow<'_, [u8]> {
    if crate::blob_diff::is_binary(content) || !content.windows(2).any(|pair| pair == b"\r\n") {
        return Cow::Borrowed(content);
    }
    let kept = |(at, byte): (usize, &u8)| (*byte != b'\r' || content.get(at + 1) != Some(&b'\n')).then_some(*byte);
    Cow::Owned(content.iter().enumerate().filter_map(kept).collect())
}
