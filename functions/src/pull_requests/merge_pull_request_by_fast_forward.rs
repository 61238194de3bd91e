//! `MergePullRequestByFastForward`: moves the destination branch of a pull request to its source's commit.

use super::merging::{Merged, Tips, merge};
use super::wire;
use crate::blocking::{blocking, unreadable};
use api::{ErrorCode, MergePullRequestByFastForwardInput, MergePullRequestByFastForwardOutput};
use domain::MergeOption;
use git::walk::is_ancestor;
use service::{Authorized, Context, Failure, Result};
use store::{PullRequest, Repository};

/// Merges by moving the destination, which must not have commits of its own. One that has all of the source's commits already
/// stays where it is.
pub(crate) async fn merge_pull_request_by_fast_forward(
    cx: Context,
    pull_request: Authorized<PullRequest>,
    input: MergePullRequestByFastForwardInput,
) -> Result<MergePullRequestByFastForwardOutput> {
    let repository = pull_request.repository().clone();
    let option = MergeOption::FastForward;
    let merged =
        merge(&cx, pull_request, input.source_commit_id, option, |tips| fast_forward(&repository, tips)).await?;
    Ok(MergePullRequestByFastForwardOutput { pull_request: Some(wire::pull_request(&merged).await?) })
}

async fn fast_forward(repository: &Repository, Tips { source, destination }: Tips) -> Result<Merged> {
    let odb = repository.odb().await?;
    blocking(move || {
        let commit = if is_ancestor(&odb, &destination, &source).map_err(unreadable)? {
            source
        } else if is_ancestor(&odb, &source, &destination).map_err(unreadable)? {
            destination
        } else {
            return Err(Failure::new(
                ErrorCode::ManualMergeRequiredException,
                "the destination has commits that the source does not have, so it cannot be moved forward",
            ));
        };
        Ok(Merged { commit, pack: None })
    })
    .await
}
