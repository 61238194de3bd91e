//! The functions one after the other, over a table in memory whose changes are put into batches as Lambda makes them.

use super::{Batch, LaneWorkers, Work, consume_changes, deliver_due_lanes, deliver_lane};
use async_trait::async_trait;
use aws::{Connection, KmsKeys};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::{Actor, EventBus, Lane, RepositoryName};
use egress::Egress;
use notify::Notifier;
use ports::clock::ManualClock;
use ports::conformance::model::{MemoryBlobs, MemoryTable};
use ports::decorators::{CallKind, Decorated, Failure, Failures};
use ports::{BusEvent, Change, PublishError, Publisher};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};
use store::{NewRepository, Sequence, Store};

const BUS: &str = "arn:aws:events:eu-west-1:123456789012:event-bus/all";
const WORKER: &str = "arn:aws:lambda:eu-west-1:123456789012:function:coldforge-DeliverLane";

/// Keeps which lanes workers were run for, and what arrived on the bus.
#[derive(Default)]
struct Told {
    lanes: Mutex<Vec<String>>,
    events: Mutex<Vec<Value>>,
    bus_is_down: Mutex<bool>,
    workers_are_down: Mutex<bool>,
}

#[async_trait]
impl Publisher for Told {
    async fn publish(&self, _topic: &str, _subject: &str, _message: &str) -> Result<(), PublishError> {
        Err(PublishError::Invalid("there are no topics here".to_owned()))
    }

    async fn invoke(&self, function: &str, payload: &str) -> Result<(), PublishError> {
        assert_eq!(function, WORKER);
        if *self.workers_are_down.lock().unwrap() {
            return Err(PublishError::Unavailable("too many at once".into()));
        }
        let work: Work = serde_json::from_str(payload).unwrap();
        self.lanes.lock().unwrap().push(work.lane);
        Ok(())
    }

    async fn put_events(&self, bus: &str, events: &[BusEvent]) -> Result<(), PublishError> {
        assert_eq!(bus, BUS);
        if *self.bus_is_down.lock().unwrap() {
            return Err(PublishError::Unavailable("not now".into()));
        }
        let details = events.iter().map(|event| serde_json::from_str(&event.detail).unwrap());
        self.events.lock().unwrap().extend(details);
        Ok(())
    }
}

struct World {
    store: Store,
    clock: Arc<ManualClock>,
    failures: Failures,
    told: Arc<Told>,
    notifier: Notifier,
    workers: LaneWorkers,
    position: Option<Sequence>,
    _scratch: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let clock = Arc::new(ManualClock::new(UNIX_EPOCH + Duration::from_secs(1_800_000_000)));
        let table = Arc::new(MemoryTable::with_clock(clock.clone()));
        let failures = Failures::new();
        let scratch = tempfile::tempdir().unwrap();
        let store = Store::new(store::Components {
            table: Arc::new(Decorated::new(table.clone(), failures.clone())),
            feed: Some(table),
            blobs: Arc::new(MemoryBlobs::new()),
            clock: clock.clone(),
            scratch: scratch.path().to_owned(),
            block_size: 1024,
            block_cache_bytes: 1 << 20,
            object_cache_bytes: 1 << 20,
        });
        let told = Arc::new(Told::default());
        let nowhere = Connection::from_variables(|_| Some("unused".to_owned())).unwrap();
        let components = notify::Components {
            store: store.clone(),
            publisher: told.clone(),
            poster: Arc::new(Egress::new(Vec::new())),
            keys: Arc::new(KmsKeys::new(&nowhere, "alias/unused")),
            clock: clock.clone(),
        };
        let settings = notify::Settings {
            region: domain::Region::parse("eu-west-1").unwrap(),
            account: domain::AccountId::parse("123456789012").unwrap(),
            endpoint: "https://git.example.com".to_owned(),
            console: None,
            bus: EventBus::parse(BUS),
        };
        let notifier = Notifier::new(components, settings);
        let workers = LaneWorkers::new(told.clone(), WORKER);
        Self { store, clock, failures, told, notifier, workers, position: None, _scratch: scratch }
    }

    async fn create_repository(&self, name: &str) {
        let name = RepositoryName::parse(name).unwrap();
        let new = NewRepository { name, description: None, kms_key_id: None, tags: BTreeMap::new() };
        let ana = Actor::new("arn:aws:iam::123456789012:user/coldforge/ana");
        self.store.create_repository(&ana, new).await.unwrap();
    }

    /// The records of what changed since the last call.
    async fn records(&mut self) -> Vec<Value> {
        let changes = self.store.changes(self.position, 1000).await.unwrap();
        self.position = changes.last().map(|change| change.sequence).or(self.position);
        changes.iter().map(record).collect()
    }

    /// What the function answers to a batch.
    async fn consume(&self, records: Vec<Value>) -> Value {
        let batch: Batch = serde_json::from_value(json!({ "Records": records })).unwrap();
        serde_json::to_value(consume_changes(&self.notifier, &self.workers, batch).await).unwrap()
    }

    /// What the function answers to what changed since the last call.
    async fn consume_news(&mut self) -> Value {
        let records = self.records().await;
        assert!(!records.is_empty());
        self.consume(records).await
    }

    fn take_lanes(&self) -> Vec<String> {
        std::mem::take(&mut self.told.lanes.lock().unwrap())
    }

    fn take_events(&self) -> Vec<Value> {
        std::mem::take(&mut self.told.events.lock().unwrap())
    }

    async fn work_on(&self, lane: &str) -> Value {
        deliver_lane(&self.notifier, &Work { lane: lane.to_owned() }, "an invocation").await.unwrap()
    }
}

