//! How deliveries get out of a lane.

use super::{LaneRow, Lease, ToldRow};
use crate::change::{ATTEMPTS, pause};
use crate::error::Error;
use crate::keys;
use crate::rows::{self, Millis, put, put_until};
use crate::stores::Store;
use domain::delivery::Hindrances;
use domain::{Delivery, DeliveryContent, Lane};
use ports::{CommitError, Expect, Page, Row, Scan, SortRange, Version, Write};
use std::time::{Duration, SystemTime};

/// How many deliveries of a lane are looked at: those behind them wait.
const SIGHT: usize = 100;

/// For how long it is known what was delivered of a push: longer than the feed keeps its changes.
const TOLD_KEPT: Duration = Duration::from_secs(2 * 24 * 60 * 60);

/// A lane that one worker is at work on.
pub struct TakenLane {
    store: Store,
    lane: Lane,
    owner: String,
}

/// A delivery that waits in a lane.
#[derive(Debug, Clone)]
pub struct WaitingDelivery {
    /// Its place in line.
    pub place: String,
    /// The delivery.
    pub delivery: Delivery,
    version: Version,
}

impl WaitingDelivery {
    /// Whether it is to be tried at this time.
    pub fn is_due(&self, now: SystemTime) -> bool {
        self.delivery.due <= rows::millis(now)
    }

    /// When it was first to be made.
    pub fn created(&self) -> SystemTime {
        rows::time(self.delivery.created)
    }
}

impl Store {
    /// Takes a lane for a time in which nobody else gets it. `None`: there is nothing in it, or somebody else is at work on it.
    /// The same owner gets it again at any time, so that one who was interrupted need not wait for itself.
    pub async fn take_lane(&self, lane: &Lane, owner: &str, lease: Duration) -> Result<Option<TakenLane>, Error> {
        let key = keys::lane(lane);
        let Some(row) = self.parts.table.get(&key).await? else { return Ok(None) };
        let found: LaneRow = rows::decode(&row)?;
        let now = self.now();
        if found.lease.as_ref().is_some_and(|lease| lease.owner != owner && lease.until > now) {
            return Ok(None);
        }
        // Due again when the lease ends: should the worker never come back, the next scan finds the lane.
        let until = now + lease.as_millis() as Millis;
        let taken = LaneRow { due: until, lease: Some(Lease { owner: owner.to_owned(), until }), ..found };
        match self.parts.table.commit(vec![put(key, &taken, Expect::Version(row.version))?]).await {
            Ok(_) => Ok(Some(TakenLane { store: self.clone(), lane: lane.clone(), owner: owner.to_owned() })),
            // Somebody else took it, or added to it: the feed tells of either.
            Err(CommitError::Conflict(_)) => Ok(None),
            Err(error) => Err(Error::of_commit(error)),
        }
    }
}

impl TakenLane {
    /// Removes a delivery that was made or given up. What joined it meanwhile stays.
    pub async fn finish(&self, delivery: &WaitingDelivery) -> Result<(), Error> {
        let table = &self.store.parts.table;
        let content = &delivery.delivery.content;
        let key = keys::delivery(&self.lane, &delivery.place);
        let note = self.note_of_push(content).await?;
        let mut write = Write::Delete { key: key.clone(), expect: Expect::Version(delivery.version) };
        for attempt in 0..ATTEMPTS {
            match table.commit([write].into_iter().chain(note.clone()).collect()).await {
                Ok(_) => return Ok(()),
                Err(CommitError::Conflict(_)) => pause(attempt).await?,
                Err(error) => return Err(Error::of_commit(error)),
            }
            let Some(row) = table.get(&key).await? else { return Ok(()) };
            let now: Delivery = rows::decode(&row)?;
            let expect = Expect::Version(row.version);
            write = match now.content.without(content.events()) {
                Some(content) => put(key.clone(), &Delivery { content, attempts: 0, failure: None, ..now }, expect)?,
                None => Write::Delete { key: key.clone(), expect },
            };
        }
        Err(Error::Contended)
    }

