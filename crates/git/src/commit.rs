//! Commits and tags as values: reading them from an object database, and making new commits.

use crate::error::{Error, Result};
use crate::object::Kind;
use crate::odb::Odb;
use gix::ObjectId;

/// Who did something, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The name. Not always UTF-8.
    pub name: Vec<u8>,
    /// The e-mail address, without angle brackets. Not always UTF-8.
    pub email: Vec<u8>,
    /// The time as the object has it: seconds since the epoch, a space, and the zone, such as `1508280564 -0800`.
    pub date: String,
}

/// A commit, decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its id.
    pub id: ObjectId,
    /// Its root tree.
    pub tree: ObjectId,
    /// Its parents, in order.
    pub parents: Vec<ObjectId>,
    /// Who wrote the change.
    pub author: Signature,
    /// Who made the commit.
    pub committer: Signature,
    /// The message. Not always UTF-8.
    pub message: Vec<u8>,
    /// Further header lines (`encoding`, `gpgsig`, `mergetag`, …) in order, as name and value.
    pub extra: Vec<(Vec<u8>, Vec<u8>)>,
}

/// Reads the commit `id`; `None` when there is no such object, or it is no commit.
pub fn read(odb: &Odb, id: &ObjectId) -> Result<Option<Commit>> {
    let Some(object) = odb.find(id)?.filter(|object| object.kind == Kind::Commit) else { return Ok(None) };
    let malformed = |reason: String| Error::Malformed { id: *id, reason };
    let commit = gix::objs::CommitRef::from_bytes(&object.data, gix::hash::Kind::Sha1)
        .map_err(|error| malformed(error.to_string()))?;
    let mut extra: Vec<(Vec<u8>, Vec<u8>)> =
        commit.extra_headers.iter().map(|(name, value)| (name.to_vec(), value.to_vec())).collect();
    if let Some(encoding) = commit.encoding {
        extra.insert(0, (b"encoding".to_vec(), encoding.to_vec()));
    }
    Ok(Some(Commit {
        id: *id,
        tree: commit.tree(),
        parents: commit.parents().collect(),
        author: signature(commit.author),
        committer: signature(commit.committer),
        message: commit.message.to_vec(),
        extra,
    }))
}

/// Splits `Name <email> seconds zone`; lenient, since old commits are not always well-formed.
fn signature(line: &[u8]) -> Signature {
    let open = line.iter().position(|byte| *byte == b'<').unwrap_or(line.len());
    let close = line.iter().rposition(|byte| *byte == b'>').unwrap_or(line.len()).max(open);
    Signature {
        name: line[..open].trim_ascii().to_vec(),
        email: line.get(open + 1..close).unwrap_or_default().to_vec(),
        date: String::from_utf8_lossy(line.get(close + 1..).unwrap_or_default().trim_ascii()).into_owned(),
    }
}

/// A commit to be made.
#[derive(Debug, Clone)]
pub struct NewCommit<'a> {
    /// Its root tree.
    pub tree: ObjectId,
    /// Its parents, in order.
    pub parents: &'a [ObjectId],
    /// The author's and committer's name. Line breaks and angle brackets are left out, as Git does.
    pub name: &'a str,
    /// Their e-mail address; treated like the name.
    pub email: &'a str,
    /// Seconds since the epoch, UTC.
    pub time: i64,
    /// The message; a line break is added at its end if it has none.
    pub message: &'a str,
}

impl NewCommit<'_> {
    /// The commit object's content.
    pub fn encode(&self) -> Vec<u8> {
        let clean = |text: &str| {
            let kept: String = text.chars().filter(|c| !matches!(c, '<' | '>' | '\n' | '\r' | '\0')).collect();
            kept.trim_matches(|c: char| c.is_whitespace() || ".,:;\"\\'".contains(c)).to_owned()
        };
        let signature = format!("{} <{}> {} +0000", clean(self.name), clean(self.email), self.time);
        let mut content = format!("tree {}\n", self.tree);
        for parent in self.parents {
            content.push_str(&format!("parent {parent}\n"));
        }
        content.push_str(&format!("author {signature}\ncommitter {signature}\n\n"));
        content.push_str(&self.message.replace('\0', ""));
        if !content.ends_with('\n') {
            content.push('\n');
        }
        content.into_bytes()
    }
}

/// Follows a chain of annotated tags to the first object that is none. `None` when `id` is not here.
pub fn peel(odb: &Odb, id: &ObjectId) -> Result<Option<(ObjectId, Kind)>> {
    let Some(mut entry) = odb.locate(id)? else { return Ok(None) };
    let mut id = *id;
    loop {
        let kind = odb.info(entry)?.kind;
        if kind != Kind::Tag {
            return Ok(Some((id, kind)));
        }
        let tag = odb.object(entry)?;
        let target = gix::objs::TagRefIter::from_bytes(&tag.data, gix::hash::Kind::Sha1)
            .target_id()
            .map_err(|error| Error::Malformed { id, reason: error.to_string() })?;
        id = target;
        entry = odb.locate(&id)?.ok_or(Error::Missing(id))?;
    }
}
