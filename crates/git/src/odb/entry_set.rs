//! Sets of entries, one bit an entry.

use super::Entry;
use crate::pack::PackRecord;

/// A set of entries of one [`super::Odb`], one bit for each: ten million objects take 1.25 MB.
#[derive(Debug, Clone, Default)]
pub struct EntrySet {
    words: Vec<u64>,
    /// Where the bits of each pack begin, counted in words.
    first_words: Vec<usize>,
    len: usize,
}

impl EntrySet {
    pub(crate) fn for_packs(packs: &[PackRecord]) -> Self {
        let mut words = 0;
        let mut first_words = Vec::with_capacity(packs.len());
        for pack in packs {
            first_words.push(words);
            words += (pack.objects as usize).div_ceil(64);
        }
        Self { words: vec![0; words], first_words, len: 0 }
    }

    /// Adds an entry; tells whether it is new in the set.
    pub fn insert(&mut self, entry: Entry) -> bool {
        let (word, bit) = self.place(entry);
        let new = self.words[word] & bit == 0;
        self.words[word] |= bit;
        self.len += usize::from(new);
        new
    }

    /// Whether the entry is in the set.
    pub fn contains(&self, entry: Entry) -> bool {
        let (word, bit) = self.place(entry);
        self.words[word] & bit != 0
    }

    /// How many entries are in the set.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    fn place(&self, entry: Entry) -> (usize, u64) {
        (self.first_words[entry.pack as usize] + entry.position as usize / 64, 1 << (entry.position % 64))
    }
}
