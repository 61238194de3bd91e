//! Webhooks: what they are told and how it is signed, what becomes of failures, and what the log says.

use crate::world::{Mood, SECRET, World, create, webhook};
use domain::{Event, EventKind, SettingChange, WebhookFormat, WebhookStatus};
use notify::webhook::secret::{github_signature, standard_signature};
use std::time::Duration;
use store::{DeliveryState, News, Webhook, WebhookDelivery, read_change};

const URL: &str = "https://hooks.example.com/in";

fn hours(hours: u64) -> Duration {
    Duration::from_secs(hours * 3600)
}

async fn log(world: &World, webhook: &Webhook) -> Vec<WebhookDelivery> {
    world.store.webhook_deliveries(webhook.id(), None, 100).await.unwrap().deliveries
}

async fn status(world: &World, webhook: &Webhook) -> WebhookStatus {
    world.store.find_webhook(webhook.repository(), webhook.id()).await.unwrap().unwrap().status()
}

/// All events so far.
async fn events(world: &World) -> Vec<Event> {
    let changes = world.store.changes(None, usize::MAX).await.unwrap();
    let news = changes.iter().filter_map(read_change).map(Result::unwrap);
    news.filter_map(|news| if let News::Event(event) = news { Some(*event) } else { None }).collect()
}

