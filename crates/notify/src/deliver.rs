//! Working on a lane: what waits in it is delivered, one after the other.

use crate::backoff::{REFUSED_WINDOW, WINDOW, pause};
use crate::{Notifier, notification, trigger};
use domain::delivery::Hindrances;
use domain::{DeliveryContent, Event, EventId, Lane, RepositoryId};
use ports::PublishError;
use std::time::{Duration, SystemTime};
use store::{Error, TakenLane, WaitingDelivery};

/// For how long a worker has a lane for itself: longer than it works on it, with the last delivery.
const LEASE: Duration = Duration::from_secs(180);

/// After what time a worker begins no other delivery, so that lanes take turns.
const SHIFT: Duration = Duration::from_secs(60);

/// After how many failures a worker leaves a lane alone: the destination is not well, and what waits would only wait for it.
const MOST_FAILURES: u32 = 3;

/// What became of one try.
pub(crate) enum Tried {
    /// It was delivered.
    Delivered,
    /// It was not.
    Failed(Failure),
}

/// Why a try failed.
pub(crate) struct Failure {
    /// In words.
    pub(crate) reason: String,
    /// Whether the destination refuses this, or is not there, so that nothing is to be hoped for from many more tries.
    pub(crate) refused: bool,
    /// For how long the destination asks to be left alone, if it does.
    pub(crate) pause: Option<Duration>,
}

impl Notifier {
    /// Works on a lane: delivers what is due, in order, and puts off what fails. Returns when something in the lane is due next;
    /// `None` when nothing waits, or another worker has the lane. `owner` names the worker; two that work at the same time must
    /// not have the same name, unless they never take the same lane.
    pub async fn deliver(&self, lane: &Lane, owner: &str) -> Result<Option<SystemTime>, Error> {
        let Some(taken) = self.parts.store.take_lane(lane, owner, LEASE).await? else { return Ok(None) };
        let end = self.now() + SHIFT;
        let mut failures = 0;
        while self.walk_along(lane, &taken, end, &mut failures).await? {}
        taken.release().await
    }

    /// Goes along the lane once. `true`: go again, as there may be more that is due.
    async fn walk_along(
        &self,
        lane: &Lane,
        taken: &TakenLane,
        end: SystemTime,
        failures: &mut u32,
    ) -> Result<bool, Error> {
        let (waiting, _) = taken.waiting().await?;
        let mut hindrances = Hindrances::default();
        let mut delivered = false;
        for waiting in waiting {
            let now = self.now();
            if now >= end || *failures >= MOST_FAILURES {
                return Ok(false);
            }
            if !waiting.is_due(now) || hindrances.hold_back(&waiting.delivery) {
                hindrances.add(&waiting.delivery);
                continue;
            }
            match self.attempt(lane, &waiting).await? {
                Tried::Delivered => {
                    taken.finish(&waiting).await?;
                    delivered = true;
                }
                Tried::Failed(failure) => {
                    *failures += 1;
                    hindrances.add(&waiting.delivery);
                    self.put_off(lane, taken, &waiting, failure).await?;
                }
            }
        }
        Ok(delivered)
    }

    /// Sees to a delivery that failed: it is tried again later, or given up.
    async fn put_off(
        &self,
        lane: &Lane,
        taken: &TakenLane,
        waiting: &WaitingDelivery,
        failure: Failure,
    ) -> Result<(), Error> {
        let now = self.now();
        let age = now.duration_since(waiting.created()).unwrap_or_default();
        let attempts = waiting.delivery.attempts;
        if age >= if failure.refused { REFUSED_WINDOW } else { WINDOW } {
            tell_given_up(lane, waiting, age, &failure.reason);
            if let DeliveryContent::Webhook { webhook, delivery, .. } = &waiting.delivery.content {
                self.give_up_webhook(webhook, delivery).await?;
            }
            return taken.finish(waiting).await;
        }
        tracing::debug!(%lane, attempts, reason = failure.reason, "a delivery failed and will be tried again");
        let due = now + pause(attempts, random()?).max(failure.pause.unwrap_or_default());
        taken.postpone(waiting, due, failure.reason).await
    }

    async fn attempt(&self, lane: &Lane, waiting: &WaitingDelivery) -> Result<Tried, Error> {
        match &waiting.delivery.content {
            DeliveryContent::Trigger { trigger, configuration_id, events, .. } => {
                let events = self.events(lane, events).await?;
                Ok(tried(trigger::deliver(self, trigger, configuration_id, &events).await))
            }
            DeliveryContent::Bus { event } => {
                let events = self.events(lane, std::slice::from_ref(event)).await?;
                let told: Vec<_> = events.iter().flat_map(|event| crate::bus_events(event, &self.settings)).collect();
                Ok(tried(self.parts.publisher.put_events(&lane.destination, &told).await))
            }
            DeliveryContent::Webhook { webhook, of, delivery, .. } => {
                self.attempt_webhook(of.as_ref(), webhook, delivery).await
            }
            DeliveryContent::Notification { event, .. } => {
                for event in self.events(lane, std::slice::from_ref(event)).await? {
                    let message = notification(&event, &self.settings);
                    if let Err(error) = self.parts.publisher.publish_message(&lane.destination, &message).await {
                        return Ok(tried(Err(error)));
                    }
                }
                Ok(Tried::Delivered)
            }
        }
    }

    /// The events of a delivery. They are kept for longer than a delivery is tried.
    pub(crate) async fn events(&self, lane: &Lane, ids: &[EventId]) -> Result<Vec<Event>, Error> {
        let mut events = Vec::with_capacity(ids.len());
        for id in ids {
            match self.parts.store.find_event(lane.repository.as_ref(), id).await? {
                Some(event) => events.push(event),
                None => tracing::error!(event = %id, %lane, "an event ended before it was delivered"),
            }
        }
        Ok(events)
    }
}

/// Tells operators of a delivery that nobody will try again. The deployment in AWS counts these lines, and names them in an alarm.
fn tell_given_up(lane: &Lane, waiting: &WaitingDelivery, age: Duration, reason: &str) {
    let Lane { destination, repository } = lane;
    let repository = repository.as_ref().map_or("", RepositoryId::as_str);
    let content = &waiting.delivery.content;
    let events: Vec<&str> = content.events().iter().map(EventId::as_str).collect();
    tracing::error!(
        destination,
        repository,
        kind = content.kind(),
        rule = content.rule().unwrap_or_default(),
        events = events.join(" "),
        attempts = waiting.delivery.attempts,
        age_seconds = age.as_secs(),
        reason,
        "a delivery was given up"
    );
}

fn tried(published: Result<(), PublishError>) -> Tried {
    match published {
        Ok(()) => Tried::Delivered,
        Err(error) => {
            let refused = !matches!(error, PublishError::Unavailable(_));
            Tried::Failed(Failure { refused, reason: told(&error), pause: None })
        }
    }
}

/// An error in words, with what caused it.
pub(crate) fn told(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_words = cause.to_string();
        if !words.contains(&cause_words) {
            words = format!("{words}: {cause_words}");
        }
        next = cause.source();
    }
    words
}

fn random() -> Result<u64, Error> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes)?;
    Ok(u64::from_be_bytes(bytes))
}
