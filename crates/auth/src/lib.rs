//! Who is calling, and may they: pure functions over headers, body, clock and what was looked up.
//!
//! Looking credentials up and reading the clock is the caller's part; the only port used here is `Keys`, for sealing secrets.

mod access_key;
mod basic;
mod canonical;
mod credential;
mod failure;
mod git_password;
mod git_signature;
pub mod policy;
mod principal;
mod secret;
mod signer;
mod signing_key;
pub mod sigv4;

pub use access_key::AccessKey;
pub use basic::GitCredentials;
pub use credential::{Credential, CredentialError, CredentialKind, Status};
pub use failure::{AuthenticationFailure, Reason};
pub use git_password::GitPassword;
pub use git_signature::{GitSignature, SignedPlaces};
pub use principal::{Principal, PrincipalKind, UserFacts};
pub use secret::{RandomError, Secret};
pub use signer::{GitLogin, SignError, Signer};
