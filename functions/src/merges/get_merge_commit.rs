//! `GetMergeCommit`: finds the commit by which the source was merged into the destination.

use super::commits::{self, Commits};
use super::merging::Sides;
use super::options::Options;
use crate::blocking::{blocking, unreadable};
use api::{GetMergeCommitInput, GetMergeCommitOutput};
use git::walk::{Side, Walk, merge_bases};
use git::{ObjectId, Odb};
use service::{Authorized, Context, Result};
use std::collections::HashSet;
use store::Repository;

/// How far behind the destination the commit is looked for, in commits.
const MOST_COMMITS: usize = 10_000;

/// Finds the oldest commit of the destination that has the source as a parent besides its first. A squash or a fast-forward leaves no
/// such commit, and what is not merged has none.
pub(crate) async fn get_merge_commit(
    _cx: Context,
    repository: Authorized<Repository>,
    input: GetMergeCommitInput,
) -> Result<GetMergeCommitOutput> {
    Options::to_look(input.conflict_detail_level, input.conflict_resolution_strategy)?;
    let Commits { sides, odb, .. } =
        commits::find(&repository, input.source_commit_specifier, input.destination_commit_specifier).await?;
    blocking(move || {
        let bases = merge_bases(&odb, &sides.destination, &sides.source).map_err(unreadable)?;
        let merged = merge_commit(&odb, sides).map_err(unreadable)?;
        Ok(GetMergeCommitOutput {
            source_commit_id: Some(sides.source.to_string()),
            destination_commit_id: Some(sides.destination.to_string()),
            base_commit_id: bases.first().map(ToString::to_string),
            merged_commit_id: merged.map(|commit| commit.to_string()),
        })
    })
    .await
}

fn merge_commit(odb: &Odb, sides: Sides) -> git::error::Result<Option<ObjectId>> {
    let nowhere = HashSet::new();
    let (shown, hidden) = ([sides.destination], [sides.source]);
    let walk = Walk::new(odb, Side { tips: &shown, cut: &nowhere }, Side { tips: &hidden, cut: &nowhere })?;
    let mut found = None;
    for step in walk.take(MOST_COMMITS) {
        let commit = step?.node;
        if commit.parents.iter().skip(1).any(|parent| *parent == sides.source) {
            found = Some(commit.id);
        }
    }
    Ok(found)
}
