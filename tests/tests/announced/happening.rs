//! What was told of one event, sorted out of everything that arrived: each message carries an id that follows from the event's.

use super::names::Names;
use super::{Calls, Step, place};
use aws_lambda_events::code_commit::CodeCommitEvent;
use aws_lambda_events::eventbridge::EventBridgeEvent;
use aws_lambda_events::sns::SnsMessage;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use tests::receiver::Received;

/// The most messages of one announcer about one event.
const MOST: usize = 20;

/// What was told of one event.
pub(crate) struct Happening {
    /// The kind of event.
    pub(crate) kind: &'static str,
    /// What the event says, as the webhook in our own form was told it.
    pub(crate) detail: Value,
    /// What all were told, with names in place of ids.
    pub(crate) told: Value,
}

/// Sorts what arrived by events, in their order. Everything that arrived must belong to one of them, and each step must have made
/// the events that it says it makes.
pub(crate) fn sorted(
    arrived: &[Received],
    calls: Calls,
    steps: &[Step],
    webhooks: &[String; 2],
    hosts: &[(String, &str)],
) -> Vec<Happening> {
    let mut messages = Messages::new(arrived, calls, steps[0].begin);
    let mut names = Names::new(hosts);
    let mut happenings = Vec::new();
    let mut own: Vec<Value> = messages.take_own(&webhooks[0]);
    own.sort_by_key(|body| text(&body["id"]).to_owned());
    for (number, step) in steps.iter().enumerate() {
        let end = steps.get(number + 1).map_or(u64::MAX, |next| next.begin);
        let within = |body: &&Value| (step.begin..end).contains(&millis(text(&body["id"])));
        let events: Vec<&Value> = own.iter().filter(within).collect();
        let made: Vec<&str> = events.iter().map(|body| text(&body["type"])).collect();
        assert_eq!(
            made.len(),
            step.kinds.len(),
            "{}: {:?} were to be told of, and these are: {made:?}",
            step.name,
            step.kinds
        );
        for (body, kind) in events.into_iter().zip(&step.kinds) {
            let mut told = messages.take_told_of(body, &webhooks[1], &mut names);
            told.insert("step".to_owned(), json!(step.name));
            happenings.push(Happening { kind, detail: body["data"].clone(), told: Value::Object(told) });
        }
    }
    assert!(messages.0.is_empty(), "nothing happened that this is told of: {:#?}", messages.0);
    happenings
}

/// The messages that are to be sorted, by where they arrived and the id that they carry.
struct Messages(BTreeMap<(String, String), Received>);

impl Messages {
    fn new(arrived: &[Received], calls: Calls, begin: u64) -> Self {
        let mut messages = BTreeMap::new();
        for received in arrived {
            let place = received.target.trim_start_matches("POST ").to_owned();
            let id = id_of(&place, received);
            if place == place::GONE || millis(&id) < begin {
                continue;
            }
            let twice = messages.insert((place, id), received.clone());
            assert!(twice.is_none() || calls == Calls::PerhapsLate, "something is told twice: {twice:#?}");
        }
        Self(messages)
    }

    fn take(&mut self, place: &str, id: &str) -> Option<Received> {
        self.0.remove(&(place.to_owned(), id.to_owned()))
    }

    /// What the webhook in our own form was told.
    fn take_own(&mut self, webhook: &str) -> Vec<Value> {
        let (own, rest) = std::mem::take(&mut self.0).into_iter().partition(|((at, _), _)| at == place::OWN);
        self.0 = rest;
        let own: BTreeMap<(String, String), Received> = own;
        let bodies = own.into_iter().map(|((_, id), received)| {
            let body = json(&received.body);
            assert_eq!(
                derived(text(&body["id"]), &format!("{webhook}/0")),
                id,
                "a message is not named after its event"
            );
            body
        });
        bodies.collect()
    }

    /// What everybody was told of the event of which the webhook in our own form was told this.
    fn take_told_of(&mut self, own: &Value, github: &str, names: &mut Names) -> Map<String, Value> {
        let id = text(&own["id"]);
        names.give(id, "event");
        let mut told = Map::from_iter([("webhook".to_owned(), names.put_into(own, "webhook"))]);
        if let Some(received) = self.take(place::PEOPLE, id) {
            told.insert("notification".to_owned(), names.put_into(&notification(&received, own), "notification"));
        }
        let mut put = |name: &str, messages: Vec<Value>, names: &mut Names| {
            if !messages.is_empty() {
                told.insert(name.to_owned(), names.put_into(&Value::Array(messages), name));
            }
        };
        let topic = self.take(place::TOPIC, id).map(|received| {
            let message = topic_message(&received);
            let record = trigger_record(text(&message["Message"]));
            json!({"Subject": message["Subject"], "Message": record})
        });
        put("topic of a trigger", topic.into_iter().collect(), names);
        let function = self.take(place::FUNCTION, id).map(|received| trigger_record(&received.body));
        put("function of a trigger", function.into_iter().collect(), names);
        let bus = (0..MOST).map(|number| derived(id, &format!("bus/{number}"))).chain([id.to_owned()]);
        let bus = self.numbered(place::BUS, bus, names);
        put("bus", bus.iter().map(bus_event).collect(), names);
        let github =
            self.numbered(place::GITHUB, (0..MOST).map(|number| derived(id, &format!("{github}/{number}"))), names);
        let github = github
            .iter()
            .map(|received| json!({"X-GitHub-Event": received.header("x-github-event"), "body": json(&received.body)}));
        put("webhook in GitHub's form", github.collect(), names);
        told
    }

