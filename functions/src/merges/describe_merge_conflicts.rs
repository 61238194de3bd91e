//! `DescribeMergeConflicts`: shows what both sides of a merge changed in one file.

use super::options::{Options, merge_option};
use super::view::{self, Request};
use super::{resolving, wire};
use crate::page_token;
use crate::paths::file_path;
use api::{DescribeMergeConflictsInput, DescribeMergeConflictsOutput, ErrorCode};
use service::{Authorized, Context, Failure, Result};
use store::Repository;

/// Shows the file's hunks from top to bottom. A file that is not in conflict is described too, with no conflicts.
pub(crate) async fn describe_merge_conflicts(
    _cx: Context,
    repository: Authorized<Repository>,
    input: DescribeMergeConflictsInput,
) -> Result<DescribeMergeConflictsOutput> {
    view::without_fast_forward(merge_option(input.merge_option.as_deref())?)?;
    let options = Options::to_look(input.conflict_detail_level, input.conflict_resolution_strategy)?;
    let size = view::page_size(input.max_merge_hunks, ErrorCode::InvalidMaxMergeHunksException)?;
    let path = file_path(input.file_path)?;
    let request = Request { source: input.source_commit_specifier, destination: input.destination_commit_specifier };
    let token = input.next_token;

    let looked = view::look(&repository, request, move |merge, sides| {
        let listing = view::listing(&format!("hunks {path:?}"), sides, &options);
        let resume = page_token::decode(token, &listing)?;
        let found = merge.look_at(path.as_bytes()).map_err(resolving::failure)?;
        let contested = found.ok_or_else(|| {
            let message = format!("neither side nor their merge base has a file '{}'", path.escape_debug());
            Failure::new(ErrorCode::FileDoesNotExistException, message)
        })?;
        let metadata = wire::metadata(merge, &contested, options.detail())?;
        let (hunks, next) = view::page(wire::hunks(merge, &contested)?, resume, size)?;
        Ok((metadata, hunks, next.map(|place| page_token::encode(&listing, &place))))
    });
    let (ids, (metadata, hunks, next_token)) = looked.await?;
    Ok(DescribeMergeConflictsOutput {
        conflict_metadata: Some(metadata),
        merge_hunks: Some(hunks),
        next_token,
        destination_commit_id: ids.destination,
        source_commit_id: ids.source,
        base_commit_id: ids.base,
    })
}
