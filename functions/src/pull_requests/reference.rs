//! The names of source and destination branches.

use api::ErrorCode;
use domain::RefName;
use service::{Failure, Result};
use store::Repository;

/// A required branch, named in full (`refs/heads/main`) or in short (`main`).
pub(crate) fn branch(given: Option<String>) -> Result<RefName> {
    let given = given.unwrap_or_default();
    let full = if given.starts_with("refs/") { given } else { format!("refs/heads/{given}") };
    let name = RefName::parse(full)
        .map_err(|error| Failure::new(ErrorCode::InvalidReferenceNameException, error.to_string()))?;
    if name.branch().is_none() {
        return Err(not_a_branch(&name));
    }
    Ok(name)
}

/// The failure for a branch that is not there. A short name may be that of a tag.
pub(crate) async fn missing(repository: &Repository, name: &RefName) -> Result<Failure> {
    if let Some(Ok(tag)) = name.branch().map(|short| RefName::parse(format!("refs/tags/{short}")))
        && repository.find_ref(&tag).await?.is_some()
    {
        return Ok(not_a_branch(&tag));
    }
    Ok(Failure::new(
        ErrorCode::ReferenceDoesNotExistException,
        format!("there is no {name} in repository '{}'", repository.name()),
    ))
}

fn not_a_branch(name: &RefName) -> Failure {
    Failure::new(
        ErrorCode::ReferenceTypeNotSupportedException,
        format!("{name} is no branch; pull requests are about branches"),
    )
}
