//! What a consumer of the change feed reads: events, and lanes that have become due; and how far it has read.

use crate::deliveries::lane_news;
use crate::error::Error;
use crate::keys;
use crate::rows::{self, put};
use crate::stores::Store;
use domain::{Event, EventId, Lane, RepositoryId};
use ports::{Change, Expect, Row, Sequence};
use serde::{Deserialize, Serialize};
use std::time::SystemTime;

/// What a change of the table means to those who announce what happened.
#[derive(Debug)]
pub enum News {
    /// Something happened.
    Event(Box<Event>),
    /// A lane has deliveries, the first of which is due at this time, and nobody is at work on it.
    Due(Lane, SystemTime),
}

/// `CONSUMER#<name>` / `META`
#[derive(Debug, Serialize, Deserialize)]
struct ConsumerRow {
    #[serde(rename = "s")]
    sequence: u64,
}

/// What a change tells a consumer; `None` when that is nothing. A row that cannot be read must not stop it from reading on.
pub fn read_change<P>(change: &Change<P>) -> Option<Result<News, Error>> {
    let row: &Row = change.row.as_ref()?;
    if keys::is_event(&change.key) {
        let event = Event::from_json(&row.body).map_err(|error| rows::damaged(&row.key, error));
        return Some(event.map(|event| News::Event(Box::new(event))));
    }
    if change.key.partition == keys::LANES {
        return lane_news(row).transpose();
    }
    None
}

impl Store {
    /// The changes behind `after` (from the oldest kept when `None`), at most `limit`. Does not wait.
    pub async fn changes(&self, after: Option<Sequence>, limit: usize) -> Result<Vec<Change>, Error> {
        let feed = self.parts.feed.as_ref().ok_or(Error::NoFeed)?;
        Ok(feed.changes(after, limit).await?)
    }

    /// How far the consumer of this name has read, if it ever said so (1 get).
    pub async fn consumer_position(&self, name: &str) -> Result<Option<Sequence>, Error> {
        let Some(row) = self.parts.table.get(&keys::consumer(name)).await? else { return Ok(None) };
        let ConsumerRow { sequence } = rows::decode(&row)?;
        Ok(Some(Sequence(sequence)))
    }

    /// Keeps how far the consumer of this name has read. That is a change, too, which its feed will tell it.
    pub async fn set_consumer_position(&self, name: &str, position: Sequence) -> Result<(), Error> {
        let write = put(keys::consumer(name), &ConsumerRow { sequence: position.0 }, Expect::Anything)?;
        self.parts.table.commit(vec![write]).await.map_err(Error::of_commit)?;
        Ok(())
    }

    /// An event, as long as it is kept (1 get).
    pub async fn find_event(&self, repository: Option<&RepositoryId>, id: &EventId) -> Result<Option<Event>, Error> {
        let Some(row) = self.parts.table.get(&keys::event(repository, id)).await? else { return Ok(None) };
        Event::from_json(&row.body).map(Some).map_err(|error| rows::damaged(&row.key, error))
    }
}
