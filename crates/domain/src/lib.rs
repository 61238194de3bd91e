//! The words of the service and their rules: names, ARNs, ids, tags, triggers, pull requests, approvals, comments, events.
//!
//! Pure: no I/O, no async, no clock and no randomness. What is parsed here is right ever after; whoever holds a
//! [`BranchName`] need not check it again.

pub mod account;
pub mod approval;
pub mod arn;
pub mod comment;
pub mod commit_status;
pub mod delivery;
pub mod event;
pub mod iam_principal;
pub mod id;
pub mod identity;
pub mod merge;
pub mod names;
mod pattern;
pub mod protection;
pub mod pull_request;
pub mod reaction;
pub mod ref_pattern;
pub mod tags;
pub mod token;
pub mod trigger;
pub mod webhook;

pub use account::{AccountId, Region};
pub use approval::{
    ApprovalRuleOrigin, ApprovalRuleState, ApprovalRuleTemplateState, Evaluation, RuleContent, RuleContentError,
};
pub use arn::RepositoryArn;
pub use comment::{CommentLocation, CommentedOn, FileVersion};
pub use commit_status::{StatusContext, StatusContextError, StatusFacts, StatusState};
pub use delivery::{Delivery, DeliveryContent, Lane};
pub use event::{
    Actor, Event, EventFilter, EventIdentity, EventKind, EventRepository, IdentityChange, IdentityKind, PushPart,
    ReferenceChange,
};
pub use iam_principal::{IamPrincipal, IamPrincipalError, IamPrincipalKind};
pub use id::{
    ApprovalRuleId, ApprovalRuleTemplateId, CommentId, EventId, NotificationRuleId, PushId, RepositoryId, WebhookId,
};
pub use identity::{IdentityPath, UniqueId, UniqueIdKind};
pub use merge::{ConflictDetailLevel, ConflictResolutionStrategy, MergeFacts, MergeOption};
pub use names::{
    ApprovalRuleName, ApprovalRuleTemplateName, BranchName, GroupName, NameError, NameKind, PolicyName, ProtectionName,
    RefName, RepositoryName, UserName,
};
pub use protection::{BrokenRule, Protection, Protections, RefAction};
pub use pull_request::{
    PullRequestEventType, PullRequestId, PullRequestMerge, PullRequestState, PullRequestStatus, RevisionId,
};
pub use reaction::Reaction;
pub use ref_pattern::{RefPattern, RefPatternError};
pub use token::{RepositoryPattern, RepositoryPatternError, TokenKind, TokenScope};
pub use trigger::{Destination, EventBus, Trigger, TriggerEvent, TriggerName};
pub use webhook::{SettingChange, WebhookEvents, WebhookFormat, WebhookStatus};
