//! Listing the pull requests of a repository, in the order in which they were made.

use super::OpenRow;
use super::row::ListedRow;
use crate::error::Error;
use crate::repository::Repository;
use crate::{keys, rows};
use domain::{PullRequestId, PullRequestStatus};
use ports::{Key, Scan, SortRange};
use std::collections::HashSet;

/// How many pages of rows one listing walks at most when few of them are wanted.
const MOST_SCANS: usize = 20;
/// How many rows to read at once.
const SCAN: usize = 500;

/// Which pull requests to list.
#[derive(Debug, Clone, Default)]
pub struct PullRequestFilter {
    /// The open or the closed ones only.
    pub status: Option<PullRequestStatus>,
    /// Only those whose author has this ARN.
    pub author: Option<String>,
}

/// Some of a repository's pull requests.
#[derive(Debug)]
pub struct PullRequestPage {
    /// Their ids.
    pub ids: Vec<PullRequestId>,
    /// The page went up to this one, and there may be more behind it; `None` when there are no more.
    pub next: Option<PullRequestId>,
}

impl Repository {
    /// At most `limit` pull requests behind `after`. A page may have fewer, or none, although more follow.
    ///
    /// The open ones have rows of their own, so that they are found without the others; the closed ones are all but the open
    /// ones, of which there are few.
    pub async fn list_pull_requests(
        &self,
        filter: &PullRequestFilter,
        after: Option<PullRequestId>,
        limit: usize,
    ) -> Result<PullRequestPage, Error> {
        let prefix = match filter.status {
            Some(PullRequestStatus::Open) => keys::OPEN_PULL_REQUEST,
            _ => keys::PULL_REQUEST,
        };
        let mut ids = Vec::new();
        let mut seen = after;
        for _ in 0..MOST_SCANS {
            let page = self
                .store()
                .parts
                .table
                .scan(&Scan {
                    partition: keys::repository(self.id()),
                    range: SortRange::Prefix(prefix.to_owned()),
                    after: seen.map(|id| format!("{prefix}{}", id.sortable())),
                    limit: SCAN,
                    reverse: false,
                })
                .await?;
            // Read behind the page: what is closed in between counts as closed.
            let open = match filter.status {
                Some(PullRequestStatus::Closed) => {
                    self.open_pull_requests().await?.into_iter().map(|it| it.0).collect()
                }
                _ => HashSet::new(),
            };
            for row in &page.rows {
                let id = id_of(prefix, &row.key)?;
                let by_author = match &filter.author {
                    // Rows of both kinds name the author alike.
                    Some(author) => rows::decode::<ListedRow>(row)?.author == *author,
                    None => true,
                };
                if by_author && !open.contains(&id) {
                    if ids.len() == limit {
                        return Ok(PullRequestPage { ids, next: seen });
                    }
                    ids.push(id);
                }
                seen = Some(id);
            }
            if page.next.is_none() {
                return Ok(PullRequestPage { ids, next: None });
            }
        }
        Ok(PullRequestPage { ids, next: seen })
    }

    /// How many pull requests are open (1 scan).
    pub async fn count_open_pull_requests(&self) -> Result<usize, Error> {
        Ok(self.open_pull_requests().await?.len())
    }

    /// All open pull requests (1 scan).
    pub(crate) async fn open_pull_requests(&self) -> Result<Vec<(PullRequestId, OpenRow)>, Error> {
        let range = SortRange::Prefix(keys::OPEN_PULL_REQUEST.to_owned());
        let rows = self.store().scan_all(keys::repository(self.id()), range, false).await?;
        rows.iter().map(|row| Ok((id_of(keys::OPEN_PULL_REQUEST, &row.key)?, rows::decode(row)?))).collect()
    }
}

/// The pull request that a row of an index is about.
pub(crate) fn id_of(prefix: &str, key: &Key) -> Result<PullRequestId, Error> {
    PullRequestId::from_sortable(rows::behind(prefix, key)?).map_err(|error| rows::damaged(key, error))
}
