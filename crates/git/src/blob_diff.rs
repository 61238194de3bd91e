//! The lines that differ between two blobs, as `git diff` tells them: Myers' algorithm with Git's shortcuts, then changes that
//! can be told at several places moved to where the indentation says that they read best.

use imara_diff::{Algorithm, Diff, IndentHeuristic, IndentLevel, InternedInput, SliderHeuristic, Token};
use std::borrow::Cow;
use std::ops::Range;

/// How many bytes at the beginning of a blob decide whether it is text (as in Git).
const LOOKED_AT_FOR_NUL: usize = 8000;

/// How far a tab stop is from the next one (as in Git).
const TAB_WIDTH: u8 = 8;

/// Whether Git takes a blob for binary: it has a NUL among its first 8000 bytes.
pub fn is_binary(content: &[u8]) -> bool {
    content.iter().take(LOOKED_AT_FOR_NUL).any(|byte| *byte == 0)
}

/// What differs between two texts.
pub struct BlobDiff<'a> {
    before: Vec<&'a [u8]>,
    after: Vec<&'a [u8]>,
    edits: Vec<Edit>,
}

/// Lines that were replaced by other lines, at least one of either; counted from 0.
#[derive(Debug, Clone)]
struct Edit {
    before: Range<u32>,
    after: Range<u32>,
}

/// Changes close to each other, with the unchanged lines around and between them. Lines are counted from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// Its lines in the blob before.
    pub before: Range<u32>,
    /// Its lines in the blob after.
    pub after: Range<u32>,
    edits: Range<usize>,
}

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    Context,
    /// It is new.
    Added,
    /// It is gone.
    Deleted,
}

/// One line of a hunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// What became of it.
    pub change: Change,
    /// How many lines of the blob before come before it.
    pub before: u32,
    /// How many lines of the blob after come before it.
    pub after: u32,
    /// The line without its line feed. Unchanged lines are told as they are after the change.
    pub content: &'a [u8],
}

impl<'a> BlobDiff<'a> {
    /// Compares two texts line by line (`git diff`), or without looking at white space (`git diff --ignore-all-space`).
    pub fn new(before: &'a [u8], after: &'a [u8], ignore_whitespace: bool) -> Self {
        let lines = |text: &'a [u8]| -> Vec<&'a [u8]> { text.split_inclusive(|byte| *byte == b'\n').collect() };
        let (before, after) = (lines(before), lines(after));
        let mut input = InternedInput::default();
        input.reserve(before.len() as u32, after.len() as u32);
        input.update_before(before.iter().map(|line| compared(line, ignore_whitespace)));
        input.update_after(after.iter().map(|line| compared(line, ignore_whitespace)));
        let mut diff = Diff::compute(Algorithm::Myers, &input);
        // Lines are numbered anew here: two that are the same but for white space may be indented differently.
        let numbers: Vec<Token> = (0..before.len().max(after.len()) as u32).map(Token).collect();
        diff.postprocess_with(&input.before, &input.after, |tokens: &[Token], hunk: Range<u32>, earliest_end: u32| {
            let lines = if std::ptr::eq(tokens, &input.before[..]) { &before } else { &after };
            let indent = |line: Token| IndentLevel::for_ascii_line(lines[line.0 as usize].iter().copied(), TAB_WIDTH);
            IndentHeuristic::new(indent).best_slider_end(&numbers[..tokens.len()], hunk, earliest_end)
        });
        let edits = diff.hunks().map(|edit| Edit { before: edit.before, after: edit.after }).collect();
        Self { before, after, edits }
    }

    /// The hunks from top to bottom, with up to `context` unchanged lines around each change. Hunks that would touch are one.
    pub fn hunks(&self, context: u32) -> Vec<Hunk> {
        let mut hunks: Vec<Hunk> = Vec::new();
        for (number, edit) in self.edits.iter().enumerate() {
            let above = context.min(edit.before.start);
            let below = context.min(self.before.len() as u32 - edit.before.end);
            let (start, end) = (edit.before.start - above, edit.before.end + below);
            match hunks.last_mut().filter(|hunk| start <= hunk.before.end) {
                Some(hunk) => {
                    hunk.before.end = end;
                    hunk.after.end = edit.after.end + below;
                    hunk.edits.end = number + 1;
                }
                None => hunks.push(Hunk {
                    before: start..end,
                    after: edit.after.start - above..edit.after.end + below,
                    edits: number..number + 1,
                }),
            }
        }
        hunks
    }