/// A change as a record of a stream.
fn record(change: &Change) -> Value {
    let keys = json!({"pk": {"S": change.key.partition}, "sk": {"S": change.key.sort}});
    let mut told = json!({"Keys": keys, "SequenceNumber": change.sequence.0.to_string()});
    if let Some(row) = &change.row {
        told["NewImage"] = keys;
        told["NewImage"]["version"] = json!({"N": row.version.0.to_string()});
        told["NewImage"]["body"] = json!({"B": STANDARD.encode(&row.body)});
    }
    let name = if change.row.is_some() { "INSERT" } else { "REMOVE" };
    json!({"eventName": name, "dynamodb": told})
}

#[tokio::test]
async fn an_event_reaches_its_destination_through_the_stream_and_a_worker() {
    let mut world = World::new();
    world.create_repository("demo").await;
    assert_eq!(world.consume_news().await, json!({"batchItemFailures": []}));
    assert_eq!(world.take_lanes(), Vec::<String>::new(), "the stream tells of the lane when it is there");
    assert_eq!(world.consume_news().await, json!({"batchItemFailures": []}));
    let [lane] = world.take_lanes().try_into().unwrap();
    assert!(Lane::parse(&lane).is_some_and(|lane| lane.destination == BUS), "{lane}");
    assert_eq!(world.work_on(&lane).await["waits"], false);
    let [event] = world.take_events().try_into().unwrap();
    assert_eq!((&event["event"], &event["repositoryName"]), (&json!("repositoryCreated"), &json!("demo")));
    // What the worker does to the lane is told as well, and is no work.
    world.consume_news().await;
    assert_eq!(world.take_lanes(), Vec::<String>::new());
}

#[tokio::test]
async fn what_fails_is_found_by_the_clock_and_tried_again() {
    let mut world = World::new();
    world.create_repository("demo").await;
    for _ in 0..2 {
        world.consume_news().await;
    }
    let [lane] = world.take_lanes().try_into().unwrap();
    *world.told.bus_is_down.lock().unwrap() = true;
    assert_eq!(world.work_on(&lane).await["waits"], true);
    assert_eq!(deliver_due_lanes(&world.notifier, &world.workers).await.unwrap(), json!({"dueLanes": 0}));
    world.clock.advance(Duration::from_secs(60));
    *world.told.bus_is_down.lock().unwrap() = false;
    assert_eq!(deliver_due_lanes(&world.notifier, &world.workers).await.unwrap(), json!({"dueLanes": 1}));
    assert_eq!(world.take_lanes(), std::slice::from_ref(&lane));
    assert_eq!(world.work_on(&lane).await["waits"], false);
    assert_eq!(world.take_events().len(), 1);
    assert_eq!(deliver_due_lanes(&world.notifier, &world.workers).await.unwrap(), json!({"dueLanes": 0}));
}

#[tokio::test]
async fn a_lane_that_could_not_be_handed_over_is_found_by_the_clock() {
    let mut world = World::new();
    world.create_repository("demo").await;
    *world.told.workers_are_down.lock().unwrap() = true;
    for _ in 0..2 {
        assert_eq!(world.consume_news().await, json!({"batchItemFailures": []}), "the queue has it");
    }
    assert!(deliver_due_lanes(&world.notifier, &world.workers).await.is_err(), "so that an alarm tells of it");
    *world.told.workers_are_down.lock().unwrap() = false;
    assert_eq!(deliver_due_lanes(&world.notifier, &world.workers).await.unwrap(), json!({"dueLanes": 1}));
    assert_eq!(world.take_lanes().len(), 1);
}

#[tokio::test]
async fn only_what_was_not_taken_up_is_given_again() {
    let mut world = World::new();
    world.create_repository("first").await;
    let first = world.records().await;
    world.create_repository("second").await;
    let second = world.records().await;
    let event = |records: &[Value]| -> Value {
        let found = records.iter().find(|record| {
            record["dynamodb"]["Keys"]["pk"]["S"].as_str().is_some_and(|partition| partition.starts_with("EVENT#"))
        });
        found.unwrap()["dynamodb"].clone()
    };
    let partition = event(&second)["Keys"]["pk"]["S"].as_str().unwrap().replace("EVENT#", "");
    let about_second = move |call: &ports::decorators::Call| call.name.contains(&format!("#{partition}"));
    world.failures.add(Failure::before().of(CallKind::Commit).matching(about_second));
    let all = [first, second.clone()].concat();
    let failed = json!({"batchItemFailures": [{"itemIdentifier": event(&second)["SequenceNumber"]}]});
    assert_eq!(world.consume(all).await, failed);
    world.failures.clear();
    assert_eq!(world.consume(second).await, json!({"batchItemFailures": []}));
    assert_eq!(deliver_due_lanes(&world.notifier, &world.workers).await.unwrap(), json!({"dueLanes": 2}));
}

#[tokio::test]
async fn a_record_that_cannot_be_read_holds_up_no_other() {
    let mut world = World::new();
    world.create_repository("demo").await;
    let mut records = world.records().await;
    let mut damaged = records[0].clone();
    damaged["dynamodb"]["NewImage"]["body"] = json!({"S": "no bytes"});
    records.insert(0, damaged);
    assert_eq!(world.consume(records).await, json!({"batchItemFailures": []}));
    assert_eq!(deliver_due_lanes(&world.notifier, &world.workers).await.unwrap(), json!({"dueLanes": 1}));
}
