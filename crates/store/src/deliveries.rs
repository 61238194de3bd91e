//! The queue of deliveries: durable lanes, one for each destination and repository.
//!
//! A delivery is a row at its place in its lane. A lane with deliveries has a row in the partition `LANES`, which says when it is
//! due and who is at work on it. Whoever adds a delivery writes that row too, and whoever has worked on the lane puts it anew on
//! condition that it is still as it was, so that nothing that was added meanwhile is forgotten. The row changes when a lane
//! becomes due, and so the change feed tells the workers; a worker that was not told finds the lane by a scan.

mod add;
mod take;

pub use add::NewDelivery;
pub use take::{TakenLane, WaitingDelivery};

use crate::consumers::News;
use crate::error::Error;
use crate::keys;
use crate::rows::{self, Millis};
use crate::stores::Store;
use domain::{EventId, Lane, PushId};
use ports::{Row, SortRange};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::SystemTime;

/// `LANES` / `<lane>`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct LaneRow {
    /// When something in it is to be delivered.
    #[serde(rename = "d")]
    due: Millis,
    /// Who is at work on it.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    lease: Option<Lease>,
    /// The places of deliveries that are about pushes in parts; parts that follow join them.
    #[serde(rename = "p", default, skip_serializing_if = "BTreeMap::is_empty")]
    pushes: BTreeMap<PushId, String>,
}

/// That somebody is at work on a lane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Lease {
    #[serde(rename = "o")]
    owner: String,
    #[serde(rename = "u")]
    until: Millis,
}

/// `TOLD#<push id>` / `<lane>`: so that a part that is read again after it was delivered is known, and one that comes too late for
/// the others is delivered by itself.
#[derive(Debug, Default, Serialize, Deserialize)]
struct ToldRow {
    #[serde(rename = "e")]
    events: Vec<EventId>,
}

/// The lane of a row of `LANES`.
fn lane_of(row: &Row) -> Result<Lane, Error> {
    Lane::parse(&row.key.sort).ok_or_else(|| rows::damaged(&row.key, "its sort key is no lane"))
}

/// What a changed row of `LANES` tells a worker.
pub(crate) fn lane_news(row: &Row) -> Result<Option<News>, Error> {
    let LaneRow { due, lease, .. } = rows::decode(row)?;
    Ok(if lease.is_some() { None } else { Some(News::Due(lane_of(row)?, rows::time(due))) })
}

impl Store {
    /// What a lane has delivered of a push in parts.
    async fn told_of_push(&self, push: &PushId, lane: &Lane) -> Result<Vec<EventId>, Error> {
        let row = self.parts.table.get(&keys::told(push, lane)).await?;
        Ok(row.as_ref().map(rows::decode::<ToldRow>).transpose()?.unwrap_or_default().events)
    }

    /// The lanes that are due, whoever works on them, and when the first of the others will be.
    pub async fn due_lanes(&self) -> Result<(Vec<Lane>, Option<SystemTime>), Error> {
        let now = self.now();
        let (mut due, mut next) = (Vec::new(), None);
        for row in self.scan_all(keys::LANES.to_owned(), SortRange::All, false).await? {
            let found: LaneRow = rows::decode(&row)?;
            if found.due <= now {
                due.push(lane_of(&row)?);
            } else {
                next = Some(next.map_or(found.due, |next: Millis| next.min(found.due)));
            }
        }
        Ok((due, next.map(rows::time)))
    }
}
