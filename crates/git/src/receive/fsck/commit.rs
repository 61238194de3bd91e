//! Checks a commit.

use super::header::{self, Lines};
use super::{Problem, ident};
use gix::ObjectId;

/// What a checked commit refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedCommit {
    /// Its root tree.
    pub tree: ObjectId,
    /// Its parents, in order.
    pub parents: Vec<ObjectId>,
    /// The committer's time in seconds since the epoch.
    pub time: i64,
}

/// Checks the content of a commit.
pub fn commit(content: &[u8]) -> Result<CheckedCommit, Problem> {
    header::verify(content)?;
    let mut lines = Lines { rest: content };
    let Some(tree) = lines.take_id("tree ", "badTreeSha1")? else {
        return Err(Problem::new("missingTree", "the commit does not begin with a 'tree' line"));
    };
    let mut parents = Vec::new();
    while let Some(parent) = lines.take_id("parent ", "badParentSha1")? {
        parents.push(parent);
    }
    let mut authors = 0;
    while let Some(author) = lines.take("author ") {
        ident::check(author)?;
        authors += 1;
    }
    if authors != 1 {
        return Err(match authors {
            0 => Problem::new("missingAuthor", "there is no 'author' line where one is expected"),
            _ => Problem::new("multipleAuthors", "there are several 'author' lines"),
        });
    }
    let Some(committer) = lines.take("committer ") else {
        return Err(Problem::new("missingCommitter", "there is no 'committer' line where one is expected"));
    };
    let time = ident::check(committer)?;
    if lines.rest.contains(&0) {
        return Err(Problem::new("nulInCommit", "the message has a NUL byte"));
    }
    Ok(CheckedCommit { tree, parents, time })
}
