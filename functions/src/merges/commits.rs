//! The two commits of a merge, as requests name them.

use super::merging::Sides;
use crate::blocking::{blocking, unreadable};
use crate::inputs::required;
use crate::revision::{self, Named};
use api::ErrorCode;
use domain::RefName;
use git::{Kind, ObjectId, Odb};
use service::{Failure, Result};
use std::sync::Arc;
use store::Repository;

/// The commits, and the objects they are among.
pub(crate) struct Commits {
    pub(crate) sides: Sides,
    /// The ref that the request named as the destination, if it did not name an id.
    pub(crate) destination_name: Option<RefName>,
    pub(crate) odb: Arc<Odb>,
}

/// Finds the source and the destination. All refs are read before the objects.
pub(crate) async fn find(
    repository: &Repository,
    source: Option<String>,
    destination: Option<String>,
) -> Result<Commits> {
    let (source_text, destination_text) = (specifier(source)?, specifier(destination)?);
    let source = named(repository, &source_text).await?;
    let destination = named(repository, &destination_text).await?;
    let odb = repository.odb().await?;
    let objects = odb.clone();
    let sides = blocking(move || {
        Ok(Sides {
            source: commit(&objects, source.id, &source_text)?,
            destination: commit(&objects, destination.id, &destination_text)?,
        })
    })
    .await?;
    Ok(Commits { sides, destination_name: destination.name, odb })
}

fn specifier(given: Option<String>) -> Result<String> {
    required(given, ErrorCode::CommitRequiredException, "a commit specifier")
}

async fn named(repository: &Repository, specifier: &str) -> Result<Named> {
    revision::find(repository, specifier).await?.ok_or_else(|| missing(specifier))
}

fn commit(odb: &Odb, id: ObjectId, specifier: &str) -> Result<ObjectId> {
    match git::commit::peel(odb, &id).map_err(unreadable)? {
        Some((id, Kind::Commit)) => Ok(id),
        _ => Err(missing(specifier)),
    }
}

fn missing(specifier: &str) -> Failure {
    Failure::new(ErrorCode::CommitDoesNotExistException, format!("there is no commit '{}'", specifier.escape_debug()))
}
