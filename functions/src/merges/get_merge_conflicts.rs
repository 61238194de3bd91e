//! `GetMergeConflicts`: tells whether two commits can be merged, and lists the files in conflict.

use super::merging::is_fast_forward;
use super::options::{Options, merge_option};
use super::view::{self, Request};
use super::{resolving, wire};
use crate::{page_token, revision};
use api::{ErrorCode, GetMergeConflictsInput, GetMergeConflictsOutput};
use domain::MergeOption;
use git::merge::Contested;
use service::{Authorized, Context, Result};
use store::Repository;

/// Lists the conflicts that the strategy leaves, in the order of their paths. A fast-forward has none, but may be impossible.
pub(crate) async fn get_merge_conflicts(
    _cx: Context,
    repository: Authorized<Repository>,
    input: GetMergeConflictsInput,
) -> Result<GetMergeConflictsOutput> {
    let option = merge_option(input.merge_option.as_deref())?;
    let options = Options::to_look(input.conflict_detail_level, input.conflict_resolution_strategy)?;
    let size = view::page_size(input.max_conflict_files, ErrorCode::InvalidMaxConflictFilesException)?;
    let request = Request { source: input.source_commit_specifier, destination: input.destination_commit_specifier };
    for (specifier, malformed) in [
        (&request.destination, ErrorCode::InvalidDestinationCommitSpecifierException),
        (&request.source, ErrorCode::InvalidSourceCommitSpecifierException),
    ] {
        revision::check(specifier.as_deref().unwrap_or_default(), malformed)?;
    }
    let token = input.next_token;

    let looked = view::look(&repository, request, move |merge, sides| {
        let listing = view::listing(&format!("conflicts {option:?}"), sides, &options);
        let resume = page_token::decode(token, &listing)?;
        if option == MergeOption::FastForward {
            return Ok((is_fast_forward(merge, sides), Vec::new(), None));
        }
        let conflicts: Vec<Contested> = resolving::left(merge, &options).cloned().collect();
        let mergeable = conflicts.is_empty();
        let (page, next) = view::page(conflicts, resume, size)?;
        let metadata = page.iter().map(|conflict| wire::metadata(merge, conflict, options.detail()));
        let next = next.map(|place| page_token::encode(&listing, &place));
        Ok((mergeable, metadata.collect::<Result<Vec<_>>>()?, next))
    });
    let (ids, (mergeable, conflicts, next_token)) = looked.await?;
    Ok(GetMergeConflictsOutput {
        mergeable: Some(mergeable),
        destination_commit_id: ids.destination,
        source_commit_id: ids.source,
        base_commit_id: ids.base,
        conflict_metadata_list: Some(conflicts),
        next_token,
    })
}
