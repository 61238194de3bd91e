//! Where everything is kept: the keys of all rows and the names of all blobs.
//!
//! | partition | sort key | row |
//! |---|---|---|
//! | `ACCOUNT` | `COUNTER#PR` | the id of the newest pull request |
//! | `ACCOUNT` | `REPO#<name>` | name → repository id |
//! | `REPO#<id>` | `CHANGED` | when refs last changed |
//! | `REPO#<id>` | `DIR#<ref directory>` | guard: refs may exist below this name, none has it (see `change::guards`) |
//! | `REPO#<id>` | `INDEX#PR#<pull request id>` | a pull request of the repository, with its author |
//! | `REPO#<id>` | `INDEX#PROPEN#<pull request id>` | an open one, with its branches (see `change::pull_requests`) |
//! | `REPO#<id>` | `META` | the repository's settings; there as long as the repository is |
//! | `REPO#<id>` | `PACK#<pack id>` | a stored pack |
//! | `REPO#<id>` | `REF#<full name>` | a ref |
//! | `REPO#<id>` | `TAG#<key>` | a resource tag |
//! | `REPO#<id>` | `TEMPLATE#<template id>` | an approval rule template is associated with the repository |
//! | `TEMPLATES` | `NAME#<name>` | name → approval rule template id |
//! | `TEMPLATE#<id>` | `META` | an approval rule template |
//! | `TEMPLATE#<id>` | `REPO#<name>` | a repository that it is associated with |
//! | `PR#<pull request id>` | `APPROVAL#<revision id>#<ARN>` | somebody's approval of a revision |
//! | `PR#<pull request id>` | `EVENT#<event id>` | an event of the pull request's history |
//! | `PR#<pull request id>` | `META` | the pull request; changes with everything that may influence a merge |
//! | `PR#<pull request id>` | `OVERRIDE#<revision id>` | who set the approval rules aside for a revision |
//! | `PR#<pull request id>` | `RULE#<name>` | an approval rule |
//! | `CREDENTIAL#<key id>` | `META` | a credential |
//! | `EVENT#<repository id>` or `EVENT#ACCOUNT` | `<event id>` | an event; expires |
//! | `TOKEN#<digest>` | `META` | what the request with this client request token made; expires |
//!
//! A scan of `REPO#<id>` from the largest `REF#` down to `META` meets refs, then packs, then settings.

use domain::{
    ApprovalRuleName, ApprovalRuleTemplateId, ApprovalRuleTemplateName, EventId, PullRequestId, RefName, RepositoryId,
    RepositoryName, RevisionId,
};
use git::{PackId, Part};
use ports::{BlobError, BlobName, Key, SortRange};

pub(crate) const ACCOUNT: &str = "ACCOUNT";
pub(crate) const NAME: &str = "REPO#";
pub(crate) const META: &str = "META";
pub(crate) const PACK: &str = "PACK#";
pub(crate) const REF: &str = "REF#";
pub(crate) const RULE: &str = "RULE#";
pub(crate) const TEMPLATE: &str = "TEMPLATE#";
pub(crate) const TEMPLATES: &str = "TEMPLATES";
pub(crate) const TEMPLATE_NAME: &str = "NAME#";
pub(crate) const PULL_REQUEST: &str = "INDEX#PR#";
pub(crate) const OPEN_PULL_REQUEST: &str = "INDEX#PROPEN#";
const DIR: &str = "DIR#";
pub(crate) const EVENT: &str = "EVENT#";

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

/// The row that says on the repository's side that a template is associated with it.
pub(crate) fn template_of(id: &RepositoryId, template: &ApprovalRuleTemplateId) -> Key {
    Key::new(repository(id), format!("{TEMPLATE}{template}"))
}

pub(crate) fn template_name(name: &ApprovalRuleTemplateName) -> Key {
    Key::new(TEMPLATES, format!("{TEMPLATE_NAME}{name}"))
}

pub(crate) fn template_partition(id: &ApprovalRuleTemplateId) -> String {
    format!("{TEMPLATE}{id}")
}

pub(crate) fn template(id: &ApprovalRuleTemplateId) -> Key {
    Key::new(template_partition(id), META)
}

/// The row that says on the template's side that it is associated with the repository of that name.
pub(crate) fn template_repository(id: &ApprovalRuleTemplateId, repository: &RepositoryName) -> Key {
    Key::new(template_partition(id), format!("{NAME}{repository}"))
}

/// What counts the pull requests of the account.
pub(crate) fn pull_request_counter() -> Key {
    Key::new(ACCOUNT, "COUNTER#PR")
}

/// The partition of a pull request.
pub(crate) fn pull_request_partition(id: PullRequestId) -> String {
    format!("PR#{id}")
}

pub(crate) fn pull_request(id: PullRequestId) -> Key {
    Key::new(pull_request_partition(id), META)
}

/// An event of a pull request's history; these sort by time.
pub(crate) fn pull_request_event(id: PullRequestId, event: &EventId) -> Key {
    Key::new(pull_request_partition(id), format!("{EVENT}{event}"))
}

/// An approval rule of a pull request.
pub(crate) fn approval_rule(id: PullRequestId, name: &ApprovalRuleName) -> Key {
    Key::new(pull_request_partition(id), format!("{RULE}{name}"))
}

/// What the sort keys of the approvals of a revision begin with; the ARN of who approves it follows.
pub(crate) fn approvals_of(revision: &RevisionId) -> String {
    format!("APPROVAL#{revision}#")
}

/// The approval of a revision of a pull request by the principal of this ARN.
pub(crate) fn approval(id: PullRequestId, revision: &RevisionId, arn: &str) -> Key {
    Key::new(pull_request_partition(id), format!("{}{arn}", approvals_of(revision)))
}

/// That the approval rules of a pull request are set aside for a revision.
pub(crate) fn approval_override(id: PullRequestId, revision: &RevisionId) -> Key {
    Key::new(pull_request_partition(id), format!("OVERRIDE#{revision}"))
}

/// The row by which a repository's pull requests are listed, in the order in which they were made.
pub(crate) fn pull_request_of(repository: &RepositoryId, id: PullRequestId) -> Key {
    Key::new(self::repository(repository), format!("{PULL_REQUEST}{}", id.sortable()))
}

/// The row by which a repository's open pull requests are listed, in the same order.
pub(crate) fn open_pull_request_of(repository: &RepositoryId, id: PullRequestId) -> Key {
    Key::new(self::repository(repository), format!("{OPEN_PULL_REQUEST}{}", id.sortable()))
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
