//! What happened, in the domain's words: the content of event rows, from which every announcement is made.

use crate::approval::{ApprovalRuleState, ApprovalRuleTemplateState};
use crate::comment::CommentedOn;
use crate::commit_status::{StatusContext, StatusFacts};
use crate::id::{EventId, NotificationRuleId, PushId, RepositoryId, WebhookId};
use crate::identity::{IdentityPath, UniqueId};
use crate::merge::MergeFacts;
use crate::names::{ApprovalRuleTemplateName, BranchName, ProtectionName, RefName, RepositoryName};
use crate::protection::Protection;
use crate::pull_request::PullRequestState;
use crate::reaction::Reaction;
use crate::trigger::TriggerName;
use crate::webhook::SettingChange;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

mod format;
mod types;

pub(crate) use format::rfc3339;
pub use types::{EVENT_TYPES, EventFilter, EventFilterError};

/// Who made a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Actor {
    /// The ARN of the principal that signed the request.
    pub arn: String,
}

impl Actor {
    /// The principal with this ARN.
    pub fn new(arn: impl Into<String>) -> Self {
        Self { arn: arn.into() }
    }
}

/// One change that committed. All changes of one commit to a repository's refs are one event.
///
/// Its JSON form carries a version; a reader refuses versions and kinds it does not know. Fields that are added later are
/// optional, and readers skip fields they do not know. Samples of every kind are in the folder `events` of the project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    version: format::Version1,
    /// Its name, the same in every announcement; sorts by time.
    pub id: EventId,
    /// When it happened, to the millisecond.
    #[serde(with = "format::rfc3339")]
    pub time: SystemTime,
    /// Who did it.
    pub actor: Actor,
    /// The repository it happened to, as it was called after the change; `None` when it happened to the account, such as a
    /// change of an approval rule template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<EventRepository>,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// The repository of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EventRepository {
    /// Its id.
    pub id: RepositoryId,
    /// Its name.
    pub name: RepositoryName,
}

