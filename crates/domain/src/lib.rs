//! The words of the service and their rules: names, ARNs, ids, approvals, events.
//!
//! Pure: no I/O, no async, no clock and no randomness. What is parsed here is right ever after; whoever holds a
//! [`BranchName`] need not check it again.

pub mod account;
pub mod approval;
pub mod arn;
pub mod event;
pub mod id;
pub mod merge;
pub mod names;
pub mod pull_request;

pub use account::{AccountId, Region};
pub use approval::{
    ApprovalRuleOrigin, ApprovalRuleState, ApprovalRuleTemplateState, Evaluation, RuleContent, RuleContentError,
};
pub use arn::RepositoryArn;
pub use event::{Actor, Event, EventKind, EventRepository, ReferenceChange};
pub use id::{ApprovalRuleId, ApprovalRuleTemplateId, EventId, RepositoryId};
pub use merge::{ConflictDetailLevel, ConflictResolutionStrategy, MergeFacts, MergeOption};
pub use names::{ApprovalRuleName, ApprovalRuleTemplateName, BranchName, NameError, NameKind, RefName, RepositoryName};
pub use pull_request::{
    PullRequestEventType, PullRequestId, PullRequestMerge, PullRequestState, PullRequestStatus, RevisionId,
};
