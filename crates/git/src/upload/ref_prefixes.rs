//! The ref prefixes of an `ls-refs` request: which refs they ask for, and what they have in common.

/// A client that sends more prefixes than this is answered as if it had sent none, as it has to expect (gitprotocol-v2,
/// "ls-refs": a server may answer with more refs than asked for).
const MAX_PREFIXES: usize = 65_536;
/// The same for the length of all of them together, in bytes.
const MAX_BYTES: usize = 1 << 20;

/// Where all names of refs begin.
const ROOT: &[u8] = b"refs/";
/// Where the names of all refs begin to which `HEAD` may point.
const BRANCHES: &[u8] = b"refs/heads/";

/// Gathers prefixes while a request is read.
#[derive(Debug, Default)]
pub(super) struct Collector {
    prefixes: Vec<Vec<u8>>,
    bytes: usize,
    overflown: bool,
}

impl Collector {
    pub(super) fn add(&mut self, prefix: &[u8]) {
        self.bytes += prefix.len();
        if self.overflown || self.prefixes.len() == MAX_PREFIXES || self.bytes > MAX_BYTES {
            self.overflown = true;
            self.prefixes = Vec::new();
            return;
        }
        self.prefixes.push(prefix.to_vec());
    }

    pub(super) fn finish(mut self) -> RefPrefixes {
        if self.overflown || self.prefixes.is_empty() {
            return RefPrefixes::default();
        }
        self.prefixes.sort_unstable();
        // A prefix that begins with another one, which then sorts before it, adds nothing.
        self.prefixes.dedup_by(|longer, kept| longer.starts_with(kept));
        RefPrefixes { sorted: self.prefixes }
    }
}

/// Prefixes of which none begins with another; without any, every ref is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct RefPrefixes {
    sorted: Vec<Vec<u8>>,
}

impl RefPrefixes {
    /// Whether a ref of this name is asked for.
    pub(super) fn matches(&self, name: &str) -> bool {
        let name = name.as_bytes();
        // As no prefix begins with another, only the last one that does not sort after the name can match.
        let after = self.sorted.partition_point(|prefix| prefix.as_slice() <= name);
        self.sorted.is_empty() || after > 0 && name.starts_with(&self.sorted[after - 1])
    }

    /// The longest prefix of all refs that are asked for, and of those needed to tell `HEAD`; `None` when there can be none.
    pub(super) fn common(&self) -> Option<String> {
        if self.sorted.is_empty() {
            return Some(String::from_utf8_lossy(ROOT).into_owned());
        }
        let common = self.sorted.iter().filter_map(|prefix| scope(prefix)).reduce(shared_beginning)?;
        let text = match std::str::from_utf8(common) {
            Ok(text) => text,
            Err(error) => std::str::from_utf8(&common[..error.valid_up_to()]).unwrap_or_default(),
        };
        Some(text.to_owned())
    }
}

/// Where the refs are found that a prefix asks for; `None` for a prefix that no ref can have.
fn scope(prefix: &[u8]) -> Option<&[u8]> {
    if ROOT.starts_with(prefix) {
        return Some(ROOT);
    }
    if b"HEAD".starts_with(prefix) {
        return Some(BRANCHES);
    }
    prefix.starts_with(ROOT).then_some(prefix)
}

fn shared_beginning<'a>(one: &'a [u8], other: &'a [u8]) -> &'a [u8] {
    let length = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    &one[..length]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn prefixes(list: &[&str]) -> RefPrefixes {
        let mut collector = Collector::default();
        for prefix in list {
            collector.add(prefix.as_bytes());
        }
        collector.finish()
    }

    #[test]
    fn one_scan_covers_all_that_is_asked_for() {
        let common = |list: &[&str]| prefixes(list).common();
        assert_eq!(common(&[]).as_deref(), Some("refs/"));
        assert_eq!(common(&["HEAD", "refs/heads/", "refs/tags/"]).as_deref(), Some("refs/"));
        assert_eq!(common(&["refs/heads/feature/a", "refs/heads/fix", "main"]).as_deref(), Some("refs/heads/f"));
        assert_eq!(common(&["HEAD"]).as_deref(), Some("refs/heads/"));
        assert_eq!(common(&["HEAD", "refs/heads/main"]).as_deref(), Some("refs/heads/"));
        assert_eq!(common(&["re", "refs/tags/v1"]).as_deref(), Some("refs/"));
        assert_eq!(common(&["refs/heads/é", "refs/heads/è"]).as_deref(), Some("refs/heads/"));
        assert_eq!(common(&["main", "ORIG_HEAD"]), None);
    }

    #[test]
    fn too_many_prefixes_ask_for_everything() {
        let mut collector = Collector::default();
        for number in 0..=MAX_PREFIXES {
            collector.add(format!("{number:x}").as_bytes());
        }
        assert_eq!(collector.finish(), RefPrefixes::default());
        let mut collector = Collector::default();
        collector.add(&[b'x'; MAX_BYTES]);
        collector.add(b"y");
        assert_eq!(collector.finish(), RefPrefixes::default());
    }

    proptest! {
        #[test]
        fn a_ref_is_asked_for_by_any_prefix_of_its_name(list in proptest::collection::vec("(refs/)?[ab/]{0,3}", 1..6), name in "(refs/)?[ab/]{0,5}") {
            let list: Vec<&str> = list.iter().map(String::as_str).collect();
            let prefixes = prefixes(&list);
            prop_assert_eq!(prefixes.matches(&name), list.iter().any(|prefix| name.starts_with(prefix)));
            if name.starts_with("refs/") && prefixes.matches(&name) {
                prop_assert!(name.starts_with(&prefixes.common().unwrap()));
            }
        }
    }
}
