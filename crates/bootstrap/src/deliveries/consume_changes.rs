//! What the table's stream runs.

use super::LaneWorkers;
pub(crate) use aws::stream::StreamEvent as Batch;
use notify::{Consumed, Notifier};
use serde::Serialize;

/// The answer to a batch (Lambda developer guide, "Configuring partial batch response with DynamoDB and Lambda").
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answer {
    /// The records that were not taken up; Lambda gives them again, with those behind the first of them.
    batch_item_failures: Vec<ItemFailure>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct ItemFailure {
    item_identifier: String,
}

/// Takes up the changes of a batch, and has the lanes worked on that became due. That a record was taken up before does no harm.
pub(crate) async fn consume_changes(notifier: &Notifier, workers: &LaneWorkers, batch: Batch) -> Answer {
    let mut changes = Vec::with_capacity(batch.records.len());
    for record in &batch.records {
        match record.change() {
            Ok(change) => changes.push(change),
            // It never will be readable, and what is behind it must not wait for it.
            Err(error) => {
                tracing::error!(sequence = record.sequence(), %error, "a record of the stream cannot be read, and nobody will be told of it");
            }
        }
    }
    let Consumed { due, failed, .. } = notifier.consume(&changes).await;
    if let Err(error) = workers.hand_over(due).await {
        tracing::warn!(%error, "not every lane that is due could be handed over; the clock finds them");
    }
    let failures = failed.into_iter().map(|failed| ItemFailure { item_identifier: failed.sequence });
    Answer { batch_item_failures: failures.collect() }
}