    /// How many lines a hunk tells of.
    pub fn line_count(&self, hunk: &Hunk) -> usize {
        let added: usize = self.edits[hunk.edits.clone()].iter().map(|edit| edit.after.len()).sum();
        hunk.before.len() + added
    }

    /// The lines of a hunk: of each change first what is gone, then what is new.
    pub fn lines(&self, hunk: &Hunk) -> impl Iterator<Item = Line<'a>> {
        let edits = &self.edits[hunk.edits.clone()];
        // Context reaches from each change, or from the top of the hunk, to the next one, or to the bottom.
        let from = std::iter::once((hunk.before.start, hunk.after.start))
            .chain(edits.iter().map(|edit| (edit.before.end, edit.after.end)));
        let below = Edit { before: hunk.before.end..hunk.before.end, after: hunk.after.end..hunk.after.end };
        from.zip(edits.iter().cloned().chain(std::iter::once(below))).flat_map(move |((before, after), edit)| {
            let unchanged = (before..edit.before.start).zip(after..edit.after.start);
            let context = unchanged.map(|(before, after)| self.line(Change::Context, before, after));
            let (first_new, all_gone) = (edit.after.start, edit.before.end);
            let deleted = edit.before.map(move |before| self.line(Change::Deleted, before, first_new));
            let added = edit.after.map(move |after| self.line(Change::Added, all_gone, after));
            context.chain(deleted).chain(added)
        })
    }

    fn line(&self, change: Change, before: u32, after: u32) -> Line<'a> {
        let line = match change {
            Change::Deleted => self.before[before as usize],
            Change::Context | Change::Added => self.after[after as usize],
        };
        Line { change, before, after, content: line.strip_suffix(b"\n").unwrap_or(line) }
    }
}

/// What counts when lines are compared.
fn compared(line: &[u8], ignore_whitespace: bool) -> Cow<'_, [u8]> {
    if !ignore_whitespace {
        return Cow::Borrowed(line);
    }
    Cow::Owned(line.iter().copied().filter(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_whose_context_touches_are_one_hunk() {
        let before = b"1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        let after = b"1\nx\n3\n4\n5\n6\n7\ny\n9\n";
        let diff = BlobDiff::new(before, after, false);
        let ranges = |context| -> Vec<_> {
            diff.hunks(context).into_iter().map(|hunk| (hunk.before.clone(), hunk.after.clone())).collect()
        };
        assert_eq!(ranges(0), [(1..2, 1..2), (7..8, 7..8)]);
        assert_eq!(ranges(2), [(0..4, 0..4), (5..9, 5..9)]);
        assert_eq!(ranges(3), [(0..9, 0..9)]);
        let hunk = &diff.hunks(3)[0];
        assert_eq!(diff.lines(hunk).count(), diff.line_count(hunk));
    }

    #[test]
    fn lines_are_told_in_the_order_of_the_text_with_both_numbers() {
        let diff = BlobDiff::new(b"a\nb\nc", b"a\nx\ny\nc\n", false);
        let hunk = &diff.hunks(3)[0];
        let told: Vec<_> =
            diff.lines(hunk).map(|line| (line.change, line.before, line.after, line.content.to_vec())).collect();
        let line = |change, before, after, content: &str| (change, before, after, content.as_bytes().to_vec());
        assert_eq!(
            told,
            [
                line(Change::Context, 0, 0, "a"),
                line(Change::Deleted, 1, 1, "b"),
                line(Change::Deleted, 2, 1, "c"),
                line(Change::Added, 3, 1, "x"),
                line(Change::Added, 3, 2, "y"),
                line(Change::Added, 3, 3, "c"),
            ]
        );
    }

    #[test]
    fn a_nul_near_the_beginning_makes_a_blob_binary() {
        assert!(is_binary(b"a\0"));
        let mut late = vec![b'a'; LOOKED_AT_FOR_NUL];
        late.push(0);
        assert!(!is_binary(&late));
        late[LOOKED_AT_FOR_NUL - 1] = 0;
        assert!(is_binary(&late));
    }

    #[test]
    fn nothing_is_compared_with_everything() {
        let diff = BlobDiff::new(b"", b"a\nb\n", false);
        let hunks = diff.hunks(3);
        assert_eq!((hunks.len(), hunks[0].before.clone(), hunks[0].after.clone()), (1, 0..0, 0..2));
        assert!(BlobDiff::new(b"a\n", b"a\n", false).hunks(3).is_empty());
        assert!(BlobDiff::new(b"a b\n", b" ab", true).hunks(3).is_empty());
    }
}
