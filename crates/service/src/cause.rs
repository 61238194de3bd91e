//! What a fault beneath the service means to a caller: whether another try may help, and whether it is the repository's key.

use crate::failure::Code;
use crate::vault::VaultError;
use api::ErrorCode;
use ports::{BlobError, KeyError, TableError};
use std::error::Error;
use std::io;
use store::Error as StoreError;

/// The code for a fault, by what is known of it or of its causes.
pub(crate) fn code_of(fault: &(dyn Error + 'static)) -> Code {
    let mut next = Some(fault);
    while let Some(error) = next {
        if let Some(code) = known(error) {
            return code;
        }
        // An I/O error hides the error it was made of behind that error's own cause.
        let inside = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = inside.map(|inside| inside as &(dyn Error + 'static)).or_else(|| error.source());
    }
    Code::Internal
}

fn known(error: &(dyn Error + 'static)) -> Option<Code> {
    if let Some(error) = error.downcast_ref::<StoreError>() {
        return match error {
            StoreError::Table(error) => known(error),
            StoreError::Blob(error) => known(error),
            _ => None,
        };
    }
    if let Some(TableError::Unavailable(_)) = error.downcast_ref() {
        return Some(Code::Unavailable);
    }
    if let Some(error) = error.downcast_ref::<BlobError>() {
        return match error {
            BlobError::Unavailable(_) => Some(Code::Unavailable),
            BlobError::Key(error) => Some(Code::Api(of_key(error))),
            _ => None,
        };
    }
    match error.downcast_ref::<VaultError>() {
        Some(VaultError::Store(error)) => known(error),
        // Credentials are sealed under the service's own key, which is nothing to a caller.
        Some(VaultError::Key(KeyError::Unavailable(_))) => Some(Code::Unavailable),
        _ => None,
    }
}

/// The API's error for a key that cannot be used.
pub(crate) fn of_key(error: &KeyError) -> ErrorCode {
    match error {
        KeyError::NotFound(_) => ErrorCode::EncryptionKeyNotFoundException,
        KeyError::Disabled(_) => ErrorCode::EncryptionKeyDisabledException,
        KeyError::AccessDenied(_) => ErrorCode::EncryptionKeyAccessDeniedException,
        KeyError::Unavailable(_) => ErrorCode::EncryptionKeyUnavailableException,
        KeyError::InvalidCiphertext | KeyError::Invalid(_) => ErrorCode::EncryptionIntegrityChecksFailedException,
    }
}

/// The code for operations that declare no errors of keys.
pub(crate) fn without_key(code: ErrorCode) -> Option<Code> {
    match code {
        ErrorCode::EncryptionKeyUnavailableException => Some(Code::Unavailable),
        ErrorCode::EncryptionKeyNotFoundException
        | ErrorCode::EncryptionKeyDisabledException
        | ErrorCode::EncryptionKeyAccessDeniedException
        | ErrorCode::EncryptionIntegrityChecksFailedException => Some(Code::Internal),
        _ => None,
    }
}

/// What the caller is told of a fault.
pub(crate) fn words(code: Code) -> &'static str {
    match code {
        Code::Unavailable => "the service is not available for the moment; try again",
        Code::Api(ErrorCode::EncryptionKeyNotFoundException) => {
            "the key that the repository is encrypted under does not exist"
        }
        Code::Api(ErrorCode::EncryptionKeyDisabledException) => {
            "the key that the repository is encrypted under is disabled"
        }
        Code::Api(ErrorCode::EncryptionKeyAccessDeniedException) => {
            "the key that the repository is encrypted under may not be used by this service"
        }
        Code::Api(ErrorCode::EncryptionKeyUnavailableException) => {
            "the key that the repository is encrypted under cannot be reached at the moment; try again"
        }
        Code::Api(ErrorCode::EncryptionIntegrityChecksFailedException) => {
            "what is stored of the repository does not fit to its encryption key"
        }
        _ => "the service failed; the request id finds the reason in its log",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ports::BlobName;

    fn slow_down() -> Box<dyn Error + Send + Sync> {
        "SlowDown".into()
    }

    #[test]
    fn what_may_be_better_soon_is_told_apart_from_what_is_broken() {
        let table = StoreError::Table(TableError::Unavailable(slow_down()));
        assert_eq!(code_of(&table), Code::Unavailable);
        let blob = io::Error::other(BlobError::Unavailable(slow_down()));
        assert_eq!(code_of(&blob), Code::Unavailable, "as the engine hands it on");
        assert_eq!(code_of(&VaultError::Key(KeyError::Unavailable(slow_down()))), Code::Unavailable);
        assert_eq!(code_of(&VaultError::Key(KeyError::Disabled("k".into()))), Code::Internal);
        assert_eq!(code_of(&StoreError::Table(TableError::Damaged("a row".into()))), Code::Internal);
        assert_eq!(code_of(&io::Error::other("disk full")), Code::Internal);
    }

    #[test]
    fn faults_of_a_repositorys_key_have_the_apis_names() {
        let name = || "a".to_owned();
        for (error, code) in [
            (KeyError::NotFound(name()), ErrorCode::EncryptionKeyNotFoundException),
            (KeyError::Disabled(name()), ErrorCode::EncryptionKeyDisabledException),
            (KeyError::AccessDenied(name()), ErrorCode::EncryptionKeyAccessDeniedException),
            (KeyError::Unavailable(slow_down()), ErrorCode::EncryptionKeyUnavailableException),
            (KeyError::InvalidCiphertext, ErrorCode::EncryptionIntegrityChecksFailedException),
        ] {
            assert_eq!(code_of(&StoreError::Blob(BlobError::Key(error))), Code::Api(code));
            assert!(without_key(code).is_some());
            assert_ne!(words(Code::Api(code)), words(Code::Internal));
        }
        let missing = BlobName::parse("a").map(BlobError::NotFound);
        assert!(missing.is_ok_and(|missing| code_of(&missing) == Code::Internal));
    }
}
