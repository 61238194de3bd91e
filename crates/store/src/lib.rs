//! The typed stores: repositories, refs, packs, approval rule templates, credentials and events, kept as rows and blobs.
//!
//! Only this crate knows the keys of rows and the names of blobs (`keys`). What it promises rests on four rules:
//! - Every change is one conditional commit of the table, together with the event that tells of it. So it happened whole
//!   and is announced, or it did not happen.
//! - Conditions are stated by value ("the branch still points to A"); versions of rows only carry them through. A change
//!   that lost a race against an unrelated one is checked again and retried, it does not fail.
//! - Every row of a repository changes only while its `META` row is there, so that a deletion beats everything.
//! - Refs are read before packs, so that every ref that is seen has its objects in a pack that is seen.

mod amendment;
mod approval_rule_templates;
mod change;
mod comments;
mod commit_statuses;
mod consumers;
mod credentials;
mod deliveries;
mod encryption;
mod error;
mod events;
mod identities;
mod keys;
mod notification_rules;
mod packs;
mod pull_requests;
mod ref_protections;
mod repositories;
mod repository;
mod rows;
mod sealing_keys;
mod settings;
mod snapshot;
mod stores;
mod tags;
mod tokens;
mod triggers;
mod webhooks;

pub use approval_rule_templates::{
    ApprovalRuleTemplate, AssociateTemplateError, ChangeTemplateError, CreateTemplateError, DeleteTemplateError,
    NewApprovalRuleTemplate, TemplateChange, TemplatePage, TemplateRepositoryPage,
};
pub use change::{ChangeError, Refusal, RefusalReason, RepositoryChange};
pub use comments::{
    Comment, CommentPage, CommentReaction, Commented, EditCommentError, FoundComment, NewComment, PostCommentError,
    ReactionPage,
};
pub use commit_statuses::{CommitStatus, CommitStatusPage};
pub use consumers::{News, read_change};
pub use credentials::{Credentials, StoredCredential};
pub use deliveries::{NewDelivery, TakenLane, WaitingDelivery};
pub use error::Error;
pub use events::{FeedEntry, FeedPage};
pub use identities::{
    AccessKeyRecord, GitCredentialRecord, Group, GroupPage, GroupSummary, IamPrincipalRecord, IdentityError,
    ManagedPolicy, ManagedPolicyEdit, ManagedPolicySummary, NewGroup, NewManagedPolicy, NewUser, PolicyEdit,
    PolicyVersion, TokenRecord, User, UserEdit, UserPage, UserSummary,
};
pub use notification_rules::{NewNotificationRule, NotificationRule, NotificationRuleError};
pub use packs::{PackOrigin, StoredPack};
pub use ports::Sequence;
pub use pull_requests::{
    ApprovalError, ApprovalRule, ApprovalRuleError, CreatePullRequestError, HistoryPage, MOST_FROM_ONE_BRANCH,
    NewPullRequest, PullRequest, PullRequestError, PullRequestFilter, PullRequestPage,
};
pub use ref_protections::{PutProtectionError, RefProtection};
pub use repositories::{CreateRepositoryError, NewRepository, RenameRepositoryError, RepositoryPage};
pub use repository::{BranchPage, Repository};
pub use sealing_keys::{SealingKeys, WrappedKey};
pub use snapshot::Snapshot;
pub use stores::{Components, Store, event_id, push_id, unique_id};
pub use tags::SetTagsError;
pub use tokens::{RequestToken, TokenUse};
pub use triggers::TriggerConfiguration;
pub use webhooks::{
    DeliveryState, NewWebhook, Webhook, WebhookAttempt, WebhookDelivery, WebhookDeliveryPage, WebhookEdit,
    WebhookError, webhook_id,
};
