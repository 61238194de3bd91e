//! Three-way merge of text, line by line.
//!
//! Two edit scripts, from the base to each side, are laid on top of each other. Where they overlap or touch, and do not say the
//! same, there is a conflict: the rule of `git merge-file`, with the diff algorithm (histogram) of Git's `ort` strategy.

use imara_diff::{Algorithm, Diff, Hunk as Edit, InternedInput};
use std::iter::Peekable;
use std::ops::Range;

/// What one hunk of a merge is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Only our side changed the lines.
    Ours,
    /// Only their side changed the lines.
    Theirs,
    /// Both sides made the same change.
    Both,
    /// The sides made different changes.
    Conflict,
}

/// Lines that at least one side changed. Ranges count lines from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// Who changed them.
    pub change: Change,
    /// The lines in the base.
    pub base: Range<usize>,
    /// What our side has in their place.
    pub ours: Range<usize>,
    /// What their side has in their place.
    pub theirs: Range<usize>,
}

/// Whose lines are taken where there is a conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Favor {
    /// Nobody's: both are written, between markers.
    Neither(Markers),
    /// Ours.
    Ours,
    /// Theirs.
    Theirs,
}

/// The lines around both versions of a conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Markers {
    /// How many characters a marker has.
    pub width: usize,
    /// What our version is called.
    pub ours: Vec<u8>,
    /// What their version is called.
    pub theirs: Vec<u8>,
}

/// Three versions of a file, cut into lines. The line ends belong to the lines.
pub struct Versions<'a> {
    /// What both sides come from.
    pub base: Vec<&'a [u8]>,
    /// Our version.
    pub ours: Vec<&'a [u8]>,
    /// Their version.
    pub theirs: Vec<&'a [u8]>,
}

impl<'a> Versions<'a> {
    /// Cuts the files into lines.
    pub fn new(base: &'a [u8], ours: &'a [u8], theirs: &'a [u8]) -> Self {
        Self { base: lines(base), ours: lines(ours), theirs: lines(theirs) }
    }

    /// What changed, from top to bottom.
    pub fn hunks(&self) -> Vec<Hunk> {
        let mut ours = Script::new(&self.base, &self.ours);
        let mut theirs = Script::new(&self.base, &self.theirs);
        let mut hunks = Vec::new();
        while let Some(region) = next_region(&mut ours, &mut theirs) {
            let change = match (region.by_ours, region.by_theirs) {
                (true, false) => Change::Ours,
                (false, true) => Change::Theirs,
                _ if self.ours[region.ours.clone()] == self.theirs[region.theirs.clone()] => Change::Both,
                _ => Change::Conflict,
            };
            hunks.push(Hunk { change, base: region.base, ours: region.ours, theirs: region.theirs });
        }
        hunks
    }

    /// The merged file, and how many conflicts there were.
    pub fn merge(&self, favor: &Favor) -> (Vec<u8>, usize) {
        let mut hunks = self.hunks();
        let conflicts = hunks.iter().filter(|hunk| hunk.change == Change::Conflict).count();
        if matches!(favor, Favor::Neither(_)) {
            hunks = self.narrowed(hunks);
        }
        // What nobody changed is the same in our version, whose lines are still known where a conflict was narrowed.
        let (mut merged, mut copied) = (Vec::new(), 0);
        for hunk in hunks {
            append(&mut merged, &self.ours[copied..hunk.ours.start]);
            copied = hunk.ours.end;
            let (ours, theirs) = (&self.ours[hunk.ours], &self.theirs[hunk.theirs]);
            match (hunk.change, favor) {
                (Change::Ours | Change::Both, _) | (Change::Conflict, &Favor::Ours) => append(&mut merged, ours),
                (Change::Theirs, _) | (Change::Conflict, &Favor::Theirs) => append(&mut merged, theirs),
                (Change::Conflict, Favor::Neither(markers)) => append_both(&mut merged, ours, theirs, markers),
            }
        }
        append(&mut merged, &self.ours[copied..]);
        (merged, conflicts)
    }

