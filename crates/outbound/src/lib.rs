//! Requests to other services, by those who say where these are: endpoints, connections to them, and what TLS trusts.
//!
//! What strangers say is for `egress`, which trusts no address before it has looked at it.

mod connection;
mod endpoint;
mod trust;

pub use connection::{Conversation, connect};
pub use endpoint::{Endpoint, EndpointError};
pub use trust::{machine_roots, tls};
