//! Notifications: what a topic is told because a rule says so, in a sentence for people and with the facts for programs.

use crate::destinations::Found;
use crate::webhook::payload;
use crate::{Notifier, Settings, link, sentence};
use domain::{DeliveryContent, Event};
use ports::TopicMessage;
use std::collections::BTreeMap;
use store::Error;

/// The most characters of a subject (SNS API reference, `Publish`: fewer than 100).
const MOST_SUBJECT_CHARACTERS: usize = 99;

/// The protocols whose subscribers are programs.
const PROGRAMS: [&str; 5] = ["firehose", "http", "https", "lambda", "sqs"];

impl Notifier {
    /// Finds the topics that are told of an event because a rule of its repository says so; each is told once.
    pub(crate) async fn find_rules(&self, found: &mut Found<'_>) -> Result<(), Error> {
        let Some(repository) = found.event.repository.as_ref().map(|repository| repository.id.clone()) else {
            return Ok(());
        };
        let mut told = BTreeMap::new();
        for rule in self.parts.store.notification_rules(&repository).await? {
            let content = rule.content();
            if content.active && content.events.accepts(&found.event.kind) {
                told.entry(content.target.to_string()).or_insert_with(|| rule.id().clone());
            }
        }
        for (topic, rule) in told {
            found.add(&topic, DeliveryContent::Notification { event: found.event.id.clone(), rule });
        }
        Ok(())
    }
}

/// What a topic is told of an event. Subscribers by e-mail read sentences; programs get what webhooks get in our own form, and can
/// choose by the attributes `type`, `repository` and `actor`.
pub fn notification(event: &Event, settings: &Settings) -> TopicMessage {
    let sentence = sentence(event);
    let facts = payload(event, settings);
    let time = jiff::Timestamp::try_from(event.time).map(|time| format!("{time:.0}")).unwrap_or_default();
    let mut text = format!("{sentence}.\n\nWho:   {}\nWhen:  {time}\n", event.actor.arn);
    if let Some(link) = link(event, settings) {
        text.push_str(&format!("Where: {link}\n"));
    }
    let mut attributes =
        BTreeMap::from([("type".to_owned(), facts.kind.to_owned()), ("actor".to_owned(), event.actor.arn.clone())]);
    if let Some(repository) = &event.repository {
        attributes.insert("repository".to_owned(), repository.name.to_string());
    }
    TopicMessage {
        subject: subject(&sentence),
        default: text,
        variants: PROGRAMS.map(|program| (program.to_owned(), facts.body.clone())).into(),
        attributes,
    }
}

/// A sentence as a subject, which has ASCII characters only, and not many.
fn subject(sentence: &str) -> String {
    let plain = sentence.chars().map(|letter| if letter.is_ascii_graphic() || letter == ' ' { letter } else { '?' });
    plain.take(MOST_SUBJECT_CHARACTERS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_short_and_plain() {
        assert_eq!(subject("ana created branch b in demo"), "ana created branch b in demo");
        assert_eq!(subject("\u{fc}\nx"), "??x");
        assert_eq!(subject(&"x".repeat(200)).len(), 99);
    }
}