    /// What keeps the events of a push in parts that are delivered.
    async fn note_of_push(&self, content: &DeliveryContent) -> Result<Option<Write>, Error> {
        let Some(push) = content.push() else { return Ok(None) };
        let mut events = self.store.told_of_push(push, &self.lane).await?;
        events.extend(content.events().iter().cloned());
        let end = rows::time(self.store.now()) + TOLD_KEPT;
        Ok(Some(put_until(keys::told(push, &self.lane), &ToldRow { events }, end, Expect::Anything)?))
    }

    /// Notes that a delivery was tried in vain, and when it is to be tried again.
    pub async fn postpone(&self, delivery: &WaitingDelivery, due: SystemTime, failure: String) -> Result<(), Error> {
        let key = keys::delivery(&self.lane, &delivery.place);
        for attempt in 0..ATTEMPTS {
            let Some(row) = self.store.parts.table.get(&key).await? else { return Ok(()) };
            let now: Delivery = rows::decode(&row)?;
            let failed = Delivery {
                due: rows::millis(due),
                attempts: now.attempts.saturating_add(1),
                failure: Some(failure.clone()),
                ..now
            };
            match self.store.parts.table.commit(vec![put(key.clone(), &failed, Expect::Version(row.version))?]).await {
                Ok(_) => return Ok(()),
                Err(CommitError::Conflict(_)) => pause(attempt).await?,
                Err(error) => return Err(Error::of_commit(error)),
            }
        }
        Err(Error::Contended)
    }

    /// Gives the lane back. Returns when something in it is to be done next; `None` when it is empty, or somebody else's by now.
    pub async fn release(self) -> Result<Option<SystemTime>, Error> {
        let key = keys::lane(&self.lane);
        for attempt in 0..ATTEMPTS {
            let Some(row) = self.store.parts.table.get(&key).await? else { return Ok(None) };
            let mut lane: LaneRow = rows::decode(&row)?;
            if lane.lease.as_ref().is_none_or(|lease| lease.owner != self.owner) {
                return Ok(None);
            }
            let (waiting, all) = self.waiting().await?;
            let due = first_due(&waiting);
            let expect = Expect::Version(row.version);
            let write = match due {
                None => Write::Delete { key: key.clone(), expect },
                Some(due) => {
                    if all {
                        lane.pushes.retain(|_, place| waiting.iter().any(|waiting| waiting.place == *place));
                    }
                    put(key.clone(), &LaneRow { due, lease: None, ..lane }, expect)?
                }
            };
            match self.store.parts.table.commit(vec![write]).await {
                Ok(_) => return Ok(due.map(rows::time)),
                Err(CommitError::Conflict(_)) => pause(attempt).await?,
                Err(error) => return Err(Error::of_commit(error)),
            }
        }
        Err(Error::Contended)
    }

    /// The first deliveries of the lane, in their order, and whether these are all.
    pub async fn waiting(&self) -> Result<(Vec<WaitingDelivery>, bool), Error> {
        let scan = Scan {
            partition: keys::deliveries(&self.lane),
            range: SortRange::All,
            after: None,
            limit: SIGHT,
            reverse: false,
        };
        let Page { rows, next } = self.store.parts.table.scan(&scan).await?;
        let waiting = rows.iter().map(waiting).collect::<Result<Vec<_>, Error>>()?;
        Ok((waiting, next.is_none()))
    }
}

/// When the first of the deliveries is due that no earlier one stands in the way of.
fn first_due(waiting: &[WaitingDelivery]) -> Option<Millis> {
    let mut hindrances = Hindrances::default();
    let mut first = None;
    for WaitingDelivery { delivery, .. } in waiting {
        if !hindrances.hold_back(delivery) {
            first = Some(first.map_or(delivery.due, |first: Millis| first.min(delivery.due)));
        }
        hindrances.add(delivery);
    }
    first
}

fn waiting(row: &Row) -> Result<WaitingDelivery, Error> {
    Ok(WaitingDelivery { place: row.key.sort.clone(), delivery: rows::decode(row)?, version: row.version })
}
