//! `CreateUnreferencedMergeCommit`: makes the commit that a merge would make, and moves no branch to it.

use super::options::{Options, merge_option};
use super::{commits, merging, view};
use crate::changes;
use crate::commits::new_commit;
use api::{CreateUnreferencedMergeCommitInput, CreateUnreferencedMergeCommitOutput};
use service::{Authorized, Context, Result};
use store::Repository;

/// Makes the commit, which can be read and fetched by its id only.
pub(crate) async fn create_unreferenced_merge_commit(
    cx: Context,
    repository: Authorized<Repository>,
    input: CreateUnreferencedMergeCommitInput,
) -> Result<CreateUnreferencedMergeCommitOutput> {
    let option = view::without_fast_forward(merge_option(input.merge_option.as_deref())?)?;
    let options = Options::parse(
        input.conflict_detail_level,
        input.conflict_resolution_strategy,
        input.conflict_resolution,
        input.keep_empty_folders,
    )?;
    let message = merging::default_message(option, &input.source_commit_specifier);
    let words = new_commit::words(&cx, input.author_name, input.email, input.commit_message, message)?;
    let commits = commits::find(&repository, input.source_commit_specifier, input.destination_commit_specifier).await?;
    let mut merged = merging::merge(&cx, commits.odb, commits.sides, option, options, words).await?;
    if merged.is_new() {
        let mut change = repository.change(cx.actor());
        merged.record(&repository, &mut change).await?;
        change.made_unreferenced_merge(merged.commit, merged.facts.clone());
        changes::commit_settings(&change).await?;
    }
    Ok(CreateUnreferencedMergeCommitOutput {
        commit_id: Some(merged.commit.to_string()),
        tree_id: Some(merged.tree.to_string()),
    })
}
