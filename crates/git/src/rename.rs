//! Finding the name that a file had before a commit renamed it, as Git's rename detection does: among the files that the
//! commit removed, one with the same content, else the one with the most similar content.

use crate::diff::{Differences, Side};
use crate::error::Result;
use crate::odb::Odb;
use crate::similarity::{MOST, Sketch, sizes_allow};
use gix::ObjectId;

/// How many differing paths of a commit are looked at. In larger ones a file may seem new that was renamed.
const MOST_DIFFERENCES: usize = 10_000;

/// How many removed files are compared by content (Git's `diff.renameLimit`).
const MOST_SOURCES: usize = 1000;

/// How many bytes of removed files are compared by content.
const MOST_BYTES: u64 = 32 << 20;

/// What is at least as similar as this is the same file (Git's default, 50 %).
const LEAST: u64 = MOST / 2;

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
        if score >= LEAST && best.as_ref().is_none_or(|(score, name, _)| rank > (*score, *name)) {
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
    /// What the file that appeared is like, once that is needed.
    sketch: Option<Sketch>,
    bytes_left: u64,
}

impl<'a> Comparison<'a> {
    fn new(odb: &'a Odb, id: ObjectId) -> Self {
        Self { odb, id, sketch: None, bytes_left: MOST_BYTES }
    }

    /// How similar the two files are. Files of too different sizes are not read, nor is what is too much.
    fn score(&mut self, removed: ObjectId) -> Result<u64> {
        let (Some(new), Some(old)) = (self.odb.locate(&self.id)?, self.odb.locate(&removed)?) else { return Ok(0) };
        let (new_size, old_size) = (self.odb.info(new)?.size, self.odb.info(old)?.size);
        let cost = old_size + if self.sketch.is_none() { new_size } else { 0 };
        if !sizes_allow(new_size, old_size, LEAST) || cost > self.bytes_left {
            return Ok(0);
        }
        self.bytes_left -= cost;
        let old = Sketch::new(&self.odb.object(old)?.data);
        let new = match &self.sketch {
            Some(sketch) => sketch,
            None => self.sketch.insert(Sketch::new(&self.odb.object(new)?.data)),
        };
        Ok(old.similarity(new))
    }
}
