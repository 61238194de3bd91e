//! `GetBlobDifferences`: tells which lines differ between two blobs.

use super::wire;
use crate::blocking::blocking;
use crate::files::content;
use crate::inputs::{object_id, page_size};
use crate::page_token;
use api::{DiffHunk, ErrorCode, GetBlobDifferencesInput, GetBlobDifferencesOutput};
use git::blob_diff::{self, BlobDiff, Hunk};
use git::{ObjectId, Odb};
use service::{Authorized, Context, Failure, Result};
use store::Repository;

/// How many hunks a page has when the client names no number, and at most (the model: `DiffHunkList`).
const PAGE: usize = 100;
const MOST: usize = 1000;

/// The most lines in a hunk (the model: `DiffChangeList`), and in all hunks of a page: what goes beyond is told in the next
/// hunk, or on the next page.
const MOST_LINES: usize = 25_000;

/// How many unchanged lines go around each change when the client names no number, and at most (API reference).
const CONTEXT: i32 = 3;
const MOST_CONTEXT: i32 = 20;

/// Tells the hunks from top to bottom. Without a blob before, every line is new; binary blobs have no lines.
pub(crate) async fn get_blob_differences(
    _cx: Context,
    repository: Authorized<Repository>,
    input: GetBlobDifferencesInput,
) -> Result<GetBlobDifferencesOutput> {
    let id = |given| object_id(given, ErrorCode::BlobIdRequiredException, ErrorCode::InvalidBlobIdException);
    let after_id = id(input.after_blob_id)?;
    let before_id = input.before_blob_id.map(|given| id(Some(given))).transpose()?;
    let context = input.context_lines.unwrap_or(CONTEXT);
    if !(0..=MOST_CONTEXT).contains(&context) {
        return Err(Failure::new(
            ErrorCode::ValidationException,
            format!("contextLines is a number from 0 to {MOST_CONTEXT}"),
        ));
    }
    let ignore_whitespace = input.ignore_whitespace.unwrap_or_default();
    let page_size = page_size(input.max_results, PAGE, MOST)?;
    let listing = format!("blob differences {before_id:?} {after_id} {context} {ignore_whitespace}");
    let resume = page_token::decode(input.next_token, &listing)?;
    let resume = resume.map(|number| number.parse::<usize>()).transpose().map_err(|_| {
        Failure::new(ErrorCode::InvalidContinuationTokenException, "the token was not returned by this operation")
    })?;
    let odb = repository.odb().await?;

    blocking(move || {
        let before = before_id.map(|id| read(&odb, id)).transpose()?.unwrap_or_default();
        let after = read(&odb, after_id)?;
        let mut output = GetBlobDifferencesOutput {
            hunks: Some(Vec::new()),
            is_binary: Some(blob_diff::is_binary(&before) || blob_diff::is_binary(&after)),
            before_blob_size: Some(before.len() as i64),
            after_blob_size: Some(after.len() as i64),
            next_token: None,
        };
        if output.is_binary == Some(false) {
            let diff = BlobDiff::new(&before, &after, ignore_whitespace);
            let (hunks, next) = page(&diff, context as u32, resume.unwrap_or_default(), page_size);
            output.hunks = Some(hunks);
            output.next_token = next.map(|number| page_token::encode(&listing, &number.to_string()));
        }
        Ok(output)
    })
    .await
}

fn read(odb: &Odb, id: ObjectId) -> Result<Vec<u8>> {
    content::read(odb, &id)?
        .ok_or_else(|| Failure::new(ErrorCode::BlobIdDoesNotExistException, format!("there is no blob {id}")))
}

/// The hunks of a page, of which the first is the one with the number `first`; and the number that the next page begins with.
fn page(diff: &BlobDiff<'_>, context: u32, first: usize, size: usize) -> (Vec<DiffHunk>, Option<usize>) {
    let hunks = diff.hunks(context);
    let mut parts = hunks.iter().flat_map(|hunk| parts(diff, hunk)).enumerate().skip(first).peekable();
    let (mut page, mut lines) = (Vec::new(), 0);
    while let Some((_, part)) = parts.next_if(|(_, part)| page.len() < size && lines + part.lines <= MOST_LINES) {
        lines += part.lines;
        page.push(wire::hunk(diff.lines(part.hunk).skip(part.skip).take(part.lines)));
    }
    (page, parts.peek().map(|(number, _)| *number))
}

/// A hunk, or as much of it as one hunk of the API may hold.
struct HunkPart<'a> {
    hunk: &'a Hunk,
    skip: usize,
    lines: usize,
}

fn parts<'a>(diff: &BlobDiff<'_>, hunk: &'a Hunk) -> impl Iterator<Item = HunkPart<'a>> {
    let total = diff.line_count(hunk);
    (0..total).step_by(MOST_LINES).map(move |skip| HunkPart { hunk, skip, lines: MOST_LINES.min(total - skip) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of each hunk of each page.
    fn pages(before: &str, after: &str, context: u32, size: usize) -> Vec<Vec<usize>> {
        let diff = BlobDiff::new(before.as_bytes(), after.as_bytes(), false);
        let (mut pages, mut next) = (Vec::new(), Some(0));
        while let Some(first) = next {
            let (hunks, behind) = page(&diff, context, first, size);
            pages.push(hunks.iter().map(|hunk| hunk.changes.as_ref().map_or(0, Vec::len)).collect());
            next = behind;
        }
        pages
    }

    #[test]
    fn pages_hold_as_many_hunks_as_are_asked_for() {
        let before: String = (0..30).map(|number| format!("{number}\n")).collect();
        let after = before.replace("5\n", "five\n");
        assert_eq!(pages(&before, &after, 0, 2), [vec![2, 2], vec![2]]);
        assert_eq!(pages(&before, &after, 0, 3), [vec![2, 2, 2]]);
    }

    #[test]
    fn what_is_too_long_for_a_hunk_and_a_page_goes_on_in_the_next() {
        let long = "x\n".repeat(60_000);
        assert_eq!(pages("", &long, 3, 100), [vec![25_000], vec![25_000], vec![10_000]]);
        let diff = BlobDiff::new(b"", long.as_bytes(), false);
        let (second, _) = page(&diff, 3, 1, 1);
        let starts = (second[0].before_start_line, second[0].after_start_line, second[0].after_line_count);
        assert_eq!(starts, (Some(0), Some(25_001), Some(25_000)));
    }

    #[test]
    fn a_page_behind_the_last_hunk_is_empty() {
        assert_eq!(page(&BlobDiff::new(b"a", b"b", false), 3, 7, 10), (Vec::new(), None));
    }
}
