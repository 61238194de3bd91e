//! Commit specifiers: a branch, a tag, `HEAD`, a full ref name or a full commit id.

use crate::blocking::{blocking, unreadable};
use crate::inputs::parse_object_id;
use api::ErrorCode;
use domain::RefName;
use git::commit::Commit;
use git::{Kind, ObjectId, Odb};
use service::{Failure, Result};
use std::sync::Arc;
use store::Repository;

/// What a specifier stands for; whether it is a commit shows later.
pub(crate) struct Named {
    pub(crate) id: ObjectId,
    /// The ref that it names, if it is no id.
    pub(crate) name: Option<RefName>,
}

/// The commit that `specifier` names, and the objects it was found among. Without a specifier, the default branch's tip.
pub(crate) async fn resolve(repository: &Repository, specifier: Option<String>) -> Result<(Commit, Arc<Odb>)> {
    let specifier = specifier.filter(|text| !text.is_empty()).unwrap_or_else(|| "HEAD".to_owned());
    let missing = || {
        Failure::new(
            ErrorCode::CommitDoesNotExistException,
            format!("there is no commit '{}' in repository {}", specifier.escape_debug(), repository.name()),
        )
    };
    let id = find(repository, &specifier).await?.ok_or_else(missing)?.id;
    let odb = repository.odb().await?;
    let (commit, odb) = blocking(move || {
        let commit = match git::commit::peel(&odb, &id).map_err(unreadable)? {
            Some((id, Kind::Commit)) => git::commit::read(&odb, &id).map_err(unreadable)?,
            _ => None,
        };
        Ok((commit, odb))
    })
    .await?;
    Ok((commit.ok_or_else(missing)?, odb))
}

/// Finds what a specifier stands for.
pub(crate) async fn find(repository: &Repository, specifier: &str) -> Result<Option<Named>> {
    if let Some(id) = parse_object_id(specifier) {
        return Ok(Some(Named { id, name: None }));
    }
    let names = match (specifier, repository.default_branch()) {
        ("HEAD", None) => return Ok(None),
        ("HEAD", Some(branch)) => vec![branch.full_name()],
        (full, _) if full.starts_with("refs/") => vec![ref_name(full.to_owned())?],
        (short, _) => vec![ref_name(format!("refs/heads/{short}"))?, ref_name(format!("refs/tags/{short}"))?],
    };
    for name in names {
        if let Some(found) = repository.find_ref(&name).await? {
            return Ok(Some(Named { id: found.target, name: Some(name) }));
        }
    }
    Ok(None)
}

/// Refuses a specifier that can name nothing, with the code that an operation has for it.
pub(crate) fn check(specifier: &str, malformed: ErrorCode) -> Result<()> {
    let name = if specifier.starts_with("refs/") { specifier.to_owned() } else { format!("refs/heads/{specifier}") };
    RefName::parse(name).map(drop).map_err(|error| Failure::new(malformed, error.to_string()))
}

fn ref_name(name: String) -> Result<RefName> {
    RefName::parse(name).map_err(|error| Failure::new(ErrorCode::InvalidCommitException, error.to_string()))
}
