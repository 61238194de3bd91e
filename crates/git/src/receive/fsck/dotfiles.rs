//! The names that a file system takes for `.git` or `.gitmodules` although they are spelt otherwise.
//!
//! Git refuses them wherever they are checked out, because the next clone may be on a Mac or on Windows (CVE-2014-9390,
//! CVE-2018-11235, CVE-2019-1353).

/// Whether some file system takes `name` for `.git`.
pub(super) fn is_dotgit(name: &[u8]) -> bool {
    is_hfs_spelling(name, b"git") || windows_names(name).any(is_ntfs_dotgit)
}

/// Whether some file system takes `name` for `.gitmodules`.
pub(crate) fn is_gitmodules(name: &[u8]) -> bool {
    is_hfs_spelling(name, b"gitmodules") || windows_names(name).any(is_ntfs_gitmodules)
}

/// `name`, and what follows each backslash in it, which separates directories on Windows.
fn windows_names(name: &[u8]) -> impl Iterator<Item = &[u8]> {
    let after_backslashes = name.iter().enumerate().filter(|(_, byte)| **byte == b'\\');
    std::iter::once(name).chain(after_backslashes.filter_map(|(at, _)| name.get(at.saturating_add(1)..)))
}

/// Whether HFS+, which ignores case and some invisible characters, takes `name` for a dot and `word`.
///
/// Malformed text ends the name, as it does in Git.
fn is_hfs_spelling(name: &[u8], word: &[u8]) -> bool {
    let text = name.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    let mut letters = text
        .chars()
        .take_while(|letter| !matches!(letter, '\u{fffe}' | '\u{ffff}'))
        .filter(|letter| !is_ignored_by_hfs(*letter));
    let begins = letters.next() == Some('.')
        && word
            .iter()
            .all(|expected| letters.next().is_some_and(|letter| letter.eq_ignore_ascii_case(&char::from(*expected))));
    begins && matches!(letters.next(), None | Some('/'))
}

fn is_ignored_by_hfs(letter: char) -> bool {
    matches!(letter, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}')
}

/// `.git` or its short name `git~1`, followed by nothing that NTFS minds: dots and spaces, a stream, a directory's content.
fn is_ntfs_dotgit(name: &[u8]) -> bool {
    let Some(rest) = strip_prefix_any_case(name, b".git").or_else(|| strip_prefix_any_case(name, b"git~1")) else {
        return false;
    };
    let after = rest.iter().find(|byte| !matches!(byte, b'.' | b' '));
    matches!(after, None | Some(b'\\' | b'/' | b':'))
}

/// `.gitmodules` or one of its short names, followed by nothing that NTFS minds.
fn is_ntfs_gitmodules(name: &[u8]) -> bool {
    let rest = strip_prefix_any_case(name, b".gitmodules")
        .or_else(|| match strip_prefix_any_case(name, b"gitmod~") {
            Some([b'1'..=b'4', rest @ ..]) => Some(rest),
            _ => None,
        })
        .or_else(|| after_hashed_short_name(name));
    rest.is_some_and(|rest| matches!(rest.iter().find(|byte| !matches!(byte, b'.' | b' ')), None | Some(b':')))
}

/// What follows the eight characters of the short name that NTFS makes of `.gitmodules` when the simple ones are taken: a part,
/// possibly empty, of its hash `gi7eba`, a tilde, and a number.
fn after_hashed_short_name(name: &[u8]) -> Option<&[u8]> {
    let (short, rest) = name.split_at_checked(8)?;
    let tilde = short.iter().position(|byte| *byte == b'~')?;
    let (hash, number) = short.split_at_checked(tilde)?;
    let is_hash = b"gi7eba".get(..tilde).is_some_and(|expected| hash.eq_ignore_ascii_case(expected));
    let is_number = matches!(number, [b'~', b'1'..=b'9', more @ ..] if more.iter().all(u8::is_ascii_digit));
    (is_hash && is_number).then_some(rest)
}

fn strip_prefix_any_case<'a>(name: &'a [u8], prefix: &[u8]) -> Option<&'a [u8]> {
    let (start, rest) = name.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}
