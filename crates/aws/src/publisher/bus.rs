//! Putting events on a bus of `EventBridge`, which takes them in small lots and answers for each of them.

use super::{publish_error, refusal};
use crate::retry::{Pauses, Retry, passes};
use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::types::{PutEventsRequestEntry, PutEventsResultEntry};
use aws_smithy_types::DateTime;
use ports::publisher::MAX_MESSAGE_BYTES;
use ports::{BusEvent, PublishError};

/// How many events one call takes (`EventBridge` API reference, `PutEvents`).
const MOST_ENTRIES: usize = 10;

/// What the time of an event counts for (`EventBridge` user guide, "Calculating Amazon EventBridge event size").
const TIME_BYTES: usize = 14;

/// Puts the events, in their order. What `EventBridge` does not take for now is put again, and only that.
pub(super) async fn put(client: &Client, retry: Retry, bus: &str, events: &[BusEvent]) -> Result<(), PublishError> {
    if let Some(event) = events.iter().find(|event| size(event) > MAX_MESSAGE_BYTES) {
        return Err(PublishError::Invalid(format!(
            "event {} has {} bytes; at most {MAX_MESSAGE_BYTES} are possible",
            event.id,
            size(event)
        )));
    }
    let mut rest = events;
    while !rest.is_empty() {
        let (lot, others) = rest.split_at(lot(rest));
        put_lot(client, retry, bus, lot).await?;
        rest = others;
    }
    Ok(())
}

/// How many of the events go into the next call.
fn lot(events: &[BusEvent]) -> usize {
    let mut bytes = 0;
    let fitting = events.iter().take(MOST_ENTRIES).take_while(|event| {
        bytes += size(event);
        bytes <= MAX_MESSAGE_BYTES
    });
    fitting.count().max(1)
}

/// What an event counts for in the size of a call.
fn size(event: &BusEvent) -> usize {
    let resources: usize = event.resources.iter().map(String::len).sum();
    TIME_BYTES + event.source.len() + event.detail_type.len() + event.detail.len() + resources
}

async fn put_lot(client: &Client, retry: Retry, bus: &str, lot: &[BusEvent]) -> Result<(), PublishError> {
    let mut entries: Vec<PutEventsRequestEntry> = lot.iter().map(|event| entry(bus, event)).collect();
    let mut pauses = Pauses::new(retry.within);
    loop {
        let put = || client.put_events().set_entries(Some(entries.clone())).send();
        let answer = retry.run(put).await.map_err(|failed| publish_error(&failed, bus, "PutEvents"))?;
        let failed: Vec<(&PutEventsRequestEntry, &PutEventsResultEntry)> =
            entries.iter().zip(answer.entries()).filter(|(_, result)| result.error_code().is_some()).collect();
        let Some((_, first)) = failed.first() else { return Ok(()) };
        if let Some((_, result)) = failed.iter().find(|(_, result)| !passes(result.error_code().unwrap_or_default())) {
            let (code, message) = told(result);
            let refused = || PublishError::Refused(format!("PutEvents failed: {code}: {message}"));
            return Err(refusal(code, message, bus).unwrap_or_else(refused));
        }
        if !pauses.pause().await {
            let (code, message) = told(first);
            return Err(PublishError::Unavailable(format!("PutEvents failed: {code}: {message}").into()));
        }
        entries = failed.into_iter().map(|(entry, _)| entry.clone()).collect();
    }
}

fn told(result: &PutEventsResultEntry) -> (&str, &str) {
    let message = result.error_message().unwrap_or("the service says no more");
    (result.error_code().unwrap_or_default(), message)
}

fn entry(bus: &str, event: &BusEvent) -> PutEventsRequestEntry {
    PutEventsRequestEntry::builder()
        .event_bus_name(bus)
        .time(DateTime::from(event.time))
        .source(&event.source)
        .detail_type(&event.detail_type)
        .set_resources(Some(event.resources.clone()))
        .detail(&event.detail)
        .build()
}
