//! `BatchDescribeMergeConflicts`: shows what both sides of a merge changed in several files.

use super::options::{Options, merge_option};
use super::view::{self, Request};
use super::{resolving, wire};
use crate::page_token;
use crate::paths::file_path;
use api::{
    BatchDescribeMergeConflictsError, BatchDescribeMergeConflictsInput, BatchDescribeMergeConflictsOutput, Conflict,
    ErrorCode,
};
use git::merge::{Detail, Merge};
use service::{Authorized, Code, Context, Failure, Result};
use store::Repository;

/// Shows the named files, or all that are in conflict; of each at most `maxMergeHunks` hunks, the others of which
/// `DescribeMergeConflicts` has. A file that cannot be shown is among the errors.
pub(crate) async fn batch_describe_merge_conflicts(
    _cx: Context,
    repository: Authorized<Repository>,
    input: BatchDescribeMergeConflictsInput,
) -> Result<BatchDescribeMergeConflictsOutput> {
    view::without_fast_forward(merge_option(input.merge_option.as_deref())?)?;
    let options = Options::to_look(input.conflict_detail_level, input.conflict_resolution_strategy)?;
    let most_files = view::page_size(input.max_conflict_files, ErrorCode::InvalidMaxConflictFilesException)?;
    let most_hunks = view::page_size(input.max_merge_hunks, ErrorCode::InvalidMaxMergeHunksException)?;
    let named = input.file_paths.filter(|paths| !paths.is_empty());
    let request = Request { source: input.source_commit_specifier, destination: input.destination_commit_specifier };
    let token = input.next_token;

    let looked = view::look(&repository, request, move |merge, sides| {
        let listing = view::listing(&format!("files {named:?}"), sides, &options);
        let resume = page_token::decode(token, &listing)?;
        let paths: Vec<Vec<u8>> = match named {
            Some(paths) => paths.into_iter().map(String::into_bytes).collect(),
            None => resolving::left(merge, &options).map(|contested| contested.path.clone()).collect(),
        };
        let (page, next) = view::page(paths, resume, most_files)?;
        let (mut conflicts, mut errors) = (Vec::new(), Vec::new());
        for path in page {
            match describe(merge, &path, options.detail(), most_hunks) {
                Ok(conflict) => conflicts.push(conflict),
                Err(failure) => errors.push(error(&path, failure)?),
            }
        }
        Ok((conflicts, errors, next.map(|place| page_token::encode(&listing, &place))))
    });
    let (ids, (conflicts, errors, next_token)) = looked.await?;
    Ok(BatchDescribeMergeConflictsOutput {
        conflicts: Some(conflicts),
        next_token,
        errors: Some(errors),
        destination_commit_id: ids.destination,
        source_commit_id: ids.source,
        base_commit_id: ids.base,
    })
}

fn describe(merge: &mut Merge<'_>, path: &[u8], detail: Detail, most_hunks: usize) -> Result<Conflict> {
    let found = match merge.contested_at(path) {
        Some(contested) => Some(contested.clone()),
        None => {
            let path = file_path(Some(String::from_utf8_lossy(path).into_owned()))?;
            merge.look_at(path.as_bytes()).map_err(resolving::failure)?
        }
    };
    let contested = found.ok_or_else(|| {
        Failure::new(ErrorCode::FileDoesNotExistException, "neither side nor their merge base has it")
    })?;
    let mut hunks = wire::hunks(merge, &contested)?;
    hunks.truncate(most_hunks);
    Ok(Conflict { conflict_metadata: Some(wire::metadata(merge, &contested, detail)?), merge_hunks: Some(hunks) })
}

/// What is told of a file that cannot be shown. Faults of the service itself are no fault of the file.
fn error(path: &[u8], failure: Failure) -> Result<BatchDescribeMergeConflictsError> {
    let Code::Api(code) = failure.code() else { return Err(failure) };
    Ok(BatchDescribeMergeConflictsError {
        file_path: Some(String::from_utf8_lossy(path).into_owned()),
        exception_name: Some(code.as_str().to_owned()),
        message: Some(failure.message().to_owned()),
    })
}
