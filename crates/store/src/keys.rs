//! Where everything is kept: the keys of all rows and the names of all blobs.
//!
//! | partition | sort key | row |
//! |---|---|---|
//! | `ACCOUNT` | `COUNTER#PR` | the id of the newest pull request |
//! | `ACCOUNT` | `DELETED#<repository id>` | a repository was deleted and is yet to be swept |
//! | `ACCOUNT` | `FIRST-USER` | the first user was made |
//! | `ACCOUNT` | `GROUP#<name>` | what listings show of a group |
//! | `ACCOUNT` | `POLICY#<name>` | what listings show of a managed policy |
//! | `ACCOUNT` | `REPO#<name>` | name → repository id |
//! | `ACCOUNT` | `USER#<name>` | what listings show of a user |
//! | `REPO#<id>` | `CHANGED` | when refs last changed |
//! | `REPO#<id>` | `COMMENT#<commit after>#<commit before>#<comment id>` | a comment on two commits |
//! | `REPO#<id>` | `DIR#<ref directory>` | guard: refs may exist below this name, none has it (see `change::guards`) |
//! | `REPO#<id>` | `EMOJI#<as the comment's>#<digest of the principal>` | a reaction to a comment on two commits |
//! | `REPO#<id>` | `INDEX#PR#<pull request id>` | a pull request of the repository, with its author |
//! | `REPO#<id>` | `INDEX#PROPEN#<pull request id>` | an open one, with its branches (see `change::pull_requests`) |
//! | `REPO#<id>` | `META` | the repository's settings; there as long as the repository is |
//! | `REPO#<id>` | `PACK#<pack id>` | a stored pack |
//! | `REPO#<id>` | `REF#<full name>` | a ref |
//! | `REPO#<id>` | `STATUS#<commit id>#<context>` | how a check of a commit went |
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
//! | `REPO#<id>` | `TAGS` | all resource tags: at most 50, so that one row holds them, and its version their number |
//! | `REPO#<id>` | `TRIGGERS` | all triggers |
//! | `PR#<pull request id>` | `COMMENT#<comment id>` | a comment in a pull request |
//! | `PR#<pull request id>` | `EMOJI#<comment id>#<digest of the principal>` | a reaction to a comment in a pull request |
//! | `PR#<pull request id>` | `EVENT#<event id>` | an event of the pull request's history |
//! | `PR#<pull request id>` | `META` | the pull request; changes with everything that may influence a merge |
//! | `COMMENT#<comment id>` | `META` | where the comment is kept |
//! | `REPO#<id>` | `WATCH#<rule id>` | a notification rule |
//! | `REPO#<id>` or `ACCOUNT` | `WEBHOOK#<webhook id>` | a webhook |
//! | `REPO#<id>` or `ACCOUNT` | `WATCHES`, `WEBHOOKS` | guard: changes with each rule or webhook that is made, so that their number is known |
//! | `WEBHOOK#<webhook id>` | `DELIVERY#<delivery id>` | what a webhook was told; expires |
//! | `REPO#<id>` | `UNREFERENCED#<commit id>` | a merge commit that may be fetched by its id although no ref leads to it |
//! | `CREDENTIAL#<key id>` | `META` | a credential |
//! | `CREDENTIAL#iam:<principal>` | `META` | whose user the IAM principal is |
//! | `GROUP#<name>` | `META` | a group; there as long as the group is |
//! | `GROUP#<name>` | `ATTACHED#<policy ARN>`, `POLICY#<name>` | as of users |
//! | `GROUP#<name>` | `MEMBER#<name>` | a user is in the group |
//! | `POLICY#<name>` | `META` | a managed policy of the account, with the document that holds |
//! | `POLICY#<name>` | `GROUP#<name>`, `USER#<name>` | the managed policy is attached to it |
//! | `POLICY#<name>` | `VERSION#<number>` | a version of the managed policy |
//! | `USER#<name>` | `META` | a user; there as long as the user is |
//! | `USER#<name>` | `ATTACHED#<policy ARN>` | a managed policy is attached |
//! | `USER#<name>` | `GIT#<id>` | a Git user name and password |
//! | `USER#<name>` | `GROUP#<name>` | the user is in a group |
//! | `USER#<name>` | `IAM#<principal>` | an IAM principal that the user is |
//! | `USER#<name>` | `KEY#<key id>` | an access key |
//! | `USER#<name>` | `POLICY#<name>` | an inline policy |
//! | `USER#<name>` | `TOKEN#<id>` | a token for git |
//! | `SYSTEM` | `DEPLOYMENT` | the id of the installation |
//! | `SYSTEM` | `KEY#<version>` | a version of the key that secrets are sealed under, wrapped |
//! | `EVENT#<repository id>` or `EVENT#ACCOUNT` | `<event id>` | an event; expires |
//! | `LANES` | `<destination>#<repository id>` or `<destination>#account` | when a lane of deliveries is due; there as long as it has any |
//! | `LANE#<destination>#<repository id>` | `<place>` | a delivery that waits (see `deliveries`) |
//! | `TOLD#<push id>` | `<destination>#<repository id>` | the events of a push in parts that a lane has delivered; expires |
//! | `CONSUMER#<name>` | `META` | how far a consumer of the change feed has read |
//! | `TOKEN#<digest>` | `META` | what the request with this client request token made; expires |
//!
//! Names of users, groups and policies stand in keys in lower case.
//!
//! A scan of `REPO#<id>` from the largest `REF#` down to `META` meets refs, then packs, then settings.

