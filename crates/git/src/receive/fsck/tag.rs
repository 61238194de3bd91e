//! Checks an annotated tag.

use super::header::{self, Lines};
use super::{Problem, ident};
use crate::object::Kind;
use gix::ObjectId;

/// What a checked tag refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedTag {
    /// The tagged object.
    pub target: ObjectId,
    /// The kind that the tag says the object has.
    pub target_kind: Kind,
}

/// Checks the content of a tag.
pub fn tag(content: &[u8]) -> Result<CheckedTag, Problem> {
    header::verify(content)?;
    let mut lines = Lines { rest: content };
    let Some(target) = lines.take_id("object ", "badObjectSha1")? else {
        return Err(Problem::new("missingObject", "the tag does not begin with an 'object' line"));
    };
    let Some(kind) = lines.take("type ") else {
        return Err(Problem::new("missingTypeEntry", "there is no 'type' line where one is expected"));
    };
    let target_kind = match kind {
        b"commit" => Kind::Commit,
        b"tree" => Kind::Tree,
        b"blob" => Kind::Blob,
        b"tag" => Kind::Tag,
        _ => return Err(Problem::new("badType", "the 'type' line does not name a kind of object")),
    };
    if lines.take("tag ").is_none() {
        return Err(Problem::new("missingTagEntry", "there is no 'tag' line where one is expected"));
    }
    if let Some(tagger) = lines.take("tagger ") {
        ident::check(tagger)?;
    }
    Ok(CheckedTag { target, target_kind })
}
