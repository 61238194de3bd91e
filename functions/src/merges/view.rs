//! Looking at a merge without making it.

use super::commits::{self, Commits};
use super::merging::Sides;
use super::options::Options;
use super::resolving::failure;
use crate::blocking::blocking;
use api::ErrorCode;
use git::ObjectId;
use git::merge::{Merge, MergeLimits};
use service::{Failure, Result};
use store::Repository;

/// How many files or hunks a page has when the client names no number, and at most.
const PAGE: usize = 100;
const MOST: usize = 1000;

/// What a request asks about.
pub(crate) struct Request {
    pub(crate) source: Option<String>,
    pub(crate) destination: Option<String>,
}

/// The ids that all answers begin with.
pub(crate) struct Ids {
    pub(crate) source: Option<String>,
    pub(crate) destination: Option<String>,
    pub(crate) base: Option<String>,
}

/// Works out the merge of the two commits that the request names, and looks at it.
pub(crate) async fn look<T: Send + 'static>(
    repository: &Repository,
    request: Request,
    look: impl FnOnce(&mut Merge<'_>, Sides) -> Result<T> + Send + 'static,
) -> Result<(Ids, T)> {
    let Commits { sides, odb, .. } = commits::find(repository, request.source, request.destination).await?;
    blocking(move || {
        let limits = MergeLimits::default();
        let mut merge = Merge::new(&odb, &sides.destination, &sides.source, limits).map_err(failure)?;
        let seen = look(&mut merge, sides)?;
        Ok((ids(sides, merge.bases().last()), seen))
    })
    .await
}

fn ids(sides: Sides, base: Option<&ObjectId>) -> Ids {
    Ids {
        source: Some(sides.source.to_string()),
        destination: Some(sides.destination.to_string()),
        base: base.map(ToString::to_string),
    }
}

/// What a page of this listing must have in common with the page before.
pub(crate) fn listing(what: &str, sides: Sides, options: &Options) -> String {
    format!("{what} {} {} {:?} {:?}", sides.source, sides.destination, options.level, options.strategy)
}

/// How many entries a page may have, with the code that the operation has for a bad number.
pub(crate) fn page_size(given: Option<i32>, invalid: ErrorCode) -> Result<usize> {
    match given {
        None => Ok(PAGE),
        Some(size) => usize::try_from(size)
            .ok()
            .filter(|size| (1..=MOST).contains(size))
            .ok_or_else(|| Failure::new(invalid, format!("the most to return is a number from 1 to {MOST}"))),
    }
}

/// The entries behind `resume`, at most `size`, and where the next page begins. Both places are numbers of entries.
pub(crate) fn page<T>(all: Vec<T>, resume: Option<String>, size: usize) -> Result<(Vec<T>, Option<String>)> {
    let malformed = |_| Failure::new(ErrorCode::InvalidContinuationTokenException, "the token is malformed");
    let begin: usize = resume.map_or(Ok(0), |place| place.parse()).map_err(malformed)?;
    let end = begin.saturating_add(size);
    let next = (end < all.len()).then(|| end.to_string());
    Ok((all.into_iter().skip(begin).take(size).collect(), next))
}

/// Refuses a fast-forward, which makes no commit and has no conflicts.
pub(crate) fn without_fast_forward(option: domain::MergeOption) -> Result<domain::MergeOption> {
    match option {
        domain::MergeOption::FastForward => Err(Failure::new(
            ErrorCode::InvalidMergeOptionException,
            "a fast-forward has no conflicts and makes no commit; name another merge option",
        )),
        other => Ok(other),
    }
}