    /// Conflicts without the lines on which both sides agree, as Git shows them; conflicts with a few lines between them are one.
    fn narrowed(&self, hunks: Vec<Hunk>) -> Vec<Hunk> {
        const FEW: usize = 3;
        let mut narrowed: Vec<Hunk> = Vec::new();
        for hunk in hunks.into_iter().flat_map(|hunk| self.without_common_lines(hunk)) {
            match narrowed.last_mut() {
                Some(last)
                    if last.change == Change::Conflict
                        && hunk.change == Change::Conflict
                        && hunk.ours.start - last.ours.end <= FEW =>
                {
                    last.ours.end = hunk.ours.end;
                    last.theirs.end = hunk.theirs.end;
                    last.base.end = hunk.base.end;
                }
                _ => narrowed.push(hunk),
            }
        }
        narrowed
    }

    fn without_common_lines(&self, hunk: Hunk) -> Vec<Hunk> {
        if hunk.change != Change::Conflict || hunk.ours.is_empty() || hunk.theirs.is_empty() {
            return vec![hunk];
        }
        let (ours, theirs) = (hunk.ours.start, hunk.theirs.start);
        let parts = edits(&self.ours[hunk.ours], &self.theirs[hunk.theirs]);
        let part = |edit: Edit| Hunk {
            change: Change::Conflict,
            base: hunk.base.clone(),
            ours: ours + edit.before.start as usize..ours + edit.before.end as usize,
            theirs: theirs + edit.after.start as usize..theirs + edit.after.end as usize,
        };
        parts.into_iter().map(part).collect()
    }
}

/// Cuts a file into lines, each with its end.
pub fn lines(content: &[u8]) -> Vec<&[u8]> {
    content.split_inclusive(|byte| *byte == b'\n').collect()
}

fn append(merged: &mut Vec<u8>, lines: &[&[u8]]) {
    for line in lines {
        merged.extend_from_slice(line);
    }
}

fn append_both(merged: &mut Vec<u8>, ours: &[&[u8]], theirs: &[&[u8]], markers: &Markers) {
    let line = |merged: &mut Vec<u8>, sign: u8, label: &[u8]| {
        if merged.last().is_some_and(|byte| *byte != b'\n') {
            merged.push(b'\n');
        }
        merged.extend(std::iter::repeat_n(sign, markers.width));
        if !label.is_empty() {
            merged.push(b' ');
        }
        merged.extend_from_slice(label);
        merged.push(b'\n');
    };
    line(merged, b'<', &markers.ours);
    append(merged, ours);
    line(merged, b'=', b"");
    append(merged, theirs);
    line(merged, b'>', &markers.theirs);
}

/// The edits from the base to one side, and how far the two have drifted apart in length.
struct Script {
    edits: Peekable<std::vec::IntoIter<Edit>>,
    /// Length of the side minus length of the base, up to here.
    drift: i64,
}

impl Script {
    fn new(base: &[&[u8]], side: &[&[u8]]) -> Self {
        Self { edits: edits(base, side).into_iter().peekable(), drift: 0 }
    }

    fn start(&mut self) -> Option<u32> {
        self.edits.peek().map(|edit| edit.before.start)
    }

    /// Takes edits that begin at or before `end`, and returns where the last of them ends.
    fn take_touching(&mut self, end: u32) -> Option<u32> {
        let edit = self.edits.next_if(|edit| edit.before.start <= end)?;
        self.drift += i64::from(edit.after.end - edit.after.start) - i64::from(edit.before.end - edit.before.start);
        Some(edit.before.end)
    }

    fn place(&self, base: u32) -> usize {
        usize::try_from(i64::from(base) + self.drift).unwrap_or_default()
    }
}

