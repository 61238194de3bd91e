//! Where everything is kept: the keys of all rows and the names of all blobs.
//!
//! | partition | sort key | row |
//! |---|---|---|
//! | `ACCOUNT` | `REPO#<name>` | name → repository id |
//! | `REPO#<id>` | `CHANGED` | when refs last changed |
//! | `REPO#<id>` | `DIR#<ref directory>` | guard: refs may exist below this name, none has it (see `change::guards`) |
//! | `REPO#<id>` | `META` | the repository's settings; there as long as the repository is |
//! | `REPO#<id>` | `PACK#<pack id>` | a stored pack |
//! | `REPO#<id>` | `REF#<full name>` | a ref |
//! | `REPO#<id>` | `TAG#<key>` | a resource tag |
//! | `REPO#<id>` | `UNREFERENCED#<commit id>` | a merge commit that may be fetched by its id although no ref leads to it |
//! | `CREDENTIAL#<key id>` | `META` | a credential |
//! | `EVENT#<repository id>` or `EVENT#ACCOUNT` | `<event id>` | an event; expires |
//! | `TOKEN#<digest>` | `META` | what the request with this client request token made; expires |
//!
//! A scan of `REPO#<id>` from the largest `REF#` down to `META` meets refs, then packs, then settings.

use domain::{EventId, RefName, RepositoryId, RepositoryName};
use git::{ObjectId, PackId, Part};
use ports::{BlobError, BlobName, Key, SortRange};

pub(crate) const ACCOUNT: &str = "ACCOUNT";
pub(crate) const NAME: &str = "REPO#";
pub(crate) const META: &str = "META";
pub(crate) const PACK: &str = "PACK#";
pub(crate) const REF: &str = "REF#";
const DIR: &str = "DIR#";
const EVENT: &str = "EVENT#";

pub(crate) fn name(name: &RepositoryName) -> Key {
    Key::new(ACCOUNT, format!("{NAME}{name}"))
}

pub(crate) fn repository(id: &RepositoryId) -> String {
    format!("REPO#{id}")
}

pub(crate) fn meta(id: &RepositoryId) -> Key {
    Key::new(repository(id), META)
}

pub(crate) fn changed(id: &RepositoryId) -> Key {
    Key::new(repository(id), "CHANGED")
}

pub(crate) fn pack(id: &RepositoryId, pack: PackId) -> Key {
    Key::new(repository(id), format!("{PACK}{pack}"))
}

pub(crate) fn reference(id: &RepositoryId, name: &RefName) -> Key {
    Key::new(repository(id), format!("{REF}{name}"))
}

/// The guard of the directory that has `name` as its name.
pub(crate) fn guard(id: &RepositoryId, name: &RefName) -> Key {
    Key::new(repository(id), format!("{DIR}{name}"))
}

/// The refs below `name` taken as a directory.
pub(crate) fn refs_below(name: &RefName) -> SortRange {
    SortRange::Prefix(format!("{REF}{name}/"))
}

/// The guards below `name` taken as a directory, without its own.
pub(crate) fn guards_below(name: &RefName) -> SortRange {
    SortRange::Prefix(format!("{DIR}{name}/"))
}

pub(crate) fn tag(id: &RepositoryId, key: &str) -> Key {
    Key::new(repository(id), format!("TAG#{key}"))
}

pub(crate) fn unreferenced(id: &RepositoryId, commit: &ObjectId) -> Key {
    Key::new(repository(id), format!("UNREFERENCED#{commit}"))
}

/// Everything that opening a repository needs. All names of refs begin with `refs/`, so they sort before `~`.
pub(crate) fn open_range() -> SortRange {
    SortRange::Between { first: META.to_owned(), last: format!("{REF}~") }
}

pub(crate) fn credential(key_id: &str) -> Key {
    Key::new(format!("CREDENTIAL#{key_id}"), META)
}

/// A client request token, by the digest of who sent it for what.
pub(crate) fn token(digest: &str) -> Key {
    Key::new(format!("TOKEN#{digest}"), META)
}

/// An event of a repository, or of the account.
pub(crate) fn event(repository: Option<&RepositoryId>, event: &EventId) -> Key {
    Key::new(format!("{EVENT}{}", repository.map_or(ACCOUNT, RepositoryId::as_str)), event.as_str())
}

/// Whether the row is an event.
pub(crate) fn is_event(key: &Key) -> bool {
    key.partition.starts_with(EVENT)
}

/// The blob that holds one file of a stored pack.
pub(crate) fn pack_file(repository: &RepositoryId, pack: PackId, part: Part) -> Result<BlobName, BlobError> {
    BlobName::parse(format!("{}{pack}.{}", pack_files(repository), part.extension()))
}

/// What the names of all blobs of a repository begin with.
pub(crate) fn pack_files(repository: &RepositoryId) -> String {
    format!("packs/{repository}/")
}
