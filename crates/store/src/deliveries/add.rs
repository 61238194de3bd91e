//! How deliveries get into a lane.

use super::LaneRow;
use crate::change::{ATTEMPTS, pause};
use crate::error::Error;
use crate::keys;
use crate::rows::{self, Millis, put};
use crate::stores::Store;
use crate::webhooks::WebhookDelivery;
use domain::{Delivery, DeliveryContent, Lane, PushPart};
use ports::{CommitError, Expect, Row, Write};
use std::collections::BTreeSet;
use std::time::Duration;

/// How long the parts of a push wait for the next one, before what came of it is told without the rest.
const PATIENCE: Duration = Duration::from_secs(30);

/// How many deliveries go into one commit, each with a row of a log beside it.
const MOST_AT_ONCE: usize = 40;

/// A delivery that is to be added to a lane.
#[derive(Debug, Clone)]
pub struct NewDelivery {
    /// Its place in line; the same one each time that the same delivery is added. Places sort as texts.
    pub place: String,
    /// What is delivered.
    pub content: DeliveryContent,
    /// What it keeps its place about.
    pub order: BTreeSet<String>,
    /// The part of a push that it is about; it is joined with what waits of the parts before.
    pub part: Option<PushPart>,
    /// What is put into the log of the webhook that it is for. One that is in the log already is not delivered again.
    pub log: Option<WebhookDelivery>,
}

impl Store {
    /// Adds deliveries to a lane, which is due then. One that waits there already is not added twice.
    pub async fn add_deliveries(&self, lane: &Lane, new: &[NewDelivery]) -> Result<(), Error> {
        for some in new.chunks(MOST_AT_ONCE) {
            self.add_some(lane, some).await?;
        }
        Ok(())
    }

    async fn add_some(&self, lane: &Lane, new: &[NewDelivery]) -> Result<(), Error> {
        let table = &self.parts.table;
        for attempt in 0..ATTEMPTS {
            let key = keys::lane(lane);
            let row = table.get(&key).await?;
            let before: Option<LaneRow> = row.as_ref().map(rows::decode).transpose()?;
            let mut addition = Addition { lane, now: self.now(), row: before, writes: Vec::new() };
            for delivery in new {
                addition.add(self, delivery).await?;
            }
            let Addition { row: Some(after), mut writes, .. } = addition else { return Ok(()) };
            if writes.is_empty() {
                return Ok(());
            }
            writes.push(put(key, &after, row.map_or(Expect::Absent, |row| Expect::Version(row.version)))?);
            match table.commit(writes).await {
                Ok(_) => return Ok(()),
                Err(CommitError::Conflict(_)) => pause(attempt).await?,
                Err(error) => return Err(Error::of_commit(error)),
            }
        }
        Err(Error::Contended)
    }
}

/// What one commit adds to a lane.
struct Addition<'a> {
    lane: &'a Lane,
    now: Millis,
    row: Option<LaneRow>,
    writes: Vec<Write>,
}

impl Addition<'_> {
    async fn add(&mut self, store: &Store, new: &NewDelivery) -> Result<(), Error> {
        let joined = self.row.as_ref().zip(new.part.as_ref()).and_then(|(row, part)| row.pushes.get(&part.push));
        if let Some(place) = joined.cloned()
            && let Some(found) = store.parts.table.get(&keys::delivery(self.lane, &place)).await?
        {
            return self.join(&found, place, new);
        }
        if store.parts.table.get(&keys::delivery(self.lane, &new.place)).await?.is_some() {
            return Ok(());
        }
        if let Some(part) = &new.part
            && let told = store.told_of_push(&part.push, self.lane).await?
            && new.content.events().iter().all(|event| told.contains(event))
        {
            return Ok(());
        }
        if let (Some(log), DeliveryContent::Webhook { webhook, .. }) = (&new.log, &new.content) {
            let write = log.begin(webhook, self.now)?;
            if store.parts.table.get(write.key()).await?.is_some() {
                return Ok(());
            }
            self.writes.push(write);
        }
        let due = self.due(new);
        let delivery = Delivery {
            content: new.content.clone(),
            order: new.order.clone(),
            created: self.now,
            due,
            attempts: 0,
            failure: None,
        };
        self.writes.push(put(keys::delivery(self.lane, &new.place), &delivery, Expect::Absent)?);
        self.note(new, due, new.place.clone());
        Ok(())
    }

    /// Adds the events of a part of a push to those of the parts before.
    fn join(&mut self, found: &Row, place: String, new: &NewDelivery) -> Result<(), Error> {
        let mut waiting: Delivery = rows::decode(found)?;
        waiting.content.join(new.content.events());
        waiting.order.extend(new.order.iter().cloned());
        if waiting.attempts == 0 {
            waiting.due = self.due(new);
        }
        let due = waiting.due;
        self.writes.push(put(found.key.clone(), &waiting, Expect::Version(found.version))?);
        self.note(new, due, place);
        Ok(())
    }

    fn due(&self, new: &NewDelivery) -> Millis {
        let more = new.part.as_ref().is_some_and(|part| !part.last);
        if more { self.now + PATIENCE.as_millis() as Millis } else { self.now }
    }

    /// Notes in the row of the lane that something in it is due, and where the parts of a push wait.
    fn note(&mut self, new: &NewDelivery, due: Millis, place: String) {
        let row = self.row.get_or_insert_with(|| LaneRow { due, lease: None, pushes: Default::default() });
        row.due = row.due.min(due);
        if let Some(part) = &new.part {
            row.pushes.insert(part.push.clone(), place);
        }
    }
}
