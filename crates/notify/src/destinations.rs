//! Who is to be told of an event.

use crate::Notifier;
use crate::order::order;
use domain::{DeliveryContent, Event, EventKind, Lane, Trigger};
use std::collections::BTreeMap;
use store::{Error, NewDelivery};

/// The deliveries that come of an event, by their lanes.
pub(crate) type Deliveries = BTreeMap<Lane, Vec<NewDelivery>>;

impl Notifier {
    /// The deliveries that come of an event whose place in the feed is `place`. Settings count as they are now.
    pub(crate) async fn deliveries(&self, event: &Event, place: &str) -> Result<Deliveries, Error> {
        let mut found = Found { event, place, deliveries: BTreeMap::new() };
        self.find_triggers(&mut found).await?;
        self.find_webhooks(&mut found).await?;
        self.find_rules(&mut found).await?;
        if let Some(bus) = &self.settings.bus {
            found.add(bus.as_str(), DeliveryContent::Bus { event: event.id.clone() });
        }
        Ok(found.deliveries)
    }

    async fn find_triggers(&self, found: &mut Found<'_>) -> Result<(), Error> {
        let (EventKind::ReferencesChanged { references, part, .. }, Some(repository)) =
            (&found.event.kind, &found.event.repository)
        else {
            return Ok(());
        };
        let Some(configuration) = self.parts.store.triggers_of(&repository.id).await? else { return Ok(()) };
        // Of a push in several parts each goes to all triggers: its last part says that it is complete, whatever is in it.
        let concerns = |trigger: &Trigger| {
            part.is_some() || references.iter().any(|reference| trigger.tells_of(reference).is_some())
        };
        for trigger in configuration.triggers.into_iter().filter(concerns) {
            let destination = trigger.destination.to_string();
            let (configuration_id, events) = (configuration.id.clone(), vec![found.event.id.clone()]);
            let push = part.as_ref().map(|part| part.push.clone());
            let delivery =
                found.add(&destination, DeliveryContent::Trigger { trigger, configuration_id, events, push });
            delivery.part.clone_from(part);
        }
        Ok(())
    }
}

/// What was found so far of those who are to be told.
pub(crate) struct Found<'a> {
    pub(crate) event: &'a Event,
    place: &'a str,
    deliveries: Deliveries,
}

impl Found<'_> {
    /// Adds a delivery to the lane of the event's repository to a destination.
    pub(crate) fn add(&mut self, destination: &str, content: DeliveryContent) -> &mut NewDelivery {
        let repository = self.event.repository.as_ref().map(|repository| repository.id.clone());
        let lane = Lane { destination: destination.to_owned(), repository };
        let line = self.deliveries.entry(lane).or_default();
        let place = format!("{}#{:04}", self.place, line.len());
        line.push(NewDelivery { place, content, order: order(self.event), part: None, log: None });
        let last = line.len() - 1;
        &mut line[last]
    }
}
