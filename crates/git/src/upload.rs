//! Serving fetches: what is advertised, how a request is read and negotiated, and the pack that answers it.
//!
//! Protocol v2 is in [`v2`], the older ones, which differ only in how refs are advertised, in [`v0`]. Both serve stateless
//! connections only: a request is read to its end before it is answered, and nothing is remembered between requests.

pub mod advertise;
mod chosen;
mod entry_reader;
pub mod failure;
pub mod fetch_request;
pub mod filter;
pub mod ls_refs;
mod negotiation;
mod new_objects;
pub mod object_info;
mod pack_answer;
mod pack_output;
mod pack_writer;
pub mod reachability;
mod ref_prefixes;
mod roots;
pub mod selection;
pub mod shallow;
mod sieve;
mod tree_items;
mod tree_walk;
pub mod v0;
pub mod v2;

pub use failure::Failure;
pub use filter::Filter;

use crate::odb::Odb;
use crate::refs::Ref;
use gix::ObjectId;
use std::collections::HashSet;
use std::path::Path;

/// What a fetch is answered from: one repository, as of one moment.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// All refs that the client may see, sorted by name, as gitprotocol-pack demands of advertisements.
    pub refs: &'a [Ref],
    /// The full name of the default branch, to which `HEAD` points. It may be unborn, that is, not be among the refs.
    pub head: Option<&'a str>,
    /// The objects.
    pub odb: &'a Odb,
    /// Whether every stored object is reachable from a ref.
    pub all_reachable: bool,
    /// Commits that may be asked for by their ids although no ref reaches them.
    pub unreferenced: &'a [ObjectId],
    /// A directory for temporary files.
    pub scratch: &'a Path,
}

impl<'a> View<'a> {
    /// The ref with this full name; `HEAD` stands for the default branch.
    pub fn find_ref(&self, name: &str) -> Option<&'a Ref> {
        let name = if name == "HEAD" { self.head? } else { name };
        self.refs.iter().find(|candidate| candidate.name == name)
    }
}

/// Which objects the client shall get.
pub struct Wanted<'a> {
    /// What it asked for.
    pub wants: &'a [ObjectId],
    /// Commits and tags that the client has, with all they reach, as far as its shallow commits allow.
    pub common: &'a [ObjectId],
    /// Commits to be sent whose parents are not followed, as the client is to be shallow there.
    pub boundary: &'a HashSet<ObjectId>,
    /// Commits the client has, but not their parents.
    pub client_shallow: &'a HashSet<ObjectId>,
    /// Those of `client_shallow` whose parents are to be sent now.
    pub unshallowed: &'a [ObjectId],
    /// What to leave out.
    pub filter: &'a Filter,
    /// Whether annotated tags go along with what they tag.
    pub include_tags: bool,
    /// Whether deltas may stand on objects that are not sent because the client has them.
    pub thin: bool,
    /// Whether deltas may name their base by its distance in the pack.
    pub ofs_delta: bool,
}

/// Which protocol a client speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProtocolVersion {
    /// The original protocol.
    V0,
    /// The original protocol, but for a line that says so.
    V1,
    /// Protocol version 2.
    V2,
}

impl ProtocolVersion {
    /// Reads the header `Git-Protocol`, whose colon-separated keys may name versions; the highest known one counts
    /// (gitprotocol-pack, "Extra Parameters").
    pub fn from_header(value: Option<&str>) -> Self {
        let named = |key: &str| match key {
            "version=1" => Some(Self::V1),
            "version=2" => Some(Self::V2),
            _ => None,
        };
        value.and_then(|value| value.split(':').filter_map(named).max()).unwrap_or(Self::V0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_protocol_version_named_counts() {
        assert_eq!(ProtocolVersion::from_header(None), ProtocolVersion::V0);
        assert_eq!(ProtocolVersion::from_header(Some("version=2")), ProtocolVersion::V2);
        assert_eq!(ProtocolVersion::from_header(Some("key:version=2:version=1:version=9")), ProtocolVersion::V2);
        assert_eq!(ProtocolVersion::from_header(Some("version=3")), ProtocolVersion::V0);
    }
}
