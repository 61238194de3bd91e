//! Histories as `git fast-import` reads them, for branches that are about how many files and commits there are.

use std::fmt::Write as _;

/// Three versions of a file as marks 1 to 3: the second changes the first line of the first, and the third its last line, so that
/// they can be merged line by line.
pub fn versions(stream: &mut String) {
    for (mark, text) in [(1, "a\nb\nc\nd\ne\n"), (2, "A\nb\nc\nd\ne\n"), (3, "a\nb\nc\nd\nE\n")] {
        let _ = write!(stream, "blob\nmark :{mark}\ndata {}\n{text}", text.len());
    }
}

/// A commit on `branch`, on top of `from` or of the branch itself, that puts `files`: a blob's mark and a path each.
pub fn commit(stream: &mut String, branch: &str, from: Option<&str>, files: impl IntoIterator<Item = (u32, String)>) {
    let _ = writeln!(stream, "commit refs/heads/{branch}\ncommitter A U Thor <author@example.com> 0 +0000\ndata 0");
    if let Some(from) = from {
        let _ = writeln!(stream, "from refs/heads/{from}");
    }
    for (mark, path) in files {
        let _ = writeln!(stream, "M 100644 :{mark} {path}");
    }
}
