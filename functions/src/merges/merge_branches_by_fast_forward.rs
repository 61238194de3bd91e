//! `MergeBranchesByFastForward`: moves a branch forward to a commit that contains it.

use super::{commits, merging, target};
use api::{MergeBranchesByFastForwardInput, MergeBranchesByFastForwardOutput};
use service::{Authorized, Context, Result};
use store::Repository;

/// Moves the target branch to the source. When the destination contains the source already, nothing moves.
pub(crate) async fn merge_branches_by_fast_forward(
    cx: Context,
    repository: Authorized<Repository>,
    input: MergeBranchesByFastForwardInput,
) -> Result<MergeBranchesByFastForwardOutput> {
    let commits = commits::find(&repository, input.source_commit_specifier, input.destination_commit_specifier).await?;
    let branch = target::find(&repository, input.target_branch, &commits).await?;
    let mut merged = merging::fast_forward(commits.odb.clone(), commits.sides).await?;
    target::advance(&cx, &repository, &branch, &commits, &mut merged).await?;
    Ok(MergeBranchesByFastForwardOutput {
        commit_id: Some(merged.commit.to_string()),
        tree_id: Some(merged.tree.to_string()),
    })
}
