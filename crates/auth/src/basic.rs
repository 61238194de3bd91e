//! What git sends: `Authorization: Basic`, with a generated password or a signature as the password.

use crate::failure::{AuthenticationFailure, Reason};
use crate::git_password::GitPassword;
use crate::git_signature::GitSignature;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;

/// The credentials of a Git request.
pub enum GitCredentials {
    /// A signature made with an access key.
    Signed(GitSignature),
    /// A generated password. The user name beside it says nothing: the password alone names its owner.
    Password(GitPassword),
}

impl GitCredentials {
    /// Reads the credentials; the first request of a git client has none.
    pub fn parse(headers: &HeaderMap) -> Result<Self, AuthenticationFailure> {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let Some(value) = values.next() else {
            return Err(AuthenticationFailure::new(Reason::Missing, "sign in: this repository is not public"));
        };
        if values.next().is_some() {
            return Err(AuthenticationFailure::new(Reason::Incomplete, "there is more than one Authorization header"));
        }
        let value = value.to_str().unwrap_or_default();
        let (scheme, encoded) = value.split_once(' ').unwrap_or((value, ""));
        if !scheme.eq_ignore_ascii_case("basic") {
            return Err(AuthenticationFailure::new(Reason::Incomplete, "git signs in with Basic authentication here"));
        }
        let pair = STANDARD.decode(encoded.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let Some((user, password)) = pair.as_deref().and_then(|pair| pair.split_once(':')) else {
            return Err(AuthenticationFailure::new(Reason::Incomplete, "the Authorization header is malformed"));
        };
        if let Some(password) = GitPassword::parse(password) {
            return Ok(Self::Password(password));
        }
        if let Some(signature) = GitSignature::parse(user, password) {
            return Ok(Self::Signed(signature));
        }
        Err(AuthenticationFailure::new(
            Reason::Invalid,
            "the password is neither one that this service generated nor a signature of the AWS credential helper",
        ))
    }
}