use crate::tokens::digest;
use domain::{
    ApprovalRuleName, ApprovalRuleTemplateId, ApprovalRuleTemplateName, CommentId, EventId, GroupName, IamPrincipal,
    Lane, NotificationRuleId, PolicyName, PullRequestId, PushId, RefName, RepositoryId, RepositoryName, RevisionId,
    StatusContext, UserName, WebhookId,
};
use git::{ObjectId, PackId, Part};
use ports::{BlobError, BlobName, Key, SortRange};

pub(crate) const ACCOUNT: &str = "ACCOUNT";
pub(crate) const NAME: &str = "REPO#";
pub(crate) const DELETED: &str = "DELETED#";
pub(crate) const USER: &str = "USER#";
pub(crate) const GROUP: &str = "GROUP#";
pub(crate) const POLICY: &str = "POLICY#";
pub(crate) const META: &str = "META";
pub(crate) const PACK: &str = "PACK#";
pub(crate) const REF: &str = "REF#";
pub(crate) const RULE: &str = "RULE#";
pub(crate) const TEMPLATE: &str = "TEMPLATE#";
pub(crate) const TEMPLATES: &str = "TEMPLATES";
pub(crate) const TEMPLATE_NAME: &str = "NAME#";
pub(crate) const PULL_REQUEST: &str = "INDEX#PR#";
pub(crate) const OPEN_PULL_REQUEST: &str = "INDEX#PROPEN#";
pub(crate) const COMMENT: &str = "COMMENT#";
/// Not `REACTION#`, which would stand between packs and refs and be read by whoever opens a repository.
const EMOJI: &str = "EMOJI#";
const DIR: &str = "DIR#";
pub(crate) const EVENT: &str = "EVENT#";
pub(crate) const LANES: &str = "LANES";
pub(crate) const WEBHOOK: &str = "WEBHOOK#";
/// As those of rules, behind `REF#`.
pub(crate) const WEBHOOKS: &str = "WEBHOOKS";
pub(crate) const LOGGED_DELIVERY: &str = "DELIVERY#";
/// Behind `REF#`, so that it is not read by whoever opens a repository.
pub(crate) const NOTIFICATION_RULE: &str = "WATCH#";
pub(crate) const NOTIFICATION_RULES: &str = "WATCHES";

pub(crate) fn name(name: &RepositoryName) -> Key {
    Key::new(ACCOUNT, format!("{NAME}{name}"))
}

