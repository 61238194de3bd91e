//! Lanes: what waits for what, and for how long.

use crate::world::{BUS, Mood, World, ana, create, head, oid, put_triggers, topic};
use domain::PushId;
use serde_json::Value;
use std::sync::{Arc, Mutex};
use std::time::Duration;

fn names(prefix: &str, count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{prefix}{number:04}")).collect()
}

/// The refs of a trigger's message.
fn refs(message: &Value) -> Vec<&str> {
    let references = message["Records"][0]["codecommit"]["references"].as_array().unwrap();
    references.iter().map(|reference| reference["ref"].as_str().unwrap()).collect()
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test]
async fn a_push_in_several_parts_is_one_event_of_a_trigger() {
    let mut world = World::new(false);
    let repository = world.repository("demo").await;
    put_triggers(&repository, &[topic("all")]).await;
    let push = PushId::from_random([1; 16]);
    for (number, part) in names("b", 75).chunks(30).enumerate() {
        create(&repository, part, Some((&push, number == 2))).await;
        world.consume().await;
        world.deliver().await;
    }
    let told = world.destinations.take();
    assert_eq!(told.len(), 1);
    assert_eq!(refs(&told[0].message).len(), 75);
    assert_eq!(told[0].message["Records"][0]["eventTotalParts"], 1);
    assert!(world.is_drained().await);
}

#[tokio::test]
async fn a_push_that_breaks_off_is_told_of_after_a_while() {
    let mut world = World::new(false);
    let repository = world.repository("demo").await;
    put_triggers(&repository, &[topic("all")]).await;
    let push = PushId::from_random([1; 16]);
    create(&repository, &names("b", 20), Some((&push, false))).await;
    world.consume().await;
    world.deliver().await;
    assert!(world.destinations.take().is_empty());
    world.clock.advance(seconds(31));
    world.deliver().await;
    assert_eq!(refs(&world.destinations.take()[0].message).len(), 20);
    assert!(world.is_drained().await);
    // What comes after all is told by itself.
    create(&repository, &names("late", 3), Some((&push, true))).await;
    world.consume().await;
    world.deliver().await;
    assert_eq!(refs(&world.destinations.take()[0].message).len(), 3);
}

#[tokio::test]
async fn an_event_that_is_too_large_for_one_message_has_several_parts() {
    let mut world = World::new(false);
    let repository = world.repository("demo").await;
    put_triggers(&repository, &[topic("all")]).await;
    let push = PushId::from_random([1; 16]);
    let all = names(&"x".repeat(900), 320);
    let chunks: Vec<_> = all.chunks(30).collect();
    for (number, part) in chunks.iter().enumerate() {
        create(&repository, part, Some((&push, number + 1 == chunks.len()))).await;
    }
    world.consume().await;
    world.deliver().await;
    let told = world.destinations.take();
    assert!(told.len() > 1);
    let mut seen = Vec::new();
    for (number, told) in told.iter().enumerate() {
        let record = &told.message["Records"][0];
        assert_eq!(
            (&record["eventPartNumber"], &record["eventTotalParts"]),
            (&(number + 1).into(), &told_len(&told.message))
        );
        assert_eq!(record["eventId"], world_id(&told.message));
        assert!(told.message.to_string().len() <= 256 * 1024);
        seen.extend(refs(&told.message).into_iter().map(str::to_owned));
    }
    assert_eq!(seen.len(), 320);
    let total = told[0].message["Records"][0]["eventTotalParts"].as_u64().unwrap();
    assert_eq!(total as usize, told.len());
}

fn told_len(message: &Value) -> Value {
    message["Records"][0]["eventTotalParts"].clone()
}

fn world_id(message: &Value) -> Value {
    message["Records"][0]["eventId"].clone()
}

#[tokio::test]
async fn a_failing_destination_holds_up_neither_others_nor_other_repositories() {
    let mut world = World::new(true);
    world.destinations.set(&topic("bad"), Mood::Down);
    let mut repositories = Vec::new();
    for name in ["one", "two"] {
        let repository = world.repository(name).await;
        put_triggers(&repository, &[topic("bad"), topic("good")]).await;
        repositories.push(repository);
    }
    for repository in &repositories {
        create(repository, &names("b", 5), None).await;
    }
    world.consume().await;
    world.deliver().await;
    let told = world.destinations.take();
    let count = |destination: &str| told.iter().filter(|told| told.destination == destination).count();
    assert_eq!((count(&topic("bad")), count(&topic("good"))), (0, 2));
    assert!(count(BUS) >= 10, "{}", count(BUS));
    // It recovers, and what waited arrives.
    world.destinations.set(&topic("bad"), Mood::Well);
    world.clock.advance(seconds(2));
    world.deliver().await;
    assert_eq!(world.destinations.take().len(), 2);
    assert!(world.is_drained().await);
}

#[tokio::test]
async fn what_is_about_the_same_ref_waits_and_the_rest_passes() {
    let mut world = World::new(false);
    let repository = world.repository("demo").await;
    put_triggers(&repository, &[topic("t")]).await;
    world.destinations.set(&topic("t"), Mood::Refusing);
    create(&repository, &["a".to_owned()], None).await;
    world.consume().await;
    world.deliver().await;
    world.destinations.set(&topic("t"), Mood::Well);
    let mut again = repository.change(ana());
    again.update_ref(head("a"), oid(1), oid(2), None, false);
    again.commit().await.unwrap();
    create(&repository, &["b".to_owned()], None).await;
    world.consume().await;
    world.deliver().await;
    let told = world.destinations.take();
    assert_eq!(told.iter().map(|told| refs(&told.message)).collect::<Vec<_>>(), [["refs/heads/b"]]);
    world.clock.advance(seconds(2));
    world.deliver().await;
    let told = world.destinations.take();
    let commits: Vec<_> =
        told.iter().map(|told| &told.message["Records"][0]["codecommit"]["references"][0]["commit"]).collect();
    assert_eq!(commits, [&Value::from(oid(1).to_string()), &Value::from(oid(2).to_string())]);
}

