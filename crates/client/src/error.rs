//! What can go wrong, each with what to do about it.

use auth::SignError;
use outbound::EndpointError;
use std::io;
use std::path::PathBuf;

/// Why it is not known where the service is, or with which keys.
#[derive(Debug, thiserror::Error)]
pub enum ConfigurationError {
    /// Nothing says where the service is.
    #[error(
        "it is not known where the service is: give --endpoint, set COLDFORGE_ENDPOINT or AWS_ENDPOINT_URL_CODECOMMIT, or \
         give the profile a 'services' section whose 'codecommit' has an 'endpoint_url'"
    )]
    NoEndpoint,
    /// Nothing says which region signatures are for.
    #[error("the service's region is not known: give --region, set AWS_REGION, or give the profile a 'region'")]
    NoRegion,
    /// There are no keys.
    #[error(
        "there are no keys: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile that has keys (--profile or \
         AWS_PROFILE), or give the --data-dir of a service on this machine"
    )]
    NoKeys,
    /// One half of a pair of keys.
    #[error("{place} has an access key id without a secret access key, or the other way round: give both")]
    HalfOfKeys {
        /// Where.
        place: String,
    },
    /// The profile is in no file.
    #[error("there is no profile '{}' in {files}", .profile.escape_debug())]
    NoProfile {
        /// The profile.
        profile: String,
        /// The files that were read.
        files: String,
    },
    /// The profile gets keys in a way that only AWS's own clients know.
    #[error(
        "the profile '{profile}' gets its keys by '{by}', which is not supported here; let the AWS CLI resolve them: \
         eval \"$(aws configure export-credentials --profile {profile} --format env)\""
    )]
    ForeignKeys {
        /// The profile.
        profile: String,
        /// Its setting.
        by: &'static str,
    },
    /// The program that the profile names gives no keys.
    #[error("the credential_process of profile '{profile}' gave no keys: {reason}")]
    Process {
        /// The profile.
        profile: String,
        /// Why, as far as it is known.
        reason: String,
    },
    /// The URL is none that may be used.
    #[error("{place}: {source}")]
    Endpoint {
        /// What says so.
        place: String,
        /// What is wrong.
        source: EndpointError,
    },
    /// A file cannot be read.
    #[error("the file '{}' cannot be read: {source}", .file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file is not what it should be.
    #[error("the file '{}' is not understood: {reason}", .file.display())]
    Malformed {
        /// The file.
        file: PathBuf,
        /// Where and why.
        reason: String,
    },
}

/// The service's refusal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {message}")]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The error's name, such as `AccessDeniedException`.
    pub name: String,
    /// The service's words.
    pub message: String,
    /// After how many seconds another try makes sense, if the service said so.
    pub retry_after: Option<u64>,
}

/// Why a call has no result.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The service refused it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The service was not reached, or did not answer to the end.
    #[error("{endpoint} cannot be reached: {reason}; is the service running, and is this its address?")]
    Unreachable {
        /// Where the service should be.
        endpoint: String,
        /// Why.
        reason: String,
    },
    /// What answered is not the service.
    #[error("{endpoint} answered {status} with something that is no answer of the service; is this its address?")]
    Foreign {
        /// Where the service should be.
        endpoint: String,
        /// The HTTP status.
        status: u16,
    },
    /// The request cannot be made.
    #[error("the request cannot be made: {0}")]
    Request(String),
    /// The trusted certificates cannot be used.
    #[error("the trusted certificates cannot be used: {0}")]
    Trust(String),
}

impl From<SignError> for CallError {
    fn from(error: SignError) -> Self {
        Self::Request(error.to_string())
    }
}
