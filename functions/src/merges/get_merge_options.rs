//! `GetMergeOptions`: tells in which ways two commits can be merged.

use super::merging::is_fast_forward;
use super::options::Options;
use super::resolving;
use super::view::{self, Request};
use api::{GetMergeOptionsInput, GetMergeOptionsOutput};
use service::{Authorized, Context, Result};
use store::Repository;

/// Lists the ways that need nobody to resolve conflicts.
pub(crate) async fn get_merge_options(
    _cx: Context,
    repository: Authorized<Repository>,
    input: GetMergeOptionsInput,
) -> Result<GetMergeOptionsOutput> {
    let options = Options::to_look(input.conflict_detail_level, input.conflict_resolution_strategy)?;
    let request = Request { source: input.source_commit_specifier, destination: input.destination_commit_specifier };
    let looked = view::look(&repository, request, move |merge, sides| {
        let mut found = Vec::new();
        if is_fast_forward(merge, sides) {
            found.push("FAST_FORWARD_MERGE".to_owned());
        }
        if resolving::left(merge, &options).next().is_none() {
            found.extend(["SQUASH_MERGE".to_owned(), "THREE_WAY_MERGE".to_owned()]);
        }
        Ok(found)
    });
    let (ids, found) = looked.await?;
    Ok(GetMergeOptionsOutput {
        merge_options: Some(found),
        source_commit_id: ids.source,
        destination_commit_id: ids.destination,
        base_commit_id: ids.base,
    })
}