    /// The messages at a place that have these ids, which get names.
    fn numbered(&mut self, place: &str, ids: impl Iterator<Item = String>, names: &mut Names) -> Vec<Received> {
        let found = ids.filter_map(|id| self.take(place, &id).map(|received| (id, received)));
        let found = found.enumerate().map(|(number, (id, received))| {
            names.give(&id, &format!("event, message {number}"));
            received
        });
        found.collect()
    }
}

/// The id that a message carries.
fn id_of(place: &str, received: &Received) -> String {
    let header = |name: &str| received.header(name).unwrap_or_default().to_owned();
    match place {
        place::OWN | place::GONE => header("webhook-id"),
        place::GITHUB => header("x-github-delivery"),
        place::BUS => text(&json(&received.body)["detail"]["eventId"]).to_owned(),
        place::FUNCTION => text(&json(&received.body)["Records"][0]["eventId"]).to_owned(),
        place::TOPIC => text(&json(text(&json(&received.body)["Message"]))["Records"][0]["eventId"]).to_owned(),
        place::PEOPLE => text(&json(text(&json(&received.body)["Message"]))["id"]).to_owned(),
        _ => panic!("nobody listens at {place}"),
    }
}

/// What a subscriber of a topic is told by HTTP, as the public type reads it, and without what only SNS can know.
fn topic_message(received: &Received) -> Value {
    let mut message = json(&received.body);
    let members = message.as_object_mut().unwrap();
    for made_by_sns in ["SignatureVersion", "Signature", "SigningCertURL", "UnsubscribeURL"] {
        members.entry(made_by_sns).or_insert_with(|| json!("-"));
    }
    let read: SnsMessage = serde_json::from_value(message.clone()).unwrap();
    assert_eq!((read.sns_message_type.as_str(), read.message.as_str()), ("Notification", text(&message["Message"])));
    message
}

/// What people are told. Programs among the subscribers get what webhooks get.
fn notification(received: &Received, own: &Value) -> Value {
    let message = topic_message(received);
    assert_eq!(json(text(&message["Message"])), *own, "programs are told something else than webhooks");
    json!({"Subject": message["Subject"], "MessageAttributes": message["MessageAttributes"]})
}

/// The record that a trigger tells, as the public type reads it.
fn trigger_record(message: &str) -> Value {
    let read: CodeCommitEvent = serde_json::from_str(message).unwrap();
    let told = json(message);
    let references = told["Records"][0]["codecommit"]["references"].as_array().unwrap();
    assert_eq!((read.records.len(), read.records[0].code_commit.references.len()), (1, references.len()));
    told["Records"][0].clone()
}

/// What a target of the bus's rules is told, as the public type reads it. `EventBridge` gives ids of its own.
fn bus_event(received: &Received) -> Value {
    let read: EventBridgeEvent = serde_json::from_str(&received.body).unwrap();
    assert!(read.id.is_some() && read.time.is_some(), "{read:?}");
    let mut told = json(&received.body);
    told.as_object_mut().unwrap().remove("id");
    told
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// When an event happened, in milliseconds since 1970, as its id says (RFC 9562, UUID version 7).
pub(crate) fn millis(id: &str) -> u64 {
    u64::from_str_radix(&id.chars().filter(|c| *c != '-').take(12).collect::<String>(), 16).unwrap_or_default()
}

/// The id of a message that follows from an event's: of the same time, the rest a digest of the event's id and what it is for.
fn derived(event: &str, purpose: &str) -> String {
    let digest = Sha256::new().chain_update(event).chain_update([0]).chain_update(purpose).finalize();
    let mut random: Vec<u8> = digest[..10].to_vec();
    random[0] = random[0] & 0x0f | 0x70;
    random[2] = random[2] & 0x3f | 0x80;
    let hex: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    [&event[..13], &hex[..4], &hex[4..8], &hex[8..]].join("-")
}