/// The kinds of event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "detail", rename_all_fields = "camelCase")]
pub enum EventKind {
    /// The repository was created.
    RepositoryCreated {},
    /// The repository was deleted.
    RepositoryDeleted {},
    /// The repository has another name.
    RepositoryRenamed {
        /// The name it had before.
        previous_name: RepositoryName,
    },
    /// The repository's description was set or removed.
    RepositoryDescriptionChanged {
        /// The description before.
        before: Option<String>,
        /// The description now.
        after: Option<String>,
    },
    /// Another branch is the default branch, or the first one became it.
    DefaultBranchChanged {
        /// The default branch before.
        before: Option<BranchName>,
        /// The default branch now.
        after: BranchName,
    },
    /// Refs were created, moved or deleted.
    ReferencesChanged {
        /// The refs, by name.
        references: Vec<ReferenceChange>,
        /// Whether a git push did it (otherwise an API call).
        pushed: bool,
        /// What the push said with `--push-option`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        push_options: Vec<String>,
        /// The merge that moved the ref, if it was one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        merge: Option<MergeFacts>,
        /// Which part of a push it is, when the push had to be committed in several.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        part: Option<PushPart>,
    },
    /// A merge commit was made that no ref leads to.
    UnreferencedMergeCommitCreated {
        /// Its object id, in hex.
        commit: String,
        /// What it is a merge of.
        merge: MergeFacts,
    },
    /// A pull request was made.
    PullRequestCreated {
        /// The pull request.
        pull_request: PullRequestState,
    },
    /// A pull request has another title.
    PullRequestTitleChanged {
        /// The pull request, with the title it has now.
        pull_request: PullRequestState,
        /// The title before.
        before: String,
    },
    /// A pull request's description was set or removed.
    PullRequestDescriptionChanged {
        /// The pull request.
        pull_request: PullRequestState,
        /// The description before.
        before: Option<String>,
        /// The description now.
        after: Option<String>,
    },
    /// The source branch of an open pull request moved, so that it is another revision.
    PullRequestSourceUpdated {
        /// The pull request, with the commit its source points to now.
        pull_request: PullRequestState,
        /// The commit that its source pointed to before, in hex.
        before: String,
    },
    /// A pull request was closed.
    PullRequestStatusChanged {
        /// The pull request.
        pull_request: PullRequestState,
    },
    /// A pull request was merged; that it is closed by this is told by an event of its own, right behind this one.
    PullRequestMerged {
        /// The pull request, with how it was merged.
        pull_request: PullRequestState,
    },
    /// A pull request got an approval rule.
    PullRequestApprovalRuleCreated {
        /// The pull request.
        pull_request: PullRequestState,
        /// The rule.
        rule: ApprovalRuleState,
    },
    /// An approval rule of a pull request has another content.
    PullRequestApprovalRuleChanged {
        /// The pull request.
        pull_request: PullRequestState,
        /// The rule, with the content it has now.
        rule: ApprovalRuleState,
    },
    /// An approval rule of a pull request was deleted.
    PullRequestApprovalRuleDeleted {
        /// The pull request.
        pull_request: PullRequestState,
        /// The rule.
        rule: ApprovalRuleState,
    },
    /// The approval rules of a pull request were set aside for its revision, or came back into force.
    PullRequestApprovalRulesOverridden {
        /// The pull request.
        pull_request: PullRequestState,
        /// Whether they are set aside now.
        overridden: bool,
    },
    /// The actor approved the revision of a pull request, or took the approval back.
    PullRequestApprovalChanged {
        /// The pull request.
        pull_request: PullRequestState,
        /// Whether it is approved by the actor now.
        approved: bool,
    },
    /// An approval rule template was made.
    ApprovalRuleTemplateCreated {
        /// The template.
        template: ApprovalRuleTemplateState,
    },
    /// An approval rule template has another name.
    ApprovalRuleTemplateRenamed {
        /// The template, with the name it has now.
        template: ApprovalRuleTemplateState,
        /// The name it had before.
        previous_name: ApprovalRuleTemplateName,
    },
    /// An approval rule template's description was set or removed.
    ApprovalRuleTemplateDescriptionChanged {
        /// The template.
        template: ApprovalRuleTemplateState,
    },
    /// An approval rule template has another content.
    ApprovalRuleTemplateContentChanged {
        /// The template, with the digest of the content it has now.
        template: ApprovalRuleTemplateState,
        /// The SHA-256 of the content before, in hexadecimal digits.
        previous_sha256: String,
    },
    /// An approval rule template was deleted.
    ApprovalRuleTemplateDeleted {
        /// The template.
        template: ApprovalRuleTemplateState,
    },
    /// An approval rule template was associated with the repository: pull requests get a rule from it from now on.
    ApprovalRuleTemplateAssociated {
        /// The template.
        template: ApprovalRuleTemplateState,
    },
    /// An approval rule template is no longer associated with the repository.
    ApprovalRuleTemplateDisassociated {
        /// The template.
        template: ApprovalRuleTemplateState,
    },
    /// The repository's tags were set or removed.
    RepositoryTagsChanged {
        /// The tags that are new or have another value.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        set: BTreeMap<String, String>,
        /// The keys of the tags that are gone.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        removed: BTreeSet<String>,
    },
    /// The repository is encrypted under another key. `None` is the service's own key.
    RepositoryEncryptionKeyChanged {
        /// The key before.
        before: Option<String>,
        /// The key now.
        after: Option<String>,
    },
    /// The repository's triggers were replaced.
    RepositoryTriggersChanged {
        /// Names this set of triggers.
        configuration_id: String,
        /// The triggers there are now.
        triggers: Vec<TriggerName>,
    },
    /// A comment, or a reply to one, was posted.
    CommentCreated(CommentedOn),
    /// A comment was given another content.
    CommentUpdated(CommentedOn),
    /// The content of a comment was deleted.
    CommentContentDeleted(CommentedOn),
    /// Somebody's reaction to a comment was added, replaced or removed.
    CommentReactionChanged {
        /// The comment.
        comment: CommentedOn,
        /// The reaction before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<Reaction>,
        /// The reaction now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<Reaction>,
    },
    /// Somebody said how a check of a commit went.
    CommitStatusChanged {
        /// The object id of the commit, in hex.
        commit: String,
        /// Which check.
        context: StatusContext,
        /// What was said of it before, if anything.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<StatusFacts>,
        /// What is said of it now.
        after: StatusFacts,
    },
    /// A webhook of the repository, or of the account, was made, changed, removed or disabled.
    WebhookChanged {
        /// Its id.
        webhook: WebhookId,
        /// On which host it is, or was: its URL without the path, which may be a secret.
        origin: String,
        /// What happened.
        change: SettingChange,
    },
    /// A notification rule of the repository was made, changed or removed.
    NotificationRuleChanged {
        /// Its id.
        rule: NotificationRuleId,
        /// Its name.
        name: String,
        /// What happened.
        change: SettingChange,
    },
    /// A ref protection was made, changed or deleted.
    RefProtectionChanged {
        /// Its name.
        name: ProtectionName,
        /// What it demanded before; `None` when it was made.
        before: Option<Protection>,
        /// What it demands now; `None` when it was deleted.
        after: Option<Protection>,
    },
    /// A user, group or managed policy was made, changed or removed.
    IdentityChanged {
        /// What it happened to, as it was called after the change.
        identity: EventIdentity,
        /// What happened.
        change: IdentityChange,
        /// What it was about, if not the identity as a whole: the id of a key, the name or ARN of a policy, the name of a group.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subject: Option<String>,
    },
    /// Secrets are sealed under another version of the sealing key from now on.
    #[serde(rename_all = "camelCase")]
    SealingKeyRotated {
        /// The version.
        key_version: u32,
    },
}

