//! `MergeBranchesBySquash`: merges a commit into a branch with one commit that has all its changes and the branch as its only parent.

use super::options::Options;
use super::{commits, merging, target};
use crate::commits::new_commit;
use api::{MergeBranchesBySquashInput, MergeBranchesBySquashOutput};
use domain::MergeOption;
use service::{Authorized, Context, Result};
use store::Repository;

/// Merges the source into the target branch. When the branch contains the source already, nothing happens.
pub(crate) async fn merge_branches_by_squash(
    cx: Context,
    repository: Authorized<Repository>,
    input: MergeBranchesBySquashInput,
) -> Result<MergeBranchesBySquashOutput> {
    let options = Options::parse(
        input.conflict_detail_level,
        input.conflict_resolution_strategy,
        input.conflict_resolution,
        input.keep_empty_folders,
    )?;
    let message = merging::default_message(MergeOption::Squash, &input.source_commit_specifier);
    let words = new_commit::words(&cx, input.author_name, input.email, input.commit_message, message)?;
    let commits = commits::find(&repository, input.source_commit_specifier, input.destination_commit_specifier).await?;
    let branch = target::find(&repository, input.target_branch, &commits).await?;
    let merge = merging::merge(&cx, commits.odb.clone(), commits.sides, MergeOption::Squash, options, words);
    let mut merged = merge.await?;
    target::advance(&cx, &repository, &branch, &commits, &mut merged).await?;
    Ok(MergeBranchesBySquashOutput {
        commit_id: Some(merged.commit.to_string()),
        tree_id: Some(merged.tree.to_string()),
    })
}