#[tokio::test]
async fn what_fails_is_tried_ever_more_seldom_for_a_day_and_then_given_up() {
    let mut world = World::new(false);
    let repository = world.repository("demo").await;
    put_triggers(&repository, &[topic("t")]).await;
    world.destinations.set(&topic("t"), Mood::Down);
    create(&repository, &["a".to_owned()], None).await;
    world.consume().await;
    let mut waited = Duration::ZERO;
    while !world.is_drained().await {
        world.deliver().await;
        world.clock.advance(seconds(30));
        waited += seconds(30);
        assert!(waited < seconds(26 * 3600), "it is never given up");
    }
    assert!(waited >= seconds(24 * 3600));
    let tries = world.destinations.asked();
    assert!((30..60).contains(&tries), "{tries} tries");
}

#[tokio::test]
async fn what_is_refused_is_given_up_after_a_quarter_of_an_hour() {
    let mut world = World::new(false);
    let repository = world.repository("demo").await;
    put_triggers(&repository, &[topic("t")]).await;
    world.destinations.set(&topic("t"), Mood::Refusing);
    create(&repository, &["a".to_owned()], None).await;
    world.consume().await;
    let mut waited = Duration::ZERO;
    while !world.is_drained().await {
        world.deliver().await;
        world.clock.advance(seconds(10));
        waited += seconds(10);
    }
    assert!((seconds(15 * 60)..seconds(40 * 60)).contains(&waited), "{waited:?}");
}

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_tells_operators_of_what_is_given_up() {
    let (log, mut world) = (Log::default(), World::new(false));
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().json().flatten_event(true).with_writer(move || writer.clone()).finish();
    let _logging = tracing::subscriber::set_default(subscriber);
    let repository = world.repository("demo").await;
    put_triggers(&repository, &[topic("t")]).await;
    world.destinations.set(&topic("t"), Mood::Refusing);
    create(&repository, &["a".to_owned()], None).await;
    world.consume().await;
    while !world.is_drained().await {
        world.deliver().await;
        world.clock.advance(seconds(60));
    }
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let told: Vec<Value> = lines.filter(|line| line["message"] == "a delivery was given up").collect();
    let [line] = &told[..] else { panic!("{log}") };
    let text = |member: &str| line[member].as_str().unwrap().to_owned();
    assert_eq!(
        [text("level"), text("kind"), text("rule"), text("destination")],
        ["ERROR", "trigger", "t", &topic("t")]
    );
    assert_eq!([text("repository"), text("events").len().to_string()], [repository.id().to_string(), "36".to_owned()]);
    assert!(line["attempts"].as_u64() > Some(1) && line["age_seconds"].as_u64() >= Some(900), "{line}");
    assert!(!text("reason").is_empty());
}

#[tokio::test]
async fn a_lane_belongs_to_one_worker_at_a_time_until_its_lease_ends() {
    let mut world = World::new(false);
    let repository = world.repository("demo").await;
    put_triggers(&repository, &[topic("t")]).await;
    create(&repository, &["a".to_owned()], None).await;
    world.consume().await;
    let lane = world.notifier.due_lanes().await.unwrap().0.remove(0);
    let lease = seconds(60);
    let taken = world.store.take_lane(&lane, "one", lease).await.unwrap();
    assert!(taken.is_some());
    assert!(world.store.take_lane(&lane, "two", lease).await.unwrap().is_none());
    assert!(world.store.take_lane(&lane, "one", lease).await.unwrap().is_some());
    // Added to while it is taken: it stays taken, and the one who has it sees to that too.
    create(&repository, &["b".to_owned()], None).await;
    world.consume().await;
    assert!(world.store.take_lane(&lane, "two", lease).await.unwrap().is_none());
    assert!(taken.unwrap().release().await.unwrap().is_some());
    world.clock.advance(seconds(61));
    assert!(world.store.take_lane(&lane, "two", lease).await.unwrap().is_some());
    world.deliver().await;
    assert!(world.destinations.take().is_empty(), "another worker has it");
    world.clock.advance(seconds(61));
    world.deliver().await;
    assert_eq!(world.destinations.take().len(), 2);
}

#[tokio::test]
async fn taking_a_change_up_twice_queues_it_once() {
    let mut world = World::new(true);
    let repository = world.repository("demo").await;
    put_triggers(&repository, &[topic("t")]).await;
    let push = PushId::from_random([1; 16]);
    create(&repository, &names("b", 20), Some((&push, false))).await;
    create(&repository, &names("c", 20), Some((&push, true))).await;
    world.consume().await;
    world.forget(1_000);
    world.consume().await;
    world.deliver().await;
    let told = world.destinations.take();
    let to_topic: Vec<_> = told.iter().filter(|told| told.destination == topic("t")).collect();
    assert_eq!(to_topic.len(), 1);
    assert_eq!(refs(&to_topic[0].message).len(), 40);
    let mut ids: Vec<String> =
        told.iter().filter_map(|told| told.message["eventId"].as_str()).map(str::to_owned).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count);
}