#[tokio::test]
async fn a_webhook_gets_what_it_chose_signed_with_its_secret() {
    let mut world = World::new(false);
    let repository = world.repository("demo").await;
    let other = world.repository("other").await;
    let own = webhook(&world, Some(repository.id()), URL, WebhookFormat::Coldforge, &["branch.created"]).await;
    webhook(&world, None, "https://hooks.example.com/all", WebhookFormat::Github, &["push", "create"]).await;
    create(&repository, &["a".to_owned()], None).await;
    create(&other, &["b".to_owned()], None).await;
    world.consume().await;
    world.deliver().await;
    let told = world.destinations.take();
    let to =
        |url: &str| told.iter().filter(|told| told.destination == url).map(|told| &told.message).collect::<Vec<_>>();

    let [message] = to(URL)[..] else { panic!("{told:#?}") };
    let headers = &message["headers"];
    let text = |name: &str| headers[name].as_str().unwrap();
    let body = log(&world, &own).await.remove(0).body;
    let seconds = text("webhook-timestamp").parse().unwrap();
    assert_eq!(text("webhook-signature"), standard_signature(SECRET, text("webhook-id"), seconds, &body));
    assert_eq!(message["body"]["type"], "reference.changed");
    assert_eq!(message["body"]["types"][0], "branch.created");
    assert_eq!(message["body"]["version"], 1);
    assert_eq!(message["body"]["repository"]["cloneUrl"], "https://git.example.com/v1/repos/demo");

    let all = to("https://hooks.example.com/all");
    let kinds: Vec<_> = all.iter().map(|message| message["headers"]["x-github-event"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["create", "push", "create", "push"]);
    let push = all[1];
    let name = if push["body"]["repository"]["name"] == "demo" { "refs/heads/a" } else { "refs/heads/b" };
    assert_eq!(push["body"]["ref"], name);
    let sent = serde_json::to_string(&push["body"]).unwrap();
    assert_eq!(push["headers"]["x-hub-signature-256"], github_signature(SECRET, &sent));
}

#[tokio::test]
async fn the_log_has_every_attempt_and_a_delivery_can_be_made_again() {
    let mut world = World::new(false);
    let repository = world.repository("demo").await;
    let hook = webhook(&world, Some(repository.id()), URL, WebhookFormat::Coldforge, &["branch.*"]).await;
    world.destinations.set(URL, Mood::Down);
    create(&repository, &["a".to_owned()], None).await;
    world.consume().await;
    world.deliver().await;
    world.clock.advance(Duration::from_secs(2));
    world.destinations.set(URL, Mood::Well);
    world.deliver().await;
    let [delivery] = &log(&world, &hook).await[..] else { panic!() };
    assert_eq!((delivery.state, delivery.tries), (DeliveryState::Delivered, 2));
    let statuses: Vec<_> = delivery.attempts.iter().map(|attempt| attempt.status).collect();
    assert_eq!(statuses, [Some(500), Some(204)]);
    assert_eq!(delivery.attempts[1].answer.as_deref(), Some("said so"));
    assert!(delivery.attempts[1].headers.iter().any(|(name, _)| name == "webhook-signature"));

    // Taken up once more after it was delivered: it is known.
    world.forget(1_000);
    world.consume().await;
    world.deliver().await;
    assert_eq!(world.destinations.take().len(), 1);

    // Asked for once more: the same id.
    let (lane, again) = notify::webhook::again(&hook, delivery);
    world.store.add_deliveries(&lane, &[again]).await.unwrap();
    world.deliver().await;
    let told = world.destinations.take();
    assert_eq!(told[0].message["headers"]["webhook-id"], delivery.id.as_str());
    assert_eq!(log(&world, &hook).await[0].tries, 3);

    // After 30 days it is gone.
    world.clock.advance(hours(30 * 24 + 1));
    assert!(log(&world, &hook).await.is_empty());
}

#[tokio::test]
async fn a_ping_goes_the_way_of_every_delivery() {
    let mut world = World::new(false);
    let hook = webhook(&world, None, URL, WebhookFormat::Coldforge, &["*"]).await;
    world.consume().await;
    world.deliver().await;
    world.destinations.take();
    let now = ports::Clock::now(&*world.clock);
    let id = store::event_id(now).unwrap();
    let (lane, delivery) = notify::webhook::ping(&hook, id.clone(), now);
    world.store.add_deliveries(&lane, &[delivery]).await.unwrap();
    world.consume().await;
    world.deliver().await;
    let told = world.destinations.take();
    assert_eq!(told.len(), 1);
    assert_eq!(
        (&told[0].message["body"]["type"], &told[0].message["headers"]["webhook-id"]),
        (&"ping".into(), &id.as_str().into())
    );
}

#[tokio::test]
async fn a_webhook_that_asks_for_rest_gets_it() {
    let mut world = World::new(false);
    let repository = world.repository("demo").await;
    let url = "https://hooks.example.com/429";
    let hook = webhook(&world, Some(repository.id()), url, WebhookFormat::Coldforge, &["branch.*"]).await;
    create(&repository, &["a".to_owned()], None).await;
    world.consume().await;
    world.deliver().await;
    for minutes in [10, 50, 55] {
        world.clock.advance(Duration::from_secs(minutes * 60));
        world.deliver().await;
        assert_eq!(log(&world, &hook).await[0].tries, 1, "{minutes}");
    }
    world.clock.advance(Duration::from_secs(10 * 60));
    world.deliver().await;
    assert_eq!(log(&world, &hook).await[0].tries, 2);
}

#[tokio::test]
async fn a_delivery_that_fails_for_a_day_is_given_up_and_five_days_disable_the_webhook() {
    let mut world = World::new(false);
    let repository = world.repository("demo").await;
    let hook = webhook(&world, Some(repository.id()), URL, WebhookFormat::Coldforge, &["branch.*", "webhook.*"]).await;
    world.consume().await;
    world.deliver().await;
    world.destinations.set(URL, Mood::Down);
    create(&repository, &["a".to_owned()], None).await;
    let mut passed = Duration::ZERO;
    let mut day = 0;
    while status(&world, &hook).await == WebhookStatus::Active {
        world.consume().await;
        world.deliver().await;
        world.clock.advance(Duration::from_secs(1800));
        passed += Duration::from_secs(1800);
        assert!(passed < hours(24 * 8), "it is never disabled");
        if passed.as_secs() / 86_400 > day {
            day += 1;
            create(&repository, &[format!("day-{day}")], None).await;
        }
    }
    assert!(passed >= hours(24 * 5), "{passed:?}");
    world.consume().await;
    world.deliver().await;
    let states: Vec<_> = log(&world, &hook).await.iter().map(|delivery| delivery.state).collect();
    assert!(states.iter().filter(|state| **state == DeliveryState::Failed).count() >= 5, "{states:?}");
    assert!(world.is_drained().await);
    let disabled =
        |event: &Event| matches!(&event.kind, EventKind::WebhookChanged { change: SettingChange::Disabled, .. });
    assert_eq!(events(&world).await.iter().filter(|event| disabled(event)).count(), 1);
    // What happens now is not for it.
    let before = world.destinations.asked();
    create(&repository, &["later".to_owned()], None).await;
    world.consume().await;
    world.deliver().await;
    assert_eq!(world.destinations.asked(), before);
}

#[tokio::test]
async fn a_webhook_that_says_it_is_gone_is_disabled_at_once() {
    let mut world = World::new(false);
    let repository = world.repository("demo").await;
    let url = "https://hooks.example.com/410";
    let hook = webhook(&world, Some(repository.id()), url, WebhookFormat::Coldforge, &["branch.*"]).await;
    create(&repository, &["a".to_owned()], None).await;
    world.consume().await;
    world.deliver().await;
    assert_eq!(status(&world, &hook).await, WebhookStatus::Disabled);
    assert_eq!(log(&world, &hook).await[0].state, DeliveryState::Failed);
    assert!(world.is_drained().await);
}
