//! Why a caller could not be authenticated.

/// The kinds of failure that AWS clients tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The request is not signed at all.
    Missing,
    /// The signature's parts are malformed or contradict the request.
    Incomplete,
    /// There is no such key, or it is no longer active.
    Unknown,
    /// The signature does not fit the request, or is too old.
    Invalid,
    /// The session is over.
    Expired,
}

impl Reason {
    /// The error name that AWS clients know.
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "MissingAuthenticationTokenException",
            Self::Incomplete => "IncompleteSignatureException",
            Self::Unknown => "UnrecognizedClientException",
            Self::Invalid => "InvalidSignatureException",
            Self::Expired => "ExpiredTokenException",
        }
    }
}

/// A caller that could not be authenticated. Names no secret and no expected value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct AuthenticationFailure {
    /// What kind of failure it is.
    pub reason: Reason,
    /// What to do about it.
    pub message: String,
}

impl AuthenticationFailure {
    /// A failure with its explanation.
    pub fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self { reason, message: message.into() }
    }

    /// The same words for a key that does not exist and for one that is not active.
    pub fn unknown_key() -> Self {
        Self::new(
            Reason::Unknown,
            "the security token included in the request is invalid: this service issued no such key",
        )
    }

    /// The same words for a session token that is none of ours, and for one whose session was ended.
    pub fn unknown_token() -> Self {
        Self::new(
            Reason::Unknown,
            "the security token included in the request is invalid: it is no token of this service, or its session was \
             ended; ask for new keys",
        )
    }
}