/// What makes one list of lines out of another.
fn edits(before: &[&[u8]], after: &[&[u8]]) -> Vec<Edit> {
    let mut input = InternedInput::default();
    input.update_before(before.iter().copied());
    input.update_after(after.iter().copied());
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_no_heuristic(&input);
    diff.hunks().collect()
}

struct Region {
    base: Range<usize>,
    ours: Range<usize>,
    theirs: Range<usize>,
    by_ours: bool,
    by_theirs: bool,
}

/// The next stretch of lines that edits of one or both sides cover without a line between them.
fn next_region(ours: &mut Script, theirs: &mut Script) -> Option<Region> {
    let start = match (ours.start(), theirs.start()) {
        (Some(one), Some(other)) => one.min(other),
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => return None,
    };
    let (ours_start, theirs_start) = (ours.place(start), theirs.place(start));
    let (mut end, mut by_ours, mut by_theirs) = (start, false, false);
    loop {
        let touched = if let Some(edit_end) = ours.take_touching(end) {
            by_ours = true;
            edit_end
        } else if let Some(edit_end) = theirs.take_touching(end) {
            by_theirs = true;
            edit_end
        } else {
            break;
        };
        end = end.max(touched);
    }
    Some(Region {
        base: start as usize..end as usize,
        ours: ours_start..ours.place(end),
        theirs: theirs_start..theirs.place(end),
        by_ours,
        by_theirs,
    })
}

#[cfg(test)]
mod tests {
    use super::{Change, Favor, Markers, Versions};

    fn both() -> Favor {
        Favor::Neither(Markers { width: 7, ours: b"ours".to_vec(), theirs: b"theirs".to_vec() })
    }

    fn changes(base: &str, ours: &str, theirs: &str) -> Vec<Change> {
        let versions = Versions::new(base.as_bytes(), ours.as_bytes(), theirs.as_bytes());
        versions.hunks().iter().map(|hunk| hunk.change).collect()
    }

    fn merged(base: &str, ours: &str, theirs: &str, favor: &Favor) -> (String, usize) {
        let (content, conflicts) = Versions::new(base.as_bytes(), ours.as_bytes(), theirs.as_bytes()).merge(favor);
        (String::from_utf8(content).unwrap(), conflicts)
    }

    #[test]
    fn changes_with_a_line_between_them_merge() {
        let (text, conflicts) = merged("1\n2\n3\n", "one\n2\n3\n", "1\n2\nthree\n", &both());
        assert_eq!((text.as_str(), conflicts), ("one\n2\nthree\n", 0));
    }

    #[test]
    fn changes_that_touch_are_a_conflict() {
        assert_eq!(changes("1\n2\n", "one\n2\n", "1\ntwo\n"), [Change::Conflict]);
    }

    #[test]
    fn the_same_change_on_both_sides_is_none() {
        assert_eq!(changes("1\n2\n3\n", "1\nx\n3\n", "1\nx\n3\n"), [Change::Both]);
        assert_eq!(merged("1\n", "2\n", "2\n", &both()), ("2\n".to_owned(), 0));
    }

    #[test]
    fn a_conflict_shows_both_sides_or_takes_one() {
        let (base, ours, theirs) = ("1\n2\n3\n4\n5\n", "1\na\n3\n4\n5\n", "1\nb\n3\n4\nfive");
        assert_eq!(merged(base, ours, theirs, &Favor::Ours), ("1\na\n3\n4\nfive".to_owned(), 1));
        assert_eq!(merged(base, ours, theirs, &Favor::Theirs), ("1\nb\n3\n4\nfive".to_owned(), 1));
        let (text, conflicts) = merged(base, ours, theirs, &both());
        assert_eq!(conflicts, 1);
        assert!(text.contains("\n<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n3\n"));
    }

    #[test]
    fn a_missing_line_end_counts_as_a_change() {
        assert_eq!(changes("1\n2\n", "1\n2", "1\n2\n"), [Change::Ours]);
    }
}