/// The user, group or managed policy of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EventIdentity {
    /// Which of these it is.
    pub kind: IdentityKind,
    /// Its unique id.
    pub id: UniqueId,
    /// Its path.
    pub path: IdentityPath,
    /// Its name.
    pub name: String,
}

/// The kinds of identity that IAM administers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum IdentityKind {
    /// Somebody who signs in.
    User,
    /// Users with permissions in common.
    Group,
    /// Permissions that can be attached to users and groups.
    Policy,
}

/// What happened to a user, group or managed policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum IdentityChange {
    /// It was made.
    Created,
    /// It was removed.
    Deleted,
    /// Its tags are others.
    TagsChanged,
    /// It was given an access key, or a Git user name and password.
    CredentialCreated,
    /// A credential was made active or inactive, or its password was replaced.
    CredentialChanged,
    /// A credential was removed.
    CredentialDeleted,
    /// The sessions of a user were ended.
    SessionsEnded,
    /// An inline policy was set.
    InlinePolicyPut,
    /// An inline policy was removed.
    InlinePolicyDeleted,
    /// A managed policy was attached.
    PolicyAttached,
    /// A managed policy was detached.
    PolicyDetached,
    /// A user was put into the group.
    MemberAdded,
    /// A user was taken out of the group.
    MemberRemoved,
    /// The managed policy was given another version.
    VersionCreated,
    /// A version of the managed policy was removed.
    VersionDeleted,
    /// Another version of the managed policy holds from now on.
    DefaultVersionChanged,
}

/// What happened to one ref.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReferenceChange {
    /// Its full name.
    pub name: RefName,
    /// The object id it pointed to, in hex; `None` when it was created.
    pub before: Option<String>,
    /// The object id it points to, in hex; `None` when it was deleted.
    pub after: Option<String>,
    /// Whether it was moved to something that does not contain what it pointed to before.
    #[serde(default)]
    pub forced: bool,
}

/// A part of a push that moves more refs than fit into one commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PushPart {
    /// Names the push; all of its parts have it.
    pub push: PushId,
    /// Whether no part follows. A push that breaks off has no last part.
    pub last: bool,
}

/// A stored event that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the event cannot be read: {0}")]
pub struct EventError(#[from] serde_json::Error);

impl Event {
    /// An event. The part of `time` below a millisecond is dropped.
    pub fn new(
        id: EventId,
        time: SystemTime,
        actor: Actor,
        repository: Option<EventRepository>,
        kind: EventKind,
    ) -> Self {
        Self { version: format::Version1, id, time: format::whole_millis(time), actor, repository, kind }
    }

    /// The event as JSON.
    pub fn to_json(&self) -> Result<Vec<u8>, EventError> {
        Ok(serde_json::to_vec(self)?)
    }

    /// Reads what [`Event::to_json`] wrote.
    pub fn from_json(json: &[u8]) -> Result<Self, EventError> {
        Ok(serde_json::from_slice(json)?)
    }
}
