//! Names that mean something to Git, in all the spellings that a file system may take for them: other case (HFS+, NTFS),
//! ignored characters (HFS+), short names, trailing dots and spaces, and streams (NTFS).

/// A name that gives a blob a meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpecialName {
    /// `.gitmodules`.
    GitModules,
    /// `.gitattributes`.
    GitAttributes,
}

/// Whether some file system takes the name, or what follows a backslash in it, for `.git`.
pub(super) fn is_dot_git(name: &[u8]) -> bool {
    if !is_suspicious(name) {
        return false;
    }
    is_hfs(name, "git") || is_ntfs_dot_git(name) || after_backslashes(name).any(is_ntfs_dot_git)
}

/// What the name means to Git on some file system.
pub(super) fn special(name: &[u8]) -> Option<SpecialName> {
    if !is_suspicious(name) {
        return None;
    }
    let is_modules = |name| is_ntfs(name, "gitmodules", "gi7eba");
    if is_hfs(name, "gitmodules") || is_modules(name) || after_backslashes(name).any(is_modules) {
        return Some(SpecialName::GitModules);
    }
    if is_hfs(name, "gitattributes") || is_ntfs(name, "gitattributes", "gi7d29") {
        return Some(SpecialName::GitAttributes);
    }
    None
}

/// Whether a name needs a closer look. All special names begin with a dot, a `g`, a tilde, or one of the characters that HFS+ ignores,
/// or do so after a backslash.
fn is_suspicious(name: &[u8]) -> bool {
    matches!(name.first(), Some(b'.' | b'g' | b'G' | b'~' | 0xe2 | 0xef)) || name.contains(&b'\\')
}

/// The parts of a name that NTFS takes for names of their own.
fn after_backslashes(name: &[u8]) -> impl Iterator<Item = &[u8]> {
    name.iter().enumerate().filter(|(_, byte)| **byte == b'\\').map(|(at, _)| &name[at + 1..])
}

/// Whether HFS+ takes the name for `.<word>`: it ignores case and some characters. Behind malformed UTF-8 nothing counts.
fn is_hfs(name: &[u8], word: &str) -> bool {
    let valid = name.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    let mut seen = valid.chars().filter(|c| !is_ignored_by_hfs(*c));
    if seen.next() != Some('.') {
        return false;
    }
    for expected in word.chars() {
        if seen.next().is_none_or(|c| c.to_ascii_lowercase() != expected) {
            return false;
        }
    }
    matches!(seen.next(), None | Some('/'))
}

fn is_ignored_by_hfs(c: char) -> bool {
    matches!(c, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}')
}

/// Whether NTFS takes the name, up to a slash of either kind, for `.git`.
fn is_ntfs_dot_git(name: &[u8]) -> bool {
    let Some(rest) = strip_prefix_ignoring_case(name, b".git").or_else(|| strip_prefix_ignoring_case(name, b"git~1"))
    else {
        return false;
    };
    let padding = rest.iter().take_while(|byte| matches!(byte, b'.' | b' ')).count();
    matches!(rest.get(padding), None | Some(b'\\' | b'/' | b':'))
}

/// Whether NTFS takes the name for `.<word>`, whose generated short names, once the plain ones are taken, begin with `hash`.
fn is_ntfs(name: &[u8], word: &str, hash: &str) -> bool {
    let long = name.strip_prefix(b".").and_then(|rest| strip_prefix_ignoring_case(rest, word.as_bytes()));
    let is_padding = |rest: &[u8]| {
        let padding = rest.iter().take_while(|byte| matches!(byte, b'.' | b' ')).count();
        matches!(rest.get(padding), None | Some(b':'))
    };
    if long.is_some_and(is_padding) {
        return true;
    }
    let Some((short, rest)) = name.split_at_checked(8) else { return false };
    is_short_name(short, word, hash) && is_padding(rest)
}

/// `gitmod~1` to `gitmod~4`, or some letters of the hash, a tilde and a number, eight characters in all.
fn is_short_name(short: &[u8], word: &str, hash: &str) -> bool {
    let Some(tilde) = short.iter().position(|byte| *byte == b'~') else { return false };
    let (letters, number) = (&short[..tilde], &short[tilde + 1..]);
    let begins = |full: &str| full.as_bytes().get(..tilde).is_some_and(|full| full.eq_ignore_ascii_case(letters));
    if tilde == 6 && begins(word) && matches!(number, [b'1'..=b'4']) {
        return true;
    }
    let is_number = matches!(number, [b'1'..=b'9', rest @ ..] if rest.iter().all(u8::is_ascii_digit));
    begins(hash) && is_number
}

fn strip_prefix_ignoring_case<'a>(text: &'a [u8], prefix: &[u8]) -> Option<&'a [u8]> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_dot_git_is_recognised() {
        for name in [
            ".git",
            ".GIT",
            ".Git. . ",
            ".git::$INDEX_ALLOCATION",
            "git~1",
            "GIT~1",
            "git~1 .",
            ".git\u{200c}",
            ".g\u{feff}it",
            "\u{200d}.gIt",
            "a\\.git",
            "a\\b\\git~1",
            ".git\\x",
        ] {
            assert!(is_dot_git(name.as_bytes()), "{name:?}");
        }
        assert!(is_dot_git(b".git\xff"));
        for name in [".gitignore", "git", "git~2", ".github", "x.git", ".gi\u{301}t", "a\\b", ".git.x", "a/.git"] {
            assert!(!is_dot_git(name.as_bytes()), "{name:?}");
        }
    }

    #[test]
    fn every_spelling_of_dot_gitmodules_is_recognised() {
        for name in [
            ".gitmodules",
            ".GITMODULES",
            ".gitmodules .",
            ".gitmodules:$DATA",
            "gitmod~1",
            "GITMOD~4",
            "gi7eba~1",
            "GI7EB~10",
            "gi7e~123",
            "~1234567",
            ".gitmod\u{200c}ules",
            "a\\.gitmodules",
        ] {
            assert_eq!(special(name.as_bytes()), Some(SpecialName::GitModules), "{name:?}");
        }
        for name in ["gitmod~5", "gitmodules", ".gitmodules2", "gi7eba~0", "gi7ebb~1", "gi7eba~1x"] {
            assert_eq!(special(name.as_bytes()), None, "{name:?}");
        }
        assert_eq!(special(b".gitattributes"), Some(SpecialName::GitAttributes));
        assert_eq!(special(b"gitatt~1"), Some(SpecialName::GitAttributes));
        assert_eq!(special(b"GI7D29~1"), Some(SpecialName::GitAttributes));
    }
}