/// What is left to remember of a deleted repository until it is swept.
pub(crate) fn deleted(id: &RepositoryId) -> Key {
    Key::new(ACCOUNT, format!("{DELETED}{id}"))
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

pub(crate) fn tags(id: &RepositoryId) -> Key {
    Key::new(repository(id), "TAGS")
}

pub(crate) fn triggers(id: &RepositoryId) -> Key {
    Key::new(repository(id), "TRIGGERS")
}

/// What leads to a comment from its id.
pub(crate) fn comment_place(id: &CommentId) -> Key {
    Key::new(format!("{COMMENT}{id}"), META)
}

/// A comment, by what follows `COMMENT#` in its sort key.
pub(crate) fn comment(repository: &RepositoryId, pull_request: Option<PullRequestId>, tail: &str) -> Key {
    let partition = pull_request.map_or_else(|| self::repository(repository), pull_request_partition);
    Key::new(partition, format!("{COMMENT}{tail}"))
}

/// What follows `COMMENT#` in the sort key of a comment. The commits are in hex.
pub(crate) fn comment_tail(
    pull_request: Option<PullRequestId>,
    after: &str,
    before: Option<&str>,
    id: &CommentId,
) -> String {
    match pull_request {
        Some(_) => id.to_string(),
        None => format!("{after}#{}#{id}", before.unwrap_or_default()),
    }
}

/// What the sort keys of the comments on a commit begin with, from `before` or from anywhere.
pub(crate) fn comments_on(after: &str, before: Option<&str>) -> String {
    match before {
        Some(before) => format!("{COMMENT}{after}#{before}#"),
        None => format!("{COMMENT}{after}#"),
    }
}

/// What leads to the comment in this row, if there is one in it.
pub(crate) fn place_of_comment(key: &Key) -> Option<Key> {
    let id = key.sort.strip_prefix(COMMENT)?.rsplit('#').next()?;
    Some(comment_place(&CommentId::parse(id).ok()?))
}

/// What the sort keys of the reactions to the comment at `comment` begin with, up to a `#`.
pub(crate) fn reactions_sort(comment: &Key) -> String {
    format!("{EMOJI}{}", comment.sort.strip_prefix(COMMENT).unwrap_or_default())
}

/// The reaction of the principal with this ARN to the comment at `comment`.
pub(crate) fn reaction(comment: &Key, principal: &str) -> Key {
    let digest = digest(&[principal.as_bytes()]);
    Key::new(comment.partition.as_str(), format!("{}#{digest}", reactions_sort(comment)))
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

pub(crate) fn unreferenced(id: &RepositoryId, commit: &ObjectId) -> Key {
    Key::new(repository(id), format!("UNREFERENCED#{commit}"))
}

/// What the sort keys of the statuses of a commit begin with, whose id is in hex; the context follows.
pub(crate) fn statuses_of(commit: &str) -> String {
    format!("STATUS#{commit}#")
}

/// The newest status of a commit in a context.
pub(crate) fn commit_status(id: &RepositoryId, commit: &str, context: &StatusContext) -> Key {
    Key::new(repository(id), format!("{}{context}", statuses_of(commit)))
}

/// Everything that opening a repository needs. All names of refs begin with `refs/`, so they sort before `~`.
pub(crate) fn open_range() -> SortRange {
    SortRange::Between { first: META.to_owned(), last: format!("{REF}~") }
}

pub(crate) fn credential(key_id: &str) -> Key {
    Key::new(format!("CREDENTIAL#{key_id}"), META)
}

/// Whose user an IAM principal is. The ids of credentials have no colon.
pub(crate) fn iam_principal(principal: &IamPrincipal) -> Key {
    Key::new(format!("CREDENTIAL#iam:{principal}"), META)
}

/// An IAM principal that a user is.
pub(crate) fn user_iam_principal(name: &UserName, principal: &IamPrincipal) -> Key {
    Key::new(user_partition(name), format!("IAM#{principal}"))
}

/// The partition of what the service needs to know of itself.
pub(crate) const SYSTEM: &str = "SYSTEM";

/// The id of the installation.
pub(crate) fn deployment() -> Key {
    Key::new(SYSTEM, "DEPLOYMENT")
}

pub(crate) const SEALING_KEY: &str = "KEY#";

/// A version of the sealing key; these sort by version.
pub(crate) fn sealing_key(version: u32) -> Key {
    Key::new(SYSTEM, format!("{SEALING_KEY}{version:010}"))
}

pub(crate) fn first_user() -> Key {
    Key::new(ACCOUNT, "FIRST-USER")
}

/// What listings show of a user.
pub(crate) fn user_name(name: &UserName) -> Key {
    Key::new(ACCOUNT, format!("{USER}{}", name.key()))
}

pub(crate) fn user_partition(name: &UserName) -> String {
    format!("{USER}{}", name.key())
}

pub(crate) fn user(name: &UserName) -> Key {
    Key::new(user_partition(name), META)
}

/// That a user is in a group.
pub(crate) fn user_group(name: &UserName, group: &GroupName) -> Key {
    Key::new(user_partition(name), format!("GROUP#{}", group.key()))
}

/// What listings show of a group.
pub(crate) fn group_name(name: &GroupName) -> Key {
    Key::new(ACCOUNT, format!("{GROUP}{}", name.key()))
}

pub(crate) fn group_partition(name: &GroupName) -> String {
    format!("{GROUP}{}", name.key())
}

pub(crate) fn group(name: &GroupName) -> Key {
    Key::new(group_partition(name), META)
}

pub(crate) fn group_member(name: &GroupName, user: &UserName) -> Key {
    Key::new(group_partition(name), format!("MEMBER#{}", user.key()))
}

/// An inline policy in the partition of a user or group.
pub(crate) fn inline_policy(partition: &str, policy: &PolicyName) -> Key {
    Key::new(partition, format!("POLICY#{}", policy.key()))
}

/// What listings show of a managed policy.
pub(crate) fn policy_name(name: &PolicyName) -> Key {
    Key::new(ACCOUNT, format!("{POLICY}{}", name.key()))
}

pub(crate) fn policy_partition(name: &PolicyName) -> String {
    format!("{POLICY}{}", name.key())
}

pub(crate) fn policy(name: &PolicyName) -> Key {
    Key::new(policy_partition(name), META)
}

pub(crate) fn policy_version(name: &PolicyName, number: u32) -> Key {
    Key::new(policy_partition(name), format!("VERSION#{number:010}"))
}

/// That a managed policy is attached to a user.
pub(crate) fn policy_user(name: &PolicyName, user: &UserName) -> Key {
    Key::new(policy_partition(name), format!("USER#{}", user.key()))
}

/// That a managed policy is attached to a group.
pub(crate) fn policy_group(name: &PolicyName, group: &GroupName) -> Key {
    Key::new(policy_partition(name), format!("GROUP#{}", group.key()))
}

/// An attached policy in the partition of a user or group.
pub(crate) fn attached_policy(partition: &str, arn: &str) -> Key {
    Key::new(partition, format!("ATTACHED#{arn}"))
}

pub(crate) fn user_access_key(name: &UserName, id: &str) -> Key {
    Key::new(user_partition(name), format!("KEY#{id}"))
}

pub(crate) fn user_git_credential(name: &UserName, id: &str) -> Key {
    Key::new(user_partition(name), format!("GIT#{id}"))
}

pub(crate) fn user_token(name: &UserName, id: &str) -> Key {
    Key::new(user_partition(name), format!("TOKEN#{id}"))
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

/// The partition of what belongs to a repository, or to the account.
pub(crate) fn scope(repository: Option<&RepositoryId>) -> String {
    repository.map_or_else(|| ACCOUNT.to_owned(), self::repository)
}

/// A webhook of a repository, or of the account.
pub(crate) fn webhook(repository: Option<&RepositoryId>, id: &WebhookId) -> Key {
    Key::new(scope(repository), format!("{WEBHOOK}{id}"))
}

/// The partition of what a webhook was told.
pub(crate) fn webhook_log(id: &WebhookId) -> String {
    format!("{WEBHOOK}{id}")
}

/// Something that a webhook was told.
pub(crate) fn webhook_delivery(id: &WebhookId, delivery: &EventId) -> Key {
    Key::new(webhook_log(id), format!("{LOGGED_DELIVERY}{delivery}"))
}

/// A notification rule of a repository.
pub(crate) fn notification_rule(repository: &RepositoryId, id: &NotificationRuleId) -> Key {
    Key::new(self::repository(repository), format!("{NOTIFICATION_RULE}{id}"))
}

/// When a lane is due.
pub(crate) fn lane(lane: &Lane) -> Key {
    Key::new(LANES, lane.to_string())
}

/// The partition of what waits in a lane.
pub(crate) fn deliveries(lane: &Lane) -> String {
    format!("LANE#{lane}")
}

/// A delivery at its place in a lane.
pub(crate) fn delivery(lane: &Lane, place: &str) -> Key {
    Key::new(deliveries(lane), place)
}

/// What a lane has delivered of a push in parts.
pub(crate) fn told(push: &PushId, lane: &Lane) -> Key {
    Key::new(format!("TOLD#{push}"), lane.to_string())
}

/// How far a consumer of the change feed has read.
pub(crate) fn consumer(name: &str) -> Key {
    Key::new(format!("CONSUMER#{name}"), META)
}

/// The blob that holds one file of a stored pack.
pub(crate) fn pack_file(repository: &RepositoryId, pack: PackId, part: Part) -> Result<BlobName, BlobError> {
    BlobName::parse(format!("{}{pack}.{}", pack_files(repository), part.extension()))
}

/// What the names of all blobs of a repository begin with.
pub(crate) fn pack_files(repository: &RepositoryId) -> String {
    format!("packs/{repository}/")
}
