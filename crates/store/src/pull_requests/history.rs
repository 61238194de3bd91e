//! The history of a pull request.

use super::PullRequest;
use crate::error::Error;
use crate::keys;
use crate::rows::{behind, damaged};
use domain::Event;
use ports::{Key, Scan, SortRange};

/// Some events of a pull request's history, in the order in which they happened.
#[derive(Debug)]
pub struct HistoryPage {
    /// The events.
    pub events: Vec<Event>,
    /// Where the next page begins; `None` when there are no more.
    pub next: Option<String>,
}

impl PullRequest {
    /// At most `limit` events behind `after`, an event's id (1 scan).
    pub async fn history(&self, after: Option<&str>, limit: usize) -> Result<HistoryPage, Error> {
        let partition = keys::pull_request_partition(self.id);
        let scan = Scan {
            partition: partition.clone(),
            range: SortRange::Prefix(keys::EVENT.to_owned()),
            after: after.map(|id| format!("{}{id}", keys::EVENT)),
            limit,
            reverse: false,
        };
        let page = self.repository.store().parts.table.scan(&scan).await?;
        let event = |row: &ports::Row| Event::from_json(&row.body).map_err(|error| damaged(&row.key, error));
        let events = page.rows.iter().map(event).collect::<Result<_, _>>()?;
        let next =
            page.next.map(|sort| behind(keys::EVENT, &Key::new(partition, sort)).map(str::to_owned)).transpose()?;
        Ok(HistoryPage { events, next })
    }
}
