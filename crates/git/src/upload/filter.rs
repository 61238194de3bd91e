//! The filter of a partial clone: which objects are left out (`git rev-list --filter`, "filter-spec").

use super::failure::Failure;
use crate::object::Kind;
use percent_encoding::percent_decode_str;

/// Which objects a fetch leaves out, unless the client names them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Filter {
    /// Leaves nothing out.
    #[default]
    None,
    /// Leaves all blobs out.
    BlobNone,
    /// Leaves out blobs of this many bytes or more.
    BlobLimit(u64),
    /// Leaves out trees and blobs at this depth or deeper; a commit's root tree is at depth 0.
    TreeDepth(u64),
    /// Leaves out what any of its parts leaves out.
    Combine(Vec<Self>),
    /// Leaves out all objects of other kinds.
    ObjectType(Kind),
}

/// How many parts a filter may have, and how deep they may nest.
const MAX_PARTS: usize = 64;
const MAX_NESTING: usize = 8;

impl Filter {
    /// Reads a filter-spec; refuses those this server does not know, and `sparse:oid`, by name.
    pub fn parse(spec: &str) -> Result<Self, Failure> {
        parse(spec, MAX_NESTING)
    }
}

fn parse(spec: &str, nesting: usize) -> Result<Filter, Failure> {
    let refuse = |reason: &str| Err(Failure::line(reason, spec.as_bytes()));
    let Some((kind, value)) = spec.split_once(':') else { return refuse("invalid filter") };
    match kind {
        "blob" if value == "none" => Ok(Filter::BlobNone),
        "blob" => match value.strip_prefix("limit=").and_then(size) {
            Some(limit) => Ok(Filter::BlobLimit(limit)),
            None => refuse("invalid filter"),
        },
        "tree" => match value.parse() {
            Ok(depth) => Ok(Filter::TreeDepth(depth)),
            Err(_) => refuse("a filter 'tree:' needs a depth, unlike"),
        },
        "object" => match value.strip_prefix("type=").and_then(object_type) {
            Some(kind) => Ok(Filter::ObjectType(kind)),
            None => refuse("a filter 'object:type=' needs commit, tree, blob or tag, unlike"),
        },
        "combine" => {
            let parts: Vec<&str> = value.split('+').collect();
            if parts.len() > MAX_PARTS || nesting == 0 {
                return refuse("too many filters are combined in");
            }
            parts.into_iter().map(|part| parse_part(part, nesting - 1)).collect::<Result<_, _>>().map(Filter::Combine)
        }
        "sparse" => refuse("this server does not support sparse filters such as"),
        _ => refuse("invalid filter"),
    }
}

fn parse_part(part: &str, nesting: usize) -> Result<Filter, Failure> {
    match percent_decode_str(part).decode_utf8() {
        Ok(spec) => parse(&spec, nesting),
        Err(_) => Err(Failure::line("invalid filter", part.as_bytes())),
    }
}

/// A number of bytes, perhaps with one of the units of git-config integers.
fn size(text: &str) -> Option<u64> {
    let (digits, unit) = match text.as_bytes().last()? {
        b'k' | b'K' => (&text[..text.len() - 1], 1 << 10),
        b'm' | b'M' => (&text[..text.len() - 1], 1 << 20),
        b'g' | b'G' => (&text[..text.len() - 1], 1 << 30),
        _ => (text, 1),
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

fn object_type(name: &str) -> Option<Kind> {
    [Kind::Commit, Kind::Tree, Kind::Blob, Kind::Tag].into_iter().find(|kind| kind.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_documented_filter_is_read() {
        let parse = |spec| Filter::parse(spec).unwrap();
        assert_eq!(parse("blob:none"), Filter::BlobNone);
        assert_eq!(parse("blob:limit=0"), Filter::BlobLimit(0));
        assert_eq!(parse("blob:limit=10k"), Filter::BlobLimit(10 << 10));
        assert_eq!(parse("blob:limit=3M"), Filter::BlobLimit(3 << 20));
        assert_eq!(parse("blob:limit=1g"), Filter::BlobLimit(1 << 30));
        assert_eq!(parse("tree:0"), Filter::TreeDepth(0));
        assert_eq!(parse("object:type=tag"), Filter::ObjectType(Kind::Tag));
        assert_eq!(parse("combine:blob:none+tree%3A3"), Filter::Combine(vec![Filter::BlobNone, Filter::TreeDepth(3)]));
        assert_eq!(
            parse("combine:combine:tree%3A1%2Bblob:none+tree:2"),
            Filter::Combine(vec![Filter::Combine(vec![Filter::TreeDepth(1), Filter::BlobNone]), Filter::TreeDepth(2)])
        );
    }

    #[test]
    fn other_filters_are_refused_by_name() {
        let message = |spec: &str| Filter::parse(spec).unwrap_err().to_string();
        assert_eq!(
            message("sparse:oid=main:sparse"),
            "upload-pack: this server does not support sparse filters such as 'sparse:oid=main:sparse'"
        );
        assert_eq!(message("tree:-1"), "upload-pack: a filter 'tree:' needs a depth, unlike 'tree:-1'");
        assert_eq!(message("blobs"), "upload-pack: invalid filter 'blobs'");
        assert_eq!(
            message("blob:limit=99999999999999999999g"),
            "upload-pack: invalid filter 'blob:limit=99999999999999999999g'"
        );
        assert_eq!(message("combine:blob:none+"), "upload-pack: invalid filter ''");
        assert!(message(&format!("combine:{}", ["tree:1"; 65].join("+"))).contains("too many"));
        assert!(message(&"combine:".repeat(9)).contains("too many"));
    }

    proptest! {
        #[test]
        fn arbitrary_text_is_a_filter_or_refused(
            head in prop::sample::select(vec!["", "blob:", "blob:limit=", "tree:", "combine:", "object:type="]),
            tail in "[ -~é%+:0-9kmg]{0,40}",
        ) {
            if let Err(failure) = Filter::parse(&format!("{head}{tail}")) {
                prop_assert!(matches!(failure, Failure::Refused(_)));
            }
        }
    }
}
