//! `MergePullRequestByThreeWay`: merges a pull request with a commit that has both branches as parents.

use super::{merging, wire};
use crate::commits::new_commit;
use crate::merges::options::Options;
use api::{MergePullRequestByThreeWayInput, MergePullRequestByThreeWayOutput};
use domain::MergeOption;
use service::{Authorized, Context, Result};
use store::PullRequest;

/// Joins both branches. A destination that has all of the source's commits already stays where it is.
pub(crate) async fn merge_pull_request_by_three_way(
    cx: Context,
    pull_request: Authorized<PullRequest>,
    input: MergePullRequestByThreeWayInput,
) -> Result<MergePullRequestByThreeWayOutput> {
    let options = Options::parse(
        input.conflict_detail_level,
        input.conflict_resolution_strategy,
        input.conflict_resolution,
        input.keep_empty_folders,
    )?;
    let message = format!("Merge pull request {}: {}", pull_request.id(), pull_request.title());
    let words = new_commit::words(&cx, input.author_name, input.email, input.commit_message, message)?;
    let option = MergeOption::ThreeWay;
    let merged = merging::merge_with_commit(&cx, pull_request, input.source_commit_id, option, options, words).await?;
    Ok(MergePullRequestByThreeWayOutput { pull_request: Some(wire::pull_request(&merged).await?) })
}
