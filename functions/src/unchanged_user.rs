//! Why a user was not changed.

use api::ErrorCode;
use service::Failure;

/// The failure of an operation that was to change a user.
pub(crate) struct Unchanged(Failure);

impl From<Failure> for Unchanged {
    fn from(failure: Failure) -> Self {
        Self(failure)
    }
}

impl From<store::IdentityError> for Unchanged {
    fn from(error: store::IdentityError) -> Self {
        Self(match error {
            store::IdentityError::Store(error) => error.into(),
            store::IdentityError::Missing => {
                Failure::new(ErrorCode::UserDoesNotExistException, "the user was deleted meanwhile")
            }
            error => Failure::internal(error),
        })
    }
}

impl From<Unchanged> for Failure {
    fn from(unchanged: Unchanged) -> Self {
        unchanged.0
    }
}
