//! Who is calling, and may they: pure functions over headers, body, clock and what was looked up.
//!
//! Looking credentials and keys up and reading the clock is the caller's part.

mod access_key;
mod basic;
mod canonical;
mod claimed_credential;
mod claimed_key;
mod credential;
mod failure;
mod git_password;
mod git_signature;
pub mod policy;
mod principal;
mod sealing_key;
mod secret;
mod session;
mod signer;
mod signing_key;
pub mod sigv4;

pub use access_key::AccessKey;
pub use basic::GitCredentials;
pub use claimed_credential::claimed_credential_id;
pub use claimed_key::ClaimedKey;
pub use credential::{Credential, CredentialError, Status, TokenGrant};
pub use failure::{AuthenticationFailure, Reason};
pub use git_password::{GitPassword, PasswordKind};
pub use git_signature::{GitSignature, SignedPlaces};
pub use principal::{Principal, PrincipalKind, SessionFacts, UserFacts};
pub use sealing_key::{SealingError, SealingKey};
pub use secret::{RandomError, Secret};
pub use session::{MOST_TOKEN_BYTES, SessionClaims, SessionError, SessionKeys, SessionParent, SessionToken};
pub use signer::{GitLogin, SignError, Signer};
