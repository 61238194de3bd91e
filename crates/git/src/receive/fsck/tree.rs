//! Checks a tree.

use super::Problem;
use super::special_name::{SpecialName, is_dot_git, special};
use crate::object::Kind;
use gix::ObjectId;
use std::cmp::Ordering;

/// The longest name a tree entry may have, in bytes (Git's default for `largePathname`).
const LONGEST_NAME: usize = 4096;

/// One entry of a tree.
#[derive(Debug)]
pub struct TreeItem<'a> {
    /// The file name.
    pub name: &'a [u8],
    /// What the name means to Git.
    pub special: Option<SpecialName>,
    /// What the entry refers to.
    pub id: ObjectId,
    /// Of which kind that is; `None` for a submodule's commit, which belongs to another repository.
    pub kind: Option<Kind>,
    is_tree: bool,
    is_link: bool,
}

/// Checks the content of a tree and calls `on_item` for each of its entries, also for those before one that is refused.
pub fn tree(content: &[u8], mut on_item: impl FnMut(&TreeItem<'_>)) -> Result<(), Problem> {
    let mut rest = content;
    let mut last: Option<TreeItem<'_>> = None;
    // Files whose name is a beginning of the name at hand, each a beginning of the next: those that a directory of the same
    // name may follow, though not at once, as `a`, `a.b`, `a/`.
    let mut prefixes: Vec<&[u8]> = Vec::new();
    while !rest.is_empty() {
        let (mode, name, id, tail) = split(rest).ok_or_else(|| Problem::new("badTree", "the tree cannot be parsed"))?;
        rest = tail;
        let item = item(mode, name, id)?;
        check_name(&item)?;
        if let Some(last) = &last {
            match order(last, &item) {
                Ordering::Less => {}
                _ if last.name == item.name => return Err(twice(name)),
                _ => return Err(Problem::new("treeNotSorted", "the tree's entries are not sorted")),
            }
        }
        while prefixes.last().is_some_and(|prefix| !name.starts_with(prefix)) {
            prefixes.pop();
        }
        if prefixes.last() == Some(&name) {
            return Err(twice(name));
        }
        if !item.is_tree {
            prefixes.push(name);
        }
        on_item(&item);
        last = Some(item);
    }
    Ok(())
}

type Parts<'a> = (&'a [u8], &'a [u8], &'a [u8; 20], &'a [u8]);

/// Splits the first entry off: mode, name, id, and what follows.
fn split(tree: &[u8]) -> Option<Parts<'_>> {
    let space = tree.iter().take(12).position(|byte| *byte == b' ')?;
    let (mode, rest) = (&tree[..space], &tree[space + 1..]);
    let end = rest.iter().position(|byte| *byte == 0)?;
    let (name, rest) = (&rest[..end], &rest[end + 1..]);
    let (id, rest) = rest.split_first_chunk()?;
    let is_octal = !mode.is_empty() && mode.iter().all(|digit| matches!(digit, b'0'..=b'7'));
    (is_octal && !name.is_empty()).then_some((mode, name, id, rest))
}

fn item<'a>(digits: &[u8], name: &'a [u8], id: &[u8; 20]) -> Result<TreeItem<'a>, Problem> {
    if id == &[0; 20] {
        return Err(Problem::new("nullSha1", &format!("'{}' refers to the null object id", quoted(name))));
    }
    let mode = digits.iter().fold(0u64, |mode, digit| mode << 3 | u64::from(digit - b'0'));
    let kind = match (mode & !0o7777, mode) {
        (_, 0o040_000) => Some(Kind::Tree),
        (_, 0o160_000) => None,
        (0o100_000 | 0o120_000, _) => Some(Kind::Blob),
        _ => {
            let mode = String::from_utf8_lossy(digits);
            return Err(Problem::new("badFilemode", &format!("'{}' has the unknown mode {mode}", quoted(name))));
        }
    };
    let is_link = mode & !0o7777 == 0o120_000;
    let special = special(name);
    Ok(TreeItem { name, special, id: ObjectId::from(*id), kind, is_tree: kind == Some(Kind::Tree), is_link })
}

fn check_name(item: &TreeItem<'_>) -> Result<(), Problem> {
    let name = item.name;
    let refuse =
        |check, what: &str| Err(Problem::new(check, &format!("the tree has an entry named '{}'{what}", quoted(name))));
    if name.contains(&b'/') {
        return refuse("fullPathname", ", which has a slash");
    }
    match name {
        b"." => return refuse("hasDot", ""),
        b".." => return refuse("hasDotdot", ""),
        _ => {}
    }
    if is_dot_git(name) {
        return refuse("hasDotgit", ", which some file system takes for '.git'");
    }
    if name.len() > LONGEST_NAME {
        return Err(Problem::new("largePathname", &format!("a name in the tree has more than {LONGEST_NAME} bytes")));
    }
    if item.special == Some(SpecialName::GitModules) && item.is_link {
        return Err(Problem::new("gitmodulesSymlink", ".gitmodules is a symbolic link"));
    }
    Ok(())
}

/// Git's order: by name, where a directory's name counts as if it ended with a slash.
fn order(one: &TreeItem<'_>, other: &TreeItem<'_>) -> Ordering {
    let common = one.name.len().min(other.name.len());
    let (ours, theirs) = (one.name.split_at(common), other.name.split_at(common));
    let after = |rest: &[u8], is_tree| rest.first().copied().unwrap_or(if is_tree { b'/' } else { 0 });
    ours.0.cmp(theirs.0).then_with(|| after(ours.1, one.is_tree).cmp(&after(theirs.1, other.is_tree)))
}

fn twice(name: &[u8]) -> Problem {
    Problem::new("duplicateEntries", &format!("the tree has two entries named '{}'", quoted(name)))
}

/// A name as it can be shown in a terminal, cut if it is long.
fn quoted(name: &[u8]) -> String {
    let shown = name.get(..100).unwrap_or(name);
    String::from_utf8_lossy(shown).chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}
