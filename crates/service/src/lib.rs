//! The one road that every request takes: authenticate, decode, find the resource, authorise, run one operation, answer.
//!
//! The same road serves the local server and Lambda: it sees `http` types only. Operations come in as a registry, so
//! that this crate knows none of them; an operation receives [`Authorized`] values, which only this crate can make.

mod access;
mod administrator;
mod api_request;
mod audit;
mod authenticate;
mod body;
mod cause;
mod context;
mod credentials;
mod encryption;
mod entry;
mod failed_sign_ins;
mod failure;
mod git_request;
mod iam_session;
mod identities;
mod iso_time;
mod keep_fresh;
mod metered;
mod paused;
mod pipeline;
mod query;
mod quotas;
mod record;
mod resource;
mod simulate;
mod token_use;
mod vault;

pub use administrator::{Administrator, AdministratorError, AdministratorKeys};
pub use audit::{AuditLookUp, AuditRecord, AuditRecords, AuditedReference, Notes};
pub use auth::TokenGrant;
pub use auth::policy::managed;
pub use body::{Body, BodyError, BoxError};
pub use context::{Context, Settings};
pub use credentials::NewCredential;
pub use encryption::OWN_KEY_ALIAS;
pub use entry::{Entry, GitEntries};
pub use failure::{Code, Failure, GitFailure, Result};
pub use git_request::{GitProtocol, GitRequest, MountedAt};
pub use iam_session::IamCaller;
pub use identities::check_policy;
pub use iso_time::iso_time;
pub use pipeline::{Components, Operations, Peer, Service};
pub use ports::PublishError;
pub use query::{AnyPolicy, OwnPolicy, PolicySource, QueryEntry, QueryError, QueryInput, UserOrCaller, Xml};
pub use quotas::Quotas;
pub use resource::{Account, Authorized, NamedRepository, Resource, Scope, Several, Tagged};
pub use simulate::{Question, Simulated};
pub use vault::{Vault, VaultError};

/// The answer to a request; its body may still be produced while it is sent.
pub type Response = http::Response<Body>;
