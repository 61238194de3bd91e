//! `GetDifferences`: lists the files that differ between two commits.

use crate::blocking::{blocking, unreadable};
use crate::inputs::{page_size, required};
use crate::paths::{decode_hex, encode_hex, folder_path};
use crate::{page_token, revision};
use api::{BlobMetadata, Difference, ErrorCode, GetDifferencesInput, GetDifferencesOutput};
use git::diff::{Differences, Side};
use git::tree::{EntryMode, TreeEntry};
use git::{ObjectId, Odb};
use service::{Authorized, Context, Failure, Result};
use store::Repository;

/// How many differences a page has when the client names no number, and at most.
const PAGE: usize = 100;
const MOST: usize = 1000;

/// Lists the differences in path order. Without a commit before, everything in the commit after is added.
pub(crate) async fn get_differences(
    _cx: Context,
    repository: Authorized<Repository>,
    input: GetDifferencesInput,
) -> Result<GetDifferencesOutput> {
    let page_size = page_size(input.max_results, PAGE, MOST)?;
    let after_specifier =
        required(input.after_commit_specifier, ErrorCode::CommitRequiredException, "the commit after")?;
    let before_path =
        input.before_path.map(|path| folder_path(Some(path))).transpose()?.filter(|path| !path.is_empty());
    let after_path = input.after_path.map(|path| folder_path(Some(path))).transpose()?.filter(|path| !path.is_empty());
    let (after, odb) = revision::resolve(&repository, Some(after_specifier)).await?;
    let before = match input.before_commit_specifier {
        Some(specifier) => Some(revision::resolve(&repository, Some(specifier)).await?.0),
        None => None,
    };
    // A page belongs to the two commits it was begun with, even when a branch named by a specifier has moved since.
    let listing = format!(
        "differences {} {} {before_path:?} {after_path:?}",
        before.as_ref().map(|commit| commit.id.to_string()).unwrap_or_default(),
        after.id,
    );
    let resume = page_token::decode(input.next_token, &listing)?;

    blocking(move || {
        let before_path = before_path.or_else(|| after_path.clone());
        let after_path = after_path.or_else(|| before_path.clone());
        let old = match &before {
            Some(commit) => start(&odb, &commit.tree, before_path.as_deref())?,
            None => None,
        };
        let new = start(&odb, &after.tree, after_path.as_deref())?;
        if old.is_none() && new.is_none() && after_path.is_some() {
            return Err(Failure::new(ErrorCode::PathDoesNotExistException, "neither commit has the path"));
        }
        let paths = Paths { before: before_path.unwrap_or_default(), after: after_path.unwrap_or_default() };
        let (mut found, more) = page(&odb, old, new, resume, page_size, &paths)?;
        let last = found.last().map(|(path, _)| path.clone()).filter(|_| more);
        Ok(GetDifferencesOutput {
            differences: Some(found.drain(..).map(|(_, difference)| difference).collect()),
            next_token: last.map(|path| page_token::encode(&listing, &path)),
        })
    })
    .await
}

/// The folders or files that are compared.
struct Paths {
    before: String,
    after: String,
}

/// What is compared on one side: the root, or what is at the path.
fn start(odb: &Odb, root: &ObjectId, path: Option<&str>) -> Result<Option<Side>> {
    let Some(path) = path else {
        return Ok(Some(Side { mode: EntryMode::from(git::tree::EntryKind::Tree), id: *root }));
    };
    let entry = git::tree::entry_at(odb, root, path.as_bytes()).map_err(unreadable)?;
    Ok(entry.map(|TreeEntry { mode, id, .. }| Side { mode, id }))
}

/// One page, each difference with the place to resume behind it, in hexadecimal because paths are bytes; and whether more
/// follow.
fn page(
    odb: &Odb,
    old: Option<Side>,
    new: Option<Side>,
    resume: Option<String>,
    size: usize,
    paths: &Paths,
) -> Result<(Vec<(String, Difference)>, bool)> {
    let is_tree = |side: &Option<Side>| side.as_ref().is_some_and(|side| side.mode.is_tree());
    if !is_tree(&old) && !is_tree(&new) {
        let single = difference(&[], old, new, paths).filter(|_| old != new && resume.is_none());
        return Ok((single.map(|difference| (String::new(), difference)).into_iter().collect(), false));
    }
    let invalid = || Failure::new(ErrorCode::InvalidContinuationTokenException, "the token is malformed");
    let resume = resume.map(|hex| decode_hex(&hex).ok_or_else(invalid)).transpose()?;
    let tree = |side: Option<Side>| side.filter(|side| side.mode.is_tree()).map(|side| side.id);
    let (old, new) = (tree(old), tree(new));
    let mut differences = Differences::new(odb, old.as_ref(), new.as_ref(), resume).map_err(unreadable)?;
    let mut page = Vec::new();
    for found in differences.by_ref().take(size) {
        let found = found.map_err(unreadable)?;
        let place = encode_hex(&found.path);
        page.extend(difference(&found.path, found.before, found.after, paths).map(|difference| (place, difference)));
    }
    let more = differences.next().transpose().map_err(unreadable)?.is_some();
    Ok((page, more))
}

fn difference(path: &[u8], before: Option<Side>, after: Option<Side>, paths: &Paths) -> Option<Difference> {
    let change_type = match (&before, &after) {
        (None, None) => return None,
        (None, Some(_)) => "A",
        (Some(_), None) => "D",
        (Some(_), Some(_)) => "M",
    };
    let metadata = |side: Side, below: &str| BlobMetadata {
        blob_id: Some(side.id.to_string()),
        path: Some(joined(below, &String::from_utf8_lossy(path))),
        mode: Some(format!("{:06o}", side.mode.value())),
    };
    Some(Difference {
        before_blob: before.map(|side| metadata(side, &paths.before)),
        after_blob: after.map(|side| metadata(side, &paths.after)),
        change_type: Some(change_type.to_owned()),
    })
}

fn joined(below: &str, path: &str) -> String {
    match (below.is_empty(), path.is_empty()) {
        (true, _) => path.to_owned(),
        (_, true) => below.to_owned(),
        _ => format!("{below}/{path}"),
    }
}
