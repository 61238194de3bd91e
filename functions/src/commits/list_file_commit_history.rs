//! `ListFileCommitHistory`: lists the commits that changed a file.

use super::wire;
use crate::blocking::{blocking, unreadable};
use crate::inputs::{page_size, parse_object_id};
use crate::paths::{decode_hex, encode_hex, file_path};
use crate::{page_token, revision};
use api::{ErrorCode, FileVersion, ListFileCommitHistoryRequest, ListFileCommitHistoryResponse};
use git::Odb;
use git::file_history::{FileHistory, Place, Step, Version};
use serde::{Deserialize, Serialize};
use service::{Authorized, Context, Failure, Result};
use store::Repository;

/// How many versions a page has when the client names no number, and at most.
const PAGE: usize = 100;
const MOST: usize = 1000;

/// How many commits are looked at for one page. A file that changed seldom may take pages with few versions or none at all, so
/// that no request takes as long as the history.
const MOST_COMMITS: usize = 10_000;

/// Lists the versions from the commit back to the file's beginning, also under the names it had before it was renamed. A
/// commit that removed it has no blob.
pub(crate) async fn list_file_commit_history(
    _cx: Context,
    repository: Authorized<Repository>,
    input: ListFileCommitHistoryRequest,
) -> Result<ListFileCommitHistoryResponse> {
    let page_size = page_size(input.max_results, PAGE, MOST)?;
    // The operation declares no error for paths.
    let path = file_path(input.file_path)
        .map_err(|failure| Failure::new(ErrorCode::ValidationException, failure.message().to_owned()))?;
    let listing = format!("file history {:?} {path}", input.commit_specifier);
    let (odb, places) = match page_token::decode(input.next_token, &listing)? {
        // A listing that was begun goes on from there, wherever the branch points by now.
        Some(places) => (repository.odb().await?, decode(&places).ok_or_else(foreign)?),
        None => {
            let (commit, odb) = revision::resolve(&repository, input.commit_specifier).await?;
            (odb, vec![Place { commit: commit.id, path: path.into_bytes(), children: Vec::new() }])
        }
    };
    blocking(move || {
        let mut history = FileHistory::new(&odb, places).map_err(|error| match error {
            git::Error::Missing(_) => foreign(),
            other => unreadable(other),
        })?;
        let versions = page(&mut history, page_size)?;
        let places = history.places();
        Ok(ListFileCommitHistoryResponse {
            revision_dag: Some(versions.into_iter().map(|version| told(&odb, version)).collect::<Result<_>>()?),
            next_token: (!places.is_empty()).then(|| page_token::encode(&listing, &encode(&places))),
        })
    })
    .await
}

fn page(history: &mut FileHistory<'_>, size: usize) -> Result<Vec<Version>> {
    let mut versions = Vec::new();
    for _ in 0..MOST_COMMITS {
        if versions.len() == size {
            break;
        }
        match history.step().map_err(unreadable)? {
            Step::Version(version) => versions.push(version),
            Step::Unchanged => {}
            Step::End => break,
        }
    }
    Ok(versions)
}

fn told(odb: &Odb, version: Version) -> Result<FileVersion> {
    let commit = git::commit::read(odb, &version.commit).map_err(unreadable)?;
    Ok(FileVersion {
        commit: commit.as_ref().map(wire::commit),
        blob_id: version.file.map(|file| file.id.to_string()),
        path: Some(String::from_utf8_lossy(&version.path).into_owned()),
        revision_children: Some(version.children.iter().map(ToString::to_string).collect()),
    })
}

fn foreign() -> Failure {
    Failure::new(ErrorCode::InvalidContinuationTokenException, "the token was not returned by this operation")
}

/// A [`Place`] in a token.
#[derive(Serialize, Deserialize)]
struct PlaceToken {
    commit: String,
    /// In hexadecimal, because paths are bytes.
    path: String,
    children: Vec<String>,
}

fn encode(places: &[Place]) -> String {
    let place = |place: &Place| PlaceToken {
        commit: place.commit.to_string(),
        path: encode_hex(&place.path),
        children: place.children.iter().map(ToString::to_string).collect(),
    };
    let places: Vec<PlaceToken> = places.iter().map(place).collect();
    serde_json::to_string(&places).unwrap_or_default()
}

fn decode(places: &str) -> Option<Vec<Place>> {
    let places: Vec<PlaceToken> = serde_json::from_str(places).ok()?;
    let place = |place: PlaceToken| {
        Some(Place {
            commit: parse_object_id(&place.commit)?,
            path: decode_hex(&place.path)?,
            children: place.children.iter().map(|child| parse_object_id(child)).collect::<Option<_>>()?,
        })
    };
    places.into_iter().map(place).collect()
}
