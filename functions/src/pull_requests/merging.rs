//! What the three merges of a pull request share: they look, merge, and commit what they found; or begin again.

use super::approval::require_approval;
use super::outcome::closed;
use crate::changes;
use crate::inputs::object_id;
use api::ErrorCode;
use domain::MergeOption;
use git::ObjectId;
use service::{Authorized, Context, Failure, Result};
use store::{ChangeError, PullRequest, StoredPack};

/// How often a merge begins again because a branch or the pull request was changed meanwhile.
const ATTEMPTS: usize = 16;

/// The commits to merge.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tips {
    pub(crate) source: ObjectId,
    pub(crate) destination: ObjectId,
}

/// What a merge came to.
pub(crate) struct Merged {
    /// The commit that the destination moves to.
    pub(crate) commit: ObjectId,
    /// The objects that it needs and that are new.
    pub(crate) pack: Option<StoredPack>,
}

/// Merges an open pull request: `merge` is asked what becomes of its tips, and the answer is committed together with the end of
/// the pull request, on condition that both branches and everything that is known of the pull request are as they were looked at.
pub(crate) async fn merge<F: Future<Output = Result<Merged>>>(
    cx: &Context,
    mut pull_request: Authorized<PullRequest>,
    source_commit_id: Option<String>,
    option: MergeOption,
    merge: impl Fn(Tips) -> F,
) -> Result<Authorized<PullRequest>> {
    let expected = source_commit_id
        .map(|id| object_id(Some(id), ErrorCode::InvalidCommitIdException, ErrorCode::InvalidCommitIdException));
    let expected = expected.transpose()?;
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
            let Merged { commit, pack } = merge(Tips { source, destination: destination.target }).await?;
            let mut change = repository.change(cx.actor());
            if let Some(pack) = pack {
                change.register(pack);
            }
            if commit != destination.target {
                let name = pull_request.destination().clone();
                change.update_ref(name, destination.target, commit, None, false);
            }
            change.merge_pull_request(PullRequest::clone(&pull_request), option, commit);
            match change.commit().await {
                Ok(()) => return pull_request.reload().await,
                Err(ChangeError::Refused(_) | ChangeError::PullRequestChanged(_) | ChangeError::Contended) => {}
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
