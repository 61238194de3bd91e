//! What the three merges of a pull request share: they look, merge, and commit what they found; or begin again.

use super::approval::require_approval;
use super::outcome::closed;
use crate::changes;
use crate::commits::new_commit::Words;
use crate::inputs::object_id;
use crate::merges::merging::{self, Merged, Sides};
use crate::merges::options::Options;
use api::ErrorCode;
use domain::MergeOption;
use git::Odb;
use service::{Authorized, Context, Failure, Result};
use std::sync::Arc;
use store::{ChangeError, PullRequest};

/// How often a merge begins again because a branch or the pull request was changed meanwhile.
const ATTEMPTS: usize = 16;

/// Merges an open pull request: `merge` says what becomes of its tips, and that is committed together with the end of the pull
/// request, on condition that both branches and everything that is known of the pull request are still as they were looked at.
pub(crate) async fn merge<F: Future<Output = Result<Merged>>>(
    cx: &Context,
    mut pull_request: Authorized<PullRequest>,
    source_commit_id: Option<String>,
    option: MergeOption,
    merge: impl Fn(Arc<Odb>, Sides) -> F,
) -> Result<Authorized<PullRequest>> {
    let malformed = ErrorCode::InvalidCommitIdException;
    let expected = source_commit_id.map(|id| object_id(Some(id), malformed, malformed)).transpose()?;
    for _ in 0..ATTEMPTS {
        if !pull_request.is_open() {
            return Err(closed(pull_request.id()));
        }
        let source = pull_request.source_commit();
        if expected.is_some_and(|expected| expected != source) {
            return Err(Failure::new(
                ErrorCode::TipOfSourceReferenceIsDifferentException,
                format!("the tip of {} is {source}", pull_request.source()),
            ));
        }
        require_approval(&pull_request).await?;
        let repository = pull_request.repository();
        if let Some(destination) = repository.find_ref(pull_request.destination()).await? {
            let destination = destination.target;
            let mut merged = merge(repository.odb().await?, Sides { source, destination }).await?;
            let mut change = repository.change(cx.actor());
            merged.record(repository, &mut change).await?;
            if merged.is_new() {
                change.update_ref(pull_request.destination().clone(), destination, merged.commit, None, false);
            }
            change.merge_pull_request(PullRequest::clone(&pull_request), option, merged.commit);
            match change.commit().await {
                Ok(()) => return pull_request.reload().await,
                Err(ChangeError::Refused(refusals)) => {
                    if let Some(failure) = changes::protected(&refusals) {
                        return Err(failure);
                    }
                }
                Err(ChangeError::PullRequestChanged(_) | ChangeError::Contended) => {}
                Err(error) => return Err(changes::failure(error)),
            }
        }
        pull_request = pull_request.reload().await?;
    }
    Err(Failure::new(
        ErrorCode::ConcurrentReferenceUpdateException,
        format!("{} is changed too often at the moment; try again", pull_request.destination()),
    ))
}

/// Merges an open pull request with a new commit, as the squash and the three-way merge do.
pub(crate) async fn merge_with_commit(
    cx: &Context,
    pull_request: Authorized<PullRequest>,
    source_commit_id: Option<String>,
    option: MergeOption,
    options: Options,
    words: Words,
) -> Result<Authorized<PullRequest>> {
    merge(cx, pull_request, source_commit_id, option, |odb, sides| {
        merging::merge(cx, odb, sides, option, options.clone(), words.clone())
    })
    .await
}
