//! The one road that every request takes: authenticate, decode, find the resource, authorise, run one operation, answer.
//!
//! The same road serves the local server and, later, Lambda: it sees `http` types only. Operations come in as a registry, so
//! that this crate knows none of them; an operation receives [`Authorized`] values, which only this crate can make.

mod api_request;
mod authenticate;
mod body;
mod context;
mod encryption;
mod entry;
mod failure;
mod git_request;
mod metered;
mod pipeline;
mod quotas;
mod resource;

pub use body::{Body, BodyError, BoxError};
pub use context::{Context, Settings};
pub use encryption::OWN_KEY_ALIAS;
pub use entry::{Entry, GitEntries};
pub use failure::{Code, Failure, GitFailure, Result};
pub use git_request::{GitProtocol, GitRequest};
pub use pipeline::{Components, Peer, Service};
pub use ports::PublishError;
pub use quotas::Quotas;
pub use resource::{Account, Authorized, Resource, Tagged};

/// The answer to a request; its body may still be produced while it is sent.
pub type Response = http::Response<Body>;
