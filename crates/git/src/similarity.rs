//! How alike two files are, measured as Git does when it looks for renames: by the bytes of lines they have in common.

use crate::blob_diff::is_binary;
use std::collections::HashMap;

/// The score of identical files.
pub(crate) const MOST: u64 = 60_000;

/// A long line counts as several spans of this many bytes.
const SPAN: u32 = 64;

/// The lines of a file, reduced to what the comparison needs.
pub(crate) struct Sketch {
    size: u64,
    /// How many bytes of the file are spans of this hash; sorted by hash.
    spans: Vec<(u64, u64)>,
}

impl Sketch {
    pub(crate) fn new(content: &[u8]) -> Self {
        let is_text = !is_binary(content);
        let mut counts: HashMap<u64, u64> = HashMap::new();
        let mut span = Span::new();
        for (index, byte) in content.iter().enumerate() {
            // Line ends of both kinds are the same.
            if is_text && *byte == b'\r' && content.get(index + 1) == Some(&b'\n') {
                continue;
            }
            span.push(*byte);
            if span.length == SPAN || *byte == b'\n' {
                span.finish(&mut counts);
            }
        }
        span.finish(&mut counts);
        let mut spans: Vec<_> = counts.into_iter().collect();
        spans.sort_unstable();
        Self { size: content.len() as u64, spans }
    }

    /// How alike the files are, from 0 to [`MOST`].
    pub(crate) fn similarity(&self, other: &Self) -> u64 {
        let larger = self.size.max(other.size);
        if larger == 0 || other.size == 0 {
            return 0;
        }
        let (mut one, mut two) = (self.spans.iter().peekable(), other.spans.iter().peekable());
        let mut common = 0;
        while let (Some((a, bytes)), Some((b, other_bytes))) = (one.peek(), two.peek()) {
            match a.cmp(b) {
                std::cmp::Ordering::Less => drop(one.next()),
                std::cmp::Ordering::Greater => drop(two.next()),
                std::cmp::Ordering::Equal => {
                    common += (*bytes).min(*other_bytes);
                    one.next();
                    two.next();
                }
            }
        }
        common * MOST / larger
    }
}

/// Whether files of these sizes can be alike to at least `least`, before looking into them.
pub(crate) fn sizes_allow(one: u64, other: u64, least: u64) -> bool {
    let (smaller, larger) = (one.min(other), one.max(other));
    u128::from(larger) * u128::from(MOST - least) >= u128::from(larger - smaller) * u128::from(MOST)
}

/// A span being hashed (FNV-1a).
struct Span {
    hash: u64,
    length: u32,
}

impl Span {
    const BASIS: u64 = 0xcbf2_9ce4_8422_2325;

    fn new() -> Self {
        Self { hash: Self::BASIS, length: 0 }
    }

    fn push(&mut self, byte: u8) {
        self.hash = (self.hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        self.length += 1;
    }

    fn finish(&mut self, counts: &mut HashMap<u64, u64>) {
        if self.length > 0 {
            *counts.entry(self.hash).or_default() += u64::from(self.length);
        }
        *self = Self::new();
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, Sketch, sizes_allow};

    #[test]
    fn half_of_the_lines_in_common_is_half_the_score() {
        let one = Sketch::new(b"aaaa\nbbbb\ncccc\ndddd\n");
        let other = Sketch::new(b"aaaa\nbbbb\nxxxx\nyyyy\n");
        assert_eq!(one.similarity(&other), MOST / 2);
        assert_eq!(one.similarity(&one), MOST);
    }

    #[test]
    fn line_ends_do_not_matter_in_text() {
        let one = Sketch::new(b"aaaa\r\nbbbb\r\n");
        let other = Sketch::new(b"aaaa\nbbbb\n");
        assert_eq!(one.similarity(&other), 10 * MOST / 12);
    }

    #[test]
    fn files_of_very_different_sizes_are_not_looked_into() {
        assert!(sizes_allow(50, 100, MOST / 2));
        assert!(!sizes_allow(49, 100, MOST / 2));
    }
}
