//! Whose key a signature claims to be made with.

use crate::access_key::KeyKind;
use crate::failure::{AuthenticationFailure, Reason};

/// The key of a signature, as far as the request itself tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimedKey<'a> {
    /// A static key, whose secret is stored.
    Static(&'a str),
    /// A key of a session, whose secret comes of its token.
    Session {
        /// The access key id.
        id: &'a str,
        /// The session token.
        token: &'a str,
    },
}

impl<'a> ClaimedKey<'a> {
    /// The key of this id, with the token that came beside it. A token is needed for the key of a session, and refused with any
    /// other, so that nobody takes one for what protects the other.
    pub(crate) fn of(id: &'a str, token: Option<&'a str>) -> Result<Self, AuthenticationFailure> {
        let refuse = |message: &str| Err(AuthenticationFailure::new(Reason::Unknown, message));
        match (KeyKind::of(id), token) {
            (Some(KeyKind::Static), None) => Ok(Self::Static(id)),
            (Some(KeyKind::Session), Some(token)) => Ok(Self::Session { id, token }),
            (Some(KeyKind::Static), Some(_)) => refuse(
                "a long-term key is used without a session token: remove aws_session_token from the profile, or unset \
                 AWS_SESSION_TOKEN",
            ),
            (Some(KeyKind::Session), None) => refuse(
                "the keys of a session are used with its token: set AWS_SESSION_TOKEN, or aws_session_token in the profile",
            ),
            (None, _) => Err(AuthenticationFailure::unknown_key()),
        }
    }

    /// The access key id.
    pub fn id(&self) -> &'a str {
        match self {
            Self::Static(id) | Self::Session { id, .. } => id,
        }
    }
}
