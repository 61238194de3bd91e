//! Event rows: how they are written, and how the change feed is read as events.

use crate::error::Error;
use crate::rows::Millis;
use crate::stores::{Store, random};
use crate::{keys, rows};
use bytes::Bytes;
use domain::{Actor, Event, EventId, EventKind, EventRepository};
use ports::{Expect, Sequence, Write};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long an event row is kept. The consumers read the change feed; the row is there to be looked at meanwhile.
const KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// What is known of the events of one change before it is known what happened.
#[derive(Clone)]
pub(crate) struct EventsOfChange {
    time: SystemTime,
    random: [u8; 10],
    actor: Actor,
}

impl EventsOfChange {
    /// The actor of the change.
    pub(crate) fn actor(&self) -> &Actor {
        &self.actor
    }

    pub(crate) fn new(store: &Store, actor: &Actor) -> Result<Self, Error> {
        Ok(Self { time: store.parts.clock.now(), random: random()?, actor: actor.clone() })
    }

    /// Makes the events later than `earlier`, should they not be so already. The events of a pull request are told in the order
    /// of their times, so that each has to be later than the ones before, whatever the clock says.
    pub(crate) fn later_than(&mut self, earlier: Millis) {
        self.time = self.time.max(rows::time(earlier + 1));
    }

    /// When the events happen.
    pub(crate) fn time(&self) -> Millis {
        rows::millis(self.time)
    }

    /// The rows of the events, whose ids are in the order of `kinds`; at most 256 of them. Without a repository they are about
    /// the account. An event of a pull request's history has a second row there, which stays.
    pub(crate) fn rows(
        &self,
        repository: Option<&EventRepository>,
        kinds: Vec<EventKind>,
    ) -> Result<Vec<Write>, Error> {
        let mut random = self.random;
        let mut rows = Vec::with_capacity(kinds.len());
        for (number, kind) in (0..=u8::MAX).zip(kinds) {
            random[9] = number;
            let id = EventId::new(self.time, random);
            let key = keys::event(repository.map(|repository| &repository.id), &id);
            let history = kind.in_history_of().map(|(pull_request, _)| keys::pull_request_event(pull_request, &id));
            let event = Event::new(id, self.time, self.actor.clone(), repository.cloned(), kind);
            let body: Bytes = event.to_json()?.into();
            if let Some(key) = history {
                rows.push(Write::Put { key, body: body.clone(), expires_at: None, expect: Expect::Absent });
            }
            rows.push(Write::Put { key, body, expires_at: Some(self.end()), expect: Expect::Absent });
        }
        Ok(rows)
    }

    /// When the rows expire, in whole seconds as the table wants it.
    fn end(&self) -> SystemTime {
        let since = self.time.duration_since(UNIX_EPOCH).unwrap_or_default();
        UNIX_EPOCH + Duration::from_secs(since.as_secs()) + KEPT
    }
}

/// One event of the feed.
#[derive(Debug)]
pub struct FeedEntry {
    /// Where in the feed.
    pub sequence: Sequence,
    /// The event, or why its row cannot be read. A damaged row must not stop a consumer from reading on.
    pub event: Result<Event, Error>,
}

/// A stretch of the feed.
#[derive(Debug)]
pub struct FeedPage {
    /// The events, in the order in which they happened.
    pub entries: Vec<FeedEntry>,
    /// Where to read on. `None`: nothing is behind the place asked for. A page without events may have more behind it.
    pub resume: Option<Sequence>,
}

impl Store {
    /// The events among at most `limit` changes behind `after` (from the oldest kept when `None`). Does not wait. An event
    /// may be told more than once; its id stays the same.
    pub async fn event_feed(&self, after: Option<Sequence>, limit: usize) -> Result<FeedPage, Error> {
        let feed = self.parts.feed.as_ref().ok_or(Error::NoFeed)?;
        let changes = feed.changes(after, limit).await?;
        let resume = changes.last().map(|change| change.sequence);
        let entries = changes
            .into_iter()
            .filter(|change| keys::is_event(&change.key))
            .filter_map(|change| change.row.map(|row| (change.sequence, row)))
            .map(|(sequence, row)| FeedEntry {
                sequence,
                event: Event::from_json(&row.body).map_err(|error| rows::damaged(&row.key, error)),
            })
            .collect();
        Ok(FeedPage { entries, resume })
    }
}
