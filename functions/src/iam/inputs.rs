//! What several operations read from their parameters, and what they answer when it makes no sense.

use super::wire::GIT_SERVICE;
use domain::{IdentityPath, PolicyName};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use service::{Failure, QueryError, QueryInput, Result};

/// The most entries a page has, and how many it has when the client says nothing.
const MOST_ITEMS: usize = 1000;
const DEFAULT_ITEMS: usize = 100;

/// A failure with its words.
pub(crate) fn failure(error: QueryError, message: impl Into<String>) -> Failure {
    Failure::query(error, message)
}

/// The policy that `PolicyName` names.
pub(crate) fn policy_name(input: &QueryInput) -> Result<PolicyName> {
    PolicyName::parse(input.required("PolicyName")?).map_err(invalid)
}

/// The policy document that the request carries, which must be one.
pub(crate) fn policy_document(input: &QueryInput) -> Result<&str> {
    let document = input.required("PolicyDocument")?;
    service::check_policy(document)?;
    Ok(document)
}

/// Checks what a policy is said to be for (AWS IAM API reference, `CreatePolicy`).
pub(crate) fn check_description(description: Option<&str>) -> Result<()> {
    if description.is_none_or(|text| text.chars().count() <= 1000) {
        return Ok(());
    }
    Err(failure(QueryError::ValidationError, "Description has at most 1000 characters"))
}

/// A policy document as answers carry it: percent-encoded (RFC 3986).
pub(crate) fn encoded_document(document: &str) -> String {
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(document, KEPT).to_string()
}

/// Checks that credentials are asked for for the one service that there is.
pub(crate) fn git_service(name: &str) -> Result<()> {
    if name == GIT_SERVICE {
        return Ok(());
    }
    Err(failure(QueryError::NotSupportedService, format!("there are credentials for {GIT_SERVICE} alone")))
}

/// What a listing's paths must begin with.
pub(crate) fn path_prefix(input: &QueryInput) -> Result<&str> {
    let prefix = input.text("PathPrefix").unwrap_or("/");
    if prefix.starts_with('/') && IdentityPath::parse(format!("{}/", prefix.trim_end_matches('/'))).is_ok() {
        return Ok(prefix);
    }
    Err(failure(QueryError::ValidationError, "PathPrefix begins with '/' and has at most 512 printable characters"))
}

/// Whether `Status` says that a credential may be used.
pub(crate) fn active(input: &QueryInput) -> Result<bool> {
    match input.required("Status")? {
        "Active" => Ok(true),
        "Inactive" => Ok(false),
        _ => Err(failure(QueryError::ValidationError, "Status is Active or Inactive")),
    }
}

/// How many entries a page has.
pub(crate) fn max_items(input: &QueryInput) -> Result<usize> {
    let Some(given) = input.text("MaxItems") else { return Ok(DEFAULT_ITEMS) };
    let number = given.parse().ok().filter(|number| (1..=MOST_ITEMS).contains(number));
    number.ok_or_else(|| failure(QueryError::ValidationError, format!("MaxItems is a number from 1 to {MOST_ITEMS}")))
}

/// A value that breaks the rules for it.
pub(crate) fn invalid(error: impl ToString) -> Failure {
    failure(QueryError::ValidationError, error.to_string())
}

/// Nothing of that name.
pub(crate) fn missing(what: &str, name: impl std::fmt::Display) -> Failure {
    failure(QueryError::NoSuchEntity, format!("there is no {what} '{name}'"))
}
