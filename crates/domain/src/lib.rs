//! The words of the service and their rules: names, ARNs, ids, events.
//!
//! Pure: no I/O, no async, no clock and no randomness. What is parsed here is right ever after; whoever holds a
//! [`BranchName`] need not check it again.

pub mod account;
pub mod arn;
pub mod event;
pub mod id;
pub mod identity;
pub mod names;

pub use account::{AccountId, Region};
pub use arn::RepositoryArn;
pub use event::{
    Actor, Event, EventIdentity, EventKind, EventRepository, IdentityChange, IdentityKind, ReferenceChange,
};
pub use id::{EventId, RepositoryId};
pub use identity::{IdentityPath, UniqueId, UniqueIdKind};
pub use names::{BranchName, GroupName, NameError, NameKind, PolicyName, RefName, RepositoryName, UserName};
