//! `MergePullRequestBySquash`: merges a pull request with one commit, whose only parent is the destination branch.

use super::{merging, wire};
use crate::commits::new_commit;
use crate::merges::options::Options;
use api::{MergePullRequestBySquashInput, MergePullRequestBySquashOutput};
use domain::MergeOption;
use service::{Authorized, Context, Result};
use store::PullRequest;

/// Puts all changes of the source into one commit. A destination that has all of the source's commits already stays where it is.
pub(crate) async fn merge_pull_request_by_squash(
    cx: Context,
    pull_request: Authorized<PullRequest>,
    input: MergePullRequestBySquashInput,
) -> Result<MergePullRequestBySquashOutput> {
    let options = Options::parse(
        input.conflict_detail_level,
        input.conflict_resolution_strategy,
        input.conflict_resolution,
        input.keep_empty_folders,
    )?;
    let message = format!("Squash pull request {}: {}", pull_request.id(), pull_request.title());
    let words = new_commit::words(&cx, input.author_name, input.email, input.commit_message, message)?;
    let option = MergeOption::Squash;
    let merged = merging::merge_with_commit(&cx, pull_request, input.source_commit_id, option, options, words).await?;
    Ok(MergePullRequestBySquashOutput { pull_request: Some(wire::pull_request(&merged).await?) })
}
