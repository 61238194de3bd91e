//! The errors of IAM and STS, by the names that their clients know.

use crate::failure::Failure;
use http::StatusCode;
use store::IdentityError;

/// What can be wrong with a request to IAM or STS (AWS IAM API reference, "Errors" of each operation).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueryError {
    /// Others change the same thing at the same time.
    ConcurrentModification,
    /// What is to be deleted still has something.
    DeleteConflict,
    /// The name is taken.
    EntityAlreadyExists,
    /// A value makes no sense here.
    InvalidInput,
    /// There are as many as there may be.
    LimitExceeded,
    /// The policy cannot be read, or says something that means nothing.
    MalformedPolicyDocument,
    /// There is nothing of that name.
    NoSuchEntity,
    /// There are no such credentials for that service.
    NotSupportedService,
    /// The policy is too long for a session token.
    PackedPolicyTooLarge,
    /// The policy cannot be simulated.
    PolicyEvaluation,
    /// What is asked for cannot be changed.
    UnmodifiableEntity,
    /// A value breaks the rules for it.
    ValidationError,
}

impl QueryError {
    /// The name on the wire.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::ConcurrentModification => "ConcurrentModification",
            Self::DeleteConflict => "DeleteConflict",
            Self::EntityAlreadyExists => "EntityAlreadyExists",
            Self::InvalidInput => "InvalidInput",
            Self::LimitExceeded => "LimitExceeded",
            Self::MalformedPolicyDocument => "MalformedPolicyDocument",
            Self::NoSuchEntity => "NoSuchEntity",
            Self::NotSupportedService => "NotSupportedService",
            Self::PackedPolicyTooLarge => "PackedPolicyTooLarge",
            Self::PolicyEvaluation => "PolicyEvaluation",
            Self::UnmodifiableEntity => "UnmodifiableEntity",
            Self::ValidationError => "ValidationError",
        }
    }

    /// The HTTP status.
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::ConcurrentModification | Self::DeleteConflict | Self::EntityAlreadyExists | Self::LimitExceeded => {
                StatusCode::CONFLICT
            }
            Self::NoSuchEntity | Self::NotSupportedService => StatusCode::NOT_FOUND,
            Self::PolicyEvaluation => StatusCode::INTERNAL_SERVER_ERROR,
            Self::InvalidInput
            | Self::MalformedPolicyDocument
            | Self::PackedPolicyTooLarge
            | Self::UnmodifiableEntity
            | Self::ValidationError => StatusCode::BAD_REQUEST,
        }
    }
}

impl From<IdentityError> for Failure {
    fn from(error: IdentityError) -> Self {
        match error {
            IdentityError::Missing => Self::query(QueryError::NoSuchEntity, "it was deleted meanwhile"),
            IdentityError::AlreadyExists => Self::query(QueryError::EntityAlreadyExists, "the name is taken"),
            IdentityError::InUse => Self::query(
                QueryError::DeleteConflict,
                "it cannot be deleted as long as it has policies, groups, members, keys or other credentials",
            ),
            IdentityError::Store(error) => error.into(),
        }
    }
}
