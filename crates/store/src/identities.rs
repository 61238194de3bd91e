//! Users and groups, and what is theirs: policies, keys, Git passwords, tokens.
//!
//! Everything of an identity is in one partition, so that what decides over a request is one scan. Every change of it puts
//! its `META` row anew on the condition of its version: changes of one identity happen one after the other, each by someone
//! who has seen all earlier ones, and nothing is ever added to an identity that is being deleted.

mod changes;
mod groups;
mod listing;
mod managed_policies;
mod policy_attachments;
mod rows;
mod users;

pub use changes::{IdentityError, PolicyEdit, UserEdit};
pub use groups::{Group, GroupPage, GroupSummary, NewGroup};
pub use managed_policies::{ManagedPolicy, ManagedPolicyEdit, ManagedPolicySummary, NewManagedPolicy, PolicyVersion};
pub use users::{
    AccessKeyRecord, GitCredentialRecord, IamPrincipalRecord, NewUser, TokenRecord, User, UserPage, UserSummary,
};
