//! Deliveries: what one destination is to be told of an event, and in which order.

use crate::id::{EventId, NotificationRuleId, PushId, RepositoryId, WebhookId};
use crate::trigger::Trigger;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The name of the order that everything keeps: what is about it goes before everything later and behind everything earlier.
pub const EVERYTHING: &str = "*";

/// One destination's deliveries about one repository, which wait in line. Lanes do not wait for each other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lane {
    /// The destination: the ARN of a topic, function or bus, or `webhook/<id>`.
    pub destination: String,
    /// The repository; `None` for what happens to the account.
    pub repository: Option<RepositoryId>,
}

/// What stands in the text of a lane for the account.
const ACCOUNT: &str = "account";

impl Lane {
    /// Reads what `Display` writes.
    pub fn parse(text: &str) -> Option<Self> {
        let (destination, repository) = text.rsplit_once('#')?;
        let repository = match repository {
            ACCOUNT => None,
            id => Some(RepositoryId::parse(id).ok()?),
        };
        (!destination.is_empty()).then(|| Self { destination: destination.to_owned(), repository })
    }
}

impl std::fmt::Display for Lane {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}#{}", self.destination, self.repository.as_ref().map_or(ACCOUNT, RepositoryId::as_str))
    }
}

/// What a destination is to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all_fields = "camelCase")]
pub enum DeliveryContent {
    /// What a trigger tells of the refs that these events are about: all those of one push.
    Trigger {
        /// The trigger, as it was when the first event was read.
        trigger: Trigger,
        /// Names the set of triggers it is one of.
        configuration_id: String,
        /// The events, in the order in which they happened.
        events: Vec<EventId>,
        /// The push that they are parts of, if it took several.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        push: Option<PushId>,
    },
    /// An event, for a bus.
    Bus {
        /// The event.
        event: EventId,
    },
    /// What is in the log of a webhook.
    Webhook {
        /// The webhook.
        webhook: WebhookId,
        /// The repository that it belongs to; `None` for one of the account.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<RepositoryId>,
        /// The delivery in its log.
        delivery: EventId,
        /// The event that it tells of, if it does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        event: Option<EventId>,
    },
    /// An event, for a topic, because a notification rule says so.
    Notification {
        /// The event.
        event: EventId,
        /// The rule.
        rule: NotificationRuleId,
    },
}

impl DeliveryContent {
    /// What is told, in a word.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Trigger { .. } => "trigger",
            Self::Bus { .. } => "bus",
            Self::Webhook { .. } => "webhook",
            Self::Notification { .. } => "notification",
        }
    }

    /// The name or id of what says that the destination is told, if it is not the deployment.
    pub fn rule(&self) -> Option<&str> {
        match self {
            Self::Trigger { trigger, .. } => Some(trigger.name.as_str()),
            Self::Bus { .. } => None,
            Self::Webhook { webhook, .. } => Some(webhook.as_str()),
            Self::Notification { rule, .. } => Some(rule.as_str()),
        }
    }

    /// The events that it tells of.
    pub fn events(&self) -> &[EventId] {
        match self {
            Self::Trigger { events, .. } => events,
            Self::Bus { event } | Self::Notification { event, .. } => std::slice::from_ref(event),
            Self::Webhook { event, .. } => event.as_slice(),
        }
    }

    /// The push whose parts it tells of, if the push took several.
    pub fn push(&self) -> Option<&PushId> {
        match self {
            Self::Trigger { push, .. } => push.as_ref(),
            Self::Bus { .. } | Self::Webhook { .. } | Self::Notification { .. } => None,
        }
    }

    /// Adds the events of another part of the same push; those that are there already are not added twice.
    pub fn join(&mut self, more: &[EventId]) {
        if let Self::Trigger { events, .. } = self {
            let new: Vec<EventId> = more.iter().filter(|event| !events.contains(event)).cloned().collect();
            events.extend(new);
        }
    }

    /// What is left when these events have been told of; `None` when that is nothing.
    pub fn without(mut self, told: &[EventId]) -> Option<Self> {
        match &mut self {
            Self::Trigger { events, .. } => events.retain(|event| !told.contains(event)),
            Self::Bus { .. } | Self::Webhook { .. } | Self::Notification { .. } => return None,
        }
        (!self.events().is_empty()).then_some(self)
    }
}

/// One delivery that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// What is delivered.
    pub content: DeliveryContent,
    /// What it keeps its place about, such as the refs it tells of: two deliveries that share one of these are made in their
    /// order. Nothing: it may be made at any time.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub order: BTreeSet<String>,
    /// When it was first to be made, in milliseconds since 1970.
    pub created: u64,
    /// When it is to be tried next, in milliseconds since 1970.
    pub due: u64,
    /// How often it was tried in vain.
    #[serde(default)]
    pub attempts: u32,
    /// Why the last try failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

/// What stands in the way of later deliveries: those that were met so far and still wait.
#[derive(Debug, Default)]
pub struct Hindrances(BTreeSet<String>);

impl Hindrances {
    /// Whether a delivery that comes next in line has to wait for an earlier one.
    pub fn hold_back(&self, delivery: &Delivery) -> bool {
        let order = &delivery.order;
        self.0.contains(EVERYTHING) && !order.is_empty()
            || order.contains(EVERYTHING) && !self.0.is_empty()
            || !self.0.is_disjoint(order)
    }

    /// Notes that a delivery waits.
    pub fn add(&mut self, delivery: &Delivery) {
        self.0.extend(delivery.order.iter().cloned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::UNIX_EPOCH;

    #[test]
    fn a_lane_reads_as_it_is_written() {
        let id = RepositoryId::from_random([7; 16]);
        for repository in [None, Some(id)] {
            let lane = Lane { destination: "arn:aws:sns:eu-west-1:123456789012:a#b".to_owned(), repository };
            assert_eq!(Lane::parse(&lane.to_string()), Some(lane));
        }
        for wrong in ["", "#account", "a#b", "a"] {
            assert_eq!(Lane::parse(wrong), None, "{wrong}");
        }
    }

    fn about(order: &[&str]) -> Delivery {
        let event = EventId::new(UNIX_EPOCH, [0; 10]);
        Delivery {
            content: DeliveryContent::Bus { event },
            order: order.iter().map(|about| (*about).to_owned()).collect(),
            created: 0,
            due: 0,
            attempts: 0,
            failure: None,
        }
    }

    #[test]
    fn what_shares_a_ref_keeps_its_order_and_the_rest_does_not_wait() {
        let free = |line: &[&[&str]]| {
            let mut hindrances = Hindrances::default();
            let free = line.iter().map(|order| {
                let delivery = about(order);
                let free = !hindrances.hold_back(&delivery);
                hindrances.add(&delivery);
                free
            });
            free.enumerate().filter(|(_, free)| *free).map(|(place, _)| place).collect::<Vec<_>>()
        };
        assert_eq!(free(&[&["a"], &["b"], &["a"], &["c"]]), [0, 1, 3]);
        assert_eq!(free(&[&["a", "b"], &["b", "c"], &["c"], &["d"]]), [0, 3]);
        assert_eq!(free(&[&["a"], &["*"], &["b"], &[]]), [0, 3]);
        assert_eq!(free(&[&["*"], &["*"], &["b"]]), [0]);
        assert_eq!(free(&[&[], &["*"]]), [0, 1]);
        assert!(free(&[]).is_empty());
    }
}
