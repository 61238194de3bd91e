//! Why an operation gives no result, as its caller is told.

use crate::body::BoxError;
use crate::cause;
use crate::query::QueryError;
use api::ErrorCode;
use auth::{AuthenticationFailure, Reason};
use http::StatusCode;
use std::time::Duration;
use store::Error as StoreError;

/// What an operation gives.
pub type Result<T> = std::result::Result<T, Failure>;

/// The name of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// One of the API model's errors.
    Api(ErrorCode),
    /// One of the errors of IAM or STS.
    Query(QueryError),
    /// The caller could not be authenticated.
    Authentication(Reason),
    /// The caller may not.
    AccessDenied,
    /// The target header names no operation.
    UnknownOperation,
    /// The operation exists, but not here yet.
    NotImplemented,
    /// The body is not what the operation takes.
    Serialization,
    /// The body is too long.
    TooLarge,
    /// Too much of this at the moment.
    Throttled,
    /// The store cannot be reached for the moment.
    Unavailable,
    /// Something is wrong here, not with the request.
    Internal,
}

impl Code {
    /// The error name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Api(code) => code.as_str(),
            Self::Query(error) => error.as_str(),
            Self::Authentication(reason) => reason.code(),
            Self::AccessDenied => "AccessDeniedException",
            Self::UnknownOperation => "UnknownOperationException",
            Self::NotImplemented => "NotImplementedException",
            Self::Serialization => "SerializationException",
            Self::Throttled => "ThrottlingException",
            Self::TooLarge => "RequestEntityTooLargeException",
            Self::Unavailable => "ServiceUnavailableException",
            Self::Internal => "InternalFailure",
        }
    }

    /// The HTTP status. Everything a client can mend is 400 in the JSON protocols; AWS clients try 5xx again.
    pub fn status(self) -> StatusCode {
        match self {
            Self::Throttled => StatusCode::TOO_MANY_REQUESTS,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

/// A failed operation.
#[derive(Debug)]
pub struct Failure {
    pub(crate) code: Code,
    pub(crate) message: String,
    /// When another try makes sense.
    pub(crate) retry_after: Option<Duration>,
    pub(crate) source: Option<BoxError>,
}

impl Failure {
    /// One of the API's errors, with words for the caller.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self::with_code(Code::Api(code), message)
    }

    /// One of the errors of IAM or STS, with words for the caller.
    pub fn query(error: QueryError, message: impl Into<String>) -> Self {
        Self::with_code(Code::Query(error), message)
    }

    /// A fault of our own. The caller learns of `source` only whether another try may help, or that it is the repository's key;
    /// the log tells all.
    pub fn internal(source: impl Into<BoxError>) -> Self {
        let source = source.into();
        let code = cause::code_of(&*source);
        Self { code, message: cause::words(code).to_owned(), retry_after: None, source: Some(source) }
    }

    /// The same failure where the API declares no errors of keys.
    pub(crate) fn without_key(mut self) -> Self {
        if let Code::Api(code) = self.code
            && let Some(code) = cause::without_key(code)
        {
            self.code = code;
            self.message = cause::words(code).to_owned();
        }
        self
    }

    /// The failure's name.
    pub fn code(&self) -> Code {
        self.code
    }

    /// What the caller is told.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What records say of it. A body that cannot be read may have a secret in any place, and the words for the caller quote it.
    pub(crate) fn recorded(&self) -> &str {
        match self.code {
            Code::Serialization => "the request body cannot be read",
            _ => &self.message,
        }
    }

    pub(crate) fn with_code(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), retry_after: None, source: None }
    }

    /// That the caller may not, with words for them.
    pub fn access_denied(message: impl Into<String>) -> Self {
        Self::with_code(Code::AccessDenied, message)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::RepositoryGone => {
                Self::new(ErrorCode::RepositoryDoesNotExistException, "the repository was deleted meanwhile")
            }
            StoreError::Contended => Self::with_code(Code::Unavailable, "too many changes at the same time; try again"),
            other => Self::internal(other),
        }
    }
}

impl From<AuthenticationFailure> for Failure {
    fn from(failure: AuthenticationFailure) -> Self {
        Self::with_code(Code::Authentication(failure.reason), failure.message)
    }
}

/// A Git request that is not answered as hoped: an HTTP status and a line of text, which git shows to the person.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct GitFailure {
    pub(crate) status: StatusCode,
    /// What the log calls it.
    pub(crate) code: &'static str,
    pub(crate) message: String,
    /// When another try makes sense.
    pub(crate) retry_after: Option<Duration>,
    #[source]
    pub(crate) source: Option<BoxError>,
}

impl GitFailure {
    /// A refusal, with words for the person.
    pub fn refused(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, code: "Refused", message: message.into(), retry_after: None, source: None }
    }

    /// A fault of our own, told as [`Failure::internal`] tells it.
    pub fn internal(source: impl Into<BoxError>) -> Self {
        let Failure { code, message, retry_after, source } = Failure::internal(source);
        let status = if code == Code::Unavailable { code.status() } else { StatusCode::INTERNAL_SERVER_ERROR };
        let message = if code == Code::Internal { "the service failed; try again".to_owned() } else { message };
        Self { status, code: code.as_str(), message, retry_after, source }
    }

    /// The HTTP status that it is answered with.
    pub fn status(&self) -> StatusCode {
        self.status
    }
}

impl From<Failure> for GitFailure {
    fn from(failure: Failure) -> Self {
        let status = match failure.code {
            Code::Authentication(_) => StatusCode::UNAUTHORIZED,
            Code::AccessDenied => StatusCode::FORBIDDEN,
            Code::Api(ErrorCode::RepositoryDoesNotExistException | ErrorCode::InvalidRepositoryNameException) => {
                StatusCode::NOT_FOUND
            }
            code => code.status(),
        };
        let Failure { code, message, retry_after, source } = failure;
        Self { status, code: code.as_str(), message, retry_after, source }
    }
}
