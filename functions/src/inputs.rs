//! From what a client sent to typed values, each with the error codes the API has for it: missing, and malformed.
//!
//! What the model itself demands was checked before an operation runs (see `api::Check`): its required members are there, and
//! lengths and enumerations are kept. What is left to find here are rules that the model does not know.

use api::ErrorCode;
use domain::{BranchName, RepositoryName};
use git::ObjectId;
use service::{Failure, Result};

/// A required branch name.
pub(crate) fn branch_name(given: Option<String>) -> Result<BranchName> {
    let name = required(given, ErrorCode::BranchNameRequiredException, "a branch name")?;
    BranchName::parse(name).map_err(|error| Failure::new(ErrorCode::InvalidBranchNameException, error.to_string()))
}

/// A required repository name, where it is not the resource of the request.
pub(crate) fn repository_name(given: Option<String>) -> Result<RepositoryName> {
    let name = required(given, ErrorCode::RepositoryNameRequiredException, "a repository name")?;
    RepositoryName::parse(name)
        .map_err(|error| Failure::new(ErrorCode::InvalidRepositoryNameException, error.to_string()))
}

/// An optional repository description; an empty one is none.
pub(crate) fn repository_description(given: Option<String>) -> Option<String> {
    given.filter(|text| !text.is_empty())
}

/// A required full object id, with the codes for its absence and for a malformed one.
pub(crate) fn object_id(given: Option<String>, missing: ErrorCode, malformed: ErrorCode) -> Result<ObjectId> {
    let text = required(given, missing, "an object id")?;
    parse_object_id(&text).ok_or_else(|| {
        Failure::new(malformed, format!("'{}' is not a full object id of 40 hexadecimal digits", text.escape_debug()))
    })
}

/// A full object id in hexadecimal; upper-case digits are accepted.
pub(crate) fn parse_object_id(text: &str) -> Option<ObjectId> {
    ObjectId::from_hex(text.to_ascii_lowercase().as_bytes()).ok()
}

/// A required text, which is not empty.
pub(crate) fn required(given: Option<String>, missing: ErrorCode, what: &str) -> Result<String> {
    given.filter(|text| !text.is_empty()).ok_or_else(|| Failure::new(missing, format!("{what} is required")))
}

/// What answers a value of one of our own operations that breaks a rule which the model does not know.
pub(crate) fn invalid(member: &str, rule: impl std::fmt::Display) -> Failure {
    Failure::new(ErrorCode::ValidationException, format!("'{member}' is not valid: {rule}"))
}

/// How many rows a page may have: `default` when the client names no number, else 1 to `most`.
pub(crate) fn page_size(given: Option<i32>, default: usize, most: usize) -> Result<usize> {
    match given {
        None => Ok(default),
        Some(size) => usize::try_from(size).ok().filter(|size| (1..=most).contains(size)).ok_or_else(|| {
            Failure::new(ErrorCode::InvalidMaxResultsException, format!("maxResults is a number from 1 to {most}"))
        }),
    }
}
