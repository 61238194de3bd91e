//! Telling others what happened: the functions that no request asks for.
//!
//! The table's stream runs [`consume_changes`], which puts what happened into the queue of deliveries and, when the stream tells of a
//! lane that has become due, runs [`deliver_lane`] for it without waiting; so a destination that is slow or fails holds up nobody
//! else. A clock runs [`deliver_due_lanes`] for what is to be tried again, and for whatever the stream's function could not hand over.

mod consume_changes;
mod deliver_due_lanes;
mod deliver_lane;
mod lane_workers;
#[cfg(test)]
mod tests;

pub(crate) use consume_changes::{Batch, consume_changes};
pub(crate) use deliver_due_lanes::deliver_due_lanes;
pub(crate) use deliver_lane::{Work, deliver_lane};
pub(crate) use lane_workers::LaneWorkers;
