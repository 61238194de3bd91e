//! `BatchGetCommits`: tells what several commits say.

use super::wire;
use crate::blocking::{blocking, unreadable};
use crate::inputs::parse_object_id;
use api::{BatchGetCommitsError, BatchGetCommitsInput, BatchGetCommitsOutput, ErrorCode};
use service::{Authorized, Context, Failure, Result};
use store::Repository;

/// The most commits one request may name (AWS CodeCommit API reference, `BatchGetCommits`).
const MOST_IDS: usize = 100;

/// Tells what several commits say; those that cannot be told are listed apart, each with its error.
pub(crate) async fn batch_get_commits(
    _cx: Context,
    repository: Authorized<Repository>,
    input: BatchGetCommitsInput,
) -> Result<BatchGetCommitsOutput> {
    let ids = input.commit_ids.unwrap_or_default();
    if ids.len() > MOST_IDS {
        return Err(Failure::new(
            ErrorCode::CommitIdsLimitExceededException,
            format!("at most {MOST_IDS} commit ids can be given at once"),
        ));
    }
    let odb = repository.odb().await?;
    blocking(move || {
        let (mut commits, mut errors) = (Vec::new(), Vec::new());
        for given in ids {
            let Some(id) = parse_object_id(&given) else {
                errors.push(error(ErrorCode::InvalidCommitIdException, "it is not a full commit id", given));
                continue;
            };
            match git::commit::read(&odb, &id).map_err(unreadable)? {
                Some(commit) => commits.push(wire::commit(&commit)),
                None => errors.push(error(ErrorCode::CommitIdDoesNotExistException, "there is no such commit", given)),
            }
        }
        Ok(BatchGetCommitsOutput { commits: Some(commits), errors: Some(errors) })
    })
    .await
}

fn error(code: ErrorCode, message: &str, commit_id: String) -> BatchGetCommitsError {
    BatchGetCommitsError {
        commit_id: Some(commit_id),
        error_code: Some(code.as_str().to_owned()),
        error_message: Some(message.to_owned()),
    }
}
