//! `MergePullRequestByFastForward`: moves the destination branch of a pull request to its source's commit.

use super::{merging, wire};
use crate::merges::merging::fast_forward;
use api::{MergePullRequestByFastForwardInput, MergePullRequestByFastForwardOutput};
use domain::MergeOption;
use service::{Authorized, Context, Result};
use store::PullRequest;

/// Merges by moving the destination, which must not have commits of its own. One that has all of the source's commits already
/// stays where it is.
pub(crate) async fn merge_pull_request_by_fast_forward(
    cx: Context,
    pull_request: Authorized<PullRequest>,
    input: MergePullRequestByFastForwardInput,
) -> Result<MergePullRequestByFastForwardOutput> {
    let option = MergeOption::FastForward;
    let merged = merging::merge(&cx, pull_request, input.source_commit_id, option, fast_forward).await?;
    Ok(MergePullRequestByFastForwardOutput { pull_request: Some(wire::pull_request(&merged).await?) })
}
