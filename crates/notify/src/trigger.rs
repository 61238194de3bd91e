//! What a trigger tells: one event for all refs of a push, in several messages when they do not fit into one.

use crate::Notifier;
use domain::trigger::{MessagePart, TriggerMessage, TriggerReference, in_parts, subject};
use domain::{Destination, Event, EventKind, Trigger};
use ports::PublishError;
use ports::publisher::MAX_MESSAGE_BYTES;

/// How many bytes of a message are left to everything around the references; custom data have at most 6,000 of them.
const AROUND: usize = 16 * 1024;

/// Delivers what the trigger tells of the events, which are of one push. Nothing is delivered when it tells nothing of them.
pub(crate) async fn deliver(
    notifier: &Notifier,
    trigger: &Trigger,
    configuration_id: &str,
    events: &[Event],
) -> Result<(), PublishError> {
    let Some(first) = events.first() else { return Ok(()) };
    let Some(repository) = &first.repository else { return Ok(()) };
    let arn = notifier.settings.arn(&repository.name);
    let parts = in_parts(references(trigger, events), MAX_MESSAGE_BYTES - AROUND);
    let total = u32::try_from(parts.len()).unwrap_or(u32::MAX);
    for (number, references) in (1..).zip(parts) {
        let message = TriggerMessage {
            trigger,
            configuration_id,
            repository: &arn,
            references,
            test: false,
            part: MessagePart { number, total },
            event_id: first.id.as_str(),
            time: first.time,
            actor: &first.actor,
        };
        let text = message.to_json().map_err(|error| PublishError::Invalid(error.to_string()))?;
        let (to, publisher) = (trigger.destination.as_str(), &notifier.parts.publisher);
        match &trigger.destination {
            Destination::Topic(_) => publisher.publish(to, &subject(&arn), &text).await?,
            Destination::Function(_) => publisher.invoke(to, &text).await?,
        }
    }
    Ok(())
}

fn references(trigger: &Trigger, events: &[Event]) -> Vec<TriggerReference> {
    let changes = events.iter().filter_map(|event| match &event.kind {
        EventKind::ReferencesChanged { references, .. } => Some(references),
        _ => None,
    });
    changes.flatten().filter_map(|change| trigger.tells_of(change)).collect()
}
