//! A store in memory, a clock that stands still, and destinations that keep what arrives and fail as they are told.

use async_trait::async_trait;
use bytes::Bytes;
use domain::{
    Actor, EventBus, PushId, PushPart, RefName, RepositoryId, RepositoryName, Trigger, TriggerEvent, TriggerName,
    WebhookEvents, WebhookFormat,
};
use notify::{Components, Notifier, Settings};
use ports::clock::ManualClock;
use ports::conformance::model::{MemoryBlobs, MemoryTable};
use ports::{
    BusEvent, DataKey, EncryptionContext, KeyDescription, KeyError, Keys, PostAnswer, PostError, PostRequest, Poster,
    PublishError, Publisher, TopicMessage,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};
use store::{NewRepository, NewWebhook, Repository, Sequence, Store, TriggerConfiguration, Webhook};
use zeroize::Zeroizing;

pub(crate) const BUS: &str = "arn:aws:events:eu-west-1:123456789012:event-bus/all";

/// How a destination answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    /// It takes what it gets.
    Well,
    /// It takes nothing.
    Down,
    /// It takes what it gets, and the answer is lost.
    Lost,
    /// It says that it does not want this.
    Refusing,
}

/// What a destination got.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) destination: String,
    pub(crate) message: Value,
}

/// The destinations.
#[derive(Default)]
pub(crate) struct Destinations {
    moods: Mutex<BTreeMap<String, Mood>>,
    told: Mutex<Vec<Told>>,
    asked: Mutex<u64>,
}

impl Destinations {
    pub(crate) fn set(&self, destination: &str, mood: Mood) {
        self.moods.lock().unwrap().insert(destination.to_owned(), mood);
    }

    pub(crate) fn take(&self) -> Vec<Told> {
        std::mem::take(&mut *self.told.lock().unwrap())
    }

    /// How often anything was tried.
    pub(crate) fn asked(&self) -> u64 {
        *self.asked.lock().unwrap()
    }

    async fn tell(&self, destination: &str, message: Value) -> Result<(), PublishError> {
        *self.asked.lock().unwrap() += 1;
        // Somebody may lose patience while the destination thinks.
        tokio::task::yield_now().await;
        let mood = self.moods.lock().unwrap().get(destination).copied().unwrap_or(Mood::Well);
        if matches!(mood, Mood::Well | Mood::Lost) {
            self.told.lock().unwrap().push(Told { destination: destination.to_owned(), message });
        }
        tokio::task::yield_now().await;
        match mood {
            Mood::Well => Ok(()),
            Mood::Down | Mood::Lost => Err(PublishError::Unavailable("not now".into())),
            Mood::Refusing => Err(PublishError::Refused("not this".to_owned())),
        }
    }
}

#[async_trait]
impl Publisher for Destinations {
    async fn publish(&self, topic: &str, _subject: &str, message: &str) -> Result<(), PublishError> {
        self.tell(topic, serde_json::from_str(message).unwrap()).await
    }

    async fn invoke(&self, function: &str, payload: &str) -> Result<(), PublishError> {
        self.tell(function, serde_json::from_str(payload).unwrap()).await
    }

    async fn publish_message(&self, topic: &str, message: &TopicMessage) -> Result<(), PublishError> {
        let told = json!({
            "subject": message.subject,
            "default": message.default,
            "sqs": serde_json::from_str::<Value>(&message.variants["sqs"]).unwrap(),
            "attributes": message.attributes,
        });
        self.tell(topic, told).await
    }

    async fn put_events(&self, bus: &str, events: &[BusEvent]) -> Result<(), PublishError> {
        for event in events {
            self.tell(bus, serde_json::from_str(&event.detail).unwrap()).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl Poster for Destinations {
    fn check(&self, _url: &str) -> Result<(), PostError> {
        Ok(())
    }

    /// What the mood cannot say is said by the path: `/410` answers with that status, `/429` also asks for two hours of rest.
    async fn post(&self, request: PostRequest) -> Result<PostAnswer, PostError> {
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        let headers: BTreeMap<String, String> = request.headers.into_iter().collect();
        let told = self.tell(&request.url, json!({ "headers": headers, "body": body })).await;
        let told_status = request.url.rsplit('/').next().and_then(|end| end.parse().ok());
        let status = if told.is_ok() { told_status.unwrap_or(204) } else { 500 };
        let retry_after = (status == 429).then(|| Duration::from_secs(2 * 3600));
        Ok(PostAnswer { status, retry_after, body: Bytes::from_static(b"said so") })
    }
}

/// Keys that bind what they encrypt to its context, and hide nothing.
struct GlassKeys;

#[async_trait]
impl Keys for GlassKeys {
    async fn generate_data_key(&self, _key: Option<&str>, _context: &EncryptionContext) -> Result<DataKey, KeyError> {
        Err(KeyError::Invalid("nobody asks for this".to_owned()))
    }

    async fn encrypt(
        &self,
        _key: Option<&str>,
        plain: &[u8],
        context: &EncryptionContext,
    ) -> Result<Vec<u8>, KeyError> {
        Ok([format!("{context:?}|").as_bytes(), plain].concat())
    }

    async fn decrypt(&self, sealed: &[u8], context: &EncryptionContext) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let plain = sealed.strip_prefix(format!("{context:?}|").as_bytes()).ok_or(KeyError::InvalidCiphertext)?;
        Ok(Zeroizing::new(plain.to_vec()))
    }

    async fn describe(&self, _key: Option<&str>) -> Result<KeyDescription, KeyError> {
        Ok(KeyDescription { id: "glass".to_owned(), enabled: true })
    }
}

pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) destinations: Arc<Destinations>,
    pub(crate) notifier: Notifier,
    position: Option<Sequence>,
    _scratch: tempfile::TempDir,
}

impl World {
    pub(crate) fn new(bus: bool) -> Self {
        let clock = Arc::new(ManualClock::new(UNIX_EPOCH + Duration::from_secs(1_800_000_000)));
        let table = Arc::new(MemoryTable::with_clock(clock.clone()));
        let scratch = tempfile::tempdir().unwrap();
        let store = Store::new(store::Components {
            table: table.clone(),
            feed: Some(table),
            blobs: Arc::new(MemoryBlobs::new()),
            clock: clock.clone(),
            scratch: scratch.path().to_owned(),
            block_size: 1024,
            block_cache_bytes: 1 << 20,
            object_cache_bytes: 1 << 20,
        });
        let destinations = Arc::new(Destinations::default());
        let components = Components {
            store: store.clone(),
            publisher: destinations.clone(),
            poster: destinations.clone(),
            keys: Arc::new(GlassKeys),
            clock: clock.clone(),
        };
        let notifier = Notifier::new(components, settings(bus));
        Self { store, clock, destinations, notifier, position: None, _scratch: scratch }
    }

    pub(crate) async fn repository(&self, name: &str) -> Repository {
        let name = RepositoryName::parse(name).unwrap();
        let new = NewRepository { name, description: None, kms_key_id: None, tags: BTreeMap::new() };
        self.store.create_repository(&ana(), new).await.unwrap()
    }

    /// Takes up what the feed holds, as somebody does who keeps the place in memory only.
    pub(crate) async fn consume(&mut self) {
        loop {
            let changes = self.store.changes(self.position, 50).await.unwrap();
            let Some(last) = changes.last().map(|change| change.sequence) else { return };
            let consumed = self.notifier.consume(&changes).await;
            assert!(consumed.failed.is_empty() && consumed.unreadable.is_empty());
            self.position = Some(last);
        }
    }

    /// Goes back in the feed, as somebody who forgot how far they were.
    pub(crate) fn forget(&mut self, changes: u64) {
        self.position = self.position.map(|at| Sequence(at.0.saturating_sub(changes))).filter(|at| at.0 > 0);
    }

    /// Works once on every lane that is due.
    pub(crate) async fn deliver(&self) {
        for lane in self.notifier.due_lanes().await.unwrap().0 {
            self.notifier.deliver(&lane, "worker").await.unwrap();
        }
    }

    /// Whether nothing waits.
    pub(crate) async fn is_drained(&self) -> bool {
        let (due, next) = self.notifier.due_lanes().await.unwrap();
        due.is_empty() && next.is_none()
    }
}

pub(crate) fn settings(bus: bool) -> Settings {
    Settings {
        region: domain::Region::parse("eu-west-1").unwrap(),
        account: domain::AccountId::parse("123456789012").unwrap(),
        endpoint: "https://git.example.com".to_owned(),
        console: Some("https://console.example.com".to_owned()),
        bus: bus.then(|| EventBus::parse(BUS).unwrap()),
    }
}

pub(crate) fn ana() -> Actor {
    Actor::new("arn:aws:iam::123456789012:user/coldforge/ana")
}

pub(crate) fn topic(name: &str) -> String {
    format!("arn:aws:sns:eu-west-1:123456789012:{name}")
}

pub(crate) fn head(name: &str) -> RefName {
    RefName::parse(format!("refs/heads/{name}")).unwrap()
}

pub(crate) fn oid(number: u64) -> git::ObjectId {
    git::ObjectId::from_hex(format!("{number:040x}").as_bytes()).unwrap()
}

/// Puts triggers for everything, one to each topic.
pub(crate) async fn put_triggers(repository: &Repository, topics: &[String]) {
    let trigger = |topic: &String| Trigger {
        name: TriggerName::parse(topic.rsplit(':').next().unwrap()).unwrap(),
        destination: domain::Destination::parse(topic.as_str()).unwrap(),
        custom_data: None,
        branches: Vec::new(),
        events: vec![TriggerEvent::All],
    };
    let configuration = TriggerConfiguration::new(topics.iter().map(trigger).collect()).unwrap();
    repository.put_triggers(&ana(), &configuration).await.unwrap();
}

/// Creates branches in one commit, perhaps as a part of a push.
pub(crate) async fn create(repository: &Repository, names: &[String], part: Option<(&PushId, bool)>) {
    let mut change = repository.change(ana());
    for name in names {
        change.create_ref(head(name), oid(1), None);
    }
    if let Some((push, last)) = part {
        change.part_of_push(PushPart { push: push.clone(), last });
    }
    change.commit().await.unwrap();
}

/// The secret of every webhook here.
pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Makes a webhook of a repository, or of the account.
pub(crate) async fn webhook(
    world: &World,
    repository: Option<&RepositoryId>,
    url: &str,
    format: WebhookFormat,
    events: &[&str],
) -> Webhook {
    let id = store::webhook_id().unwrap();
    let sealed = notify::webhook::secret::seal(&GlassKeys, &id, SECRET).await.unwrap();
    let events = WebhookEvents::parse(format, events.iter().map(|name| (*name).to_owned()).collect()).unwrap();
    let new = NewWebhook { id, url: url.to_owned(), events, sealed, active: true };
    world.store.create_webhook(&ana(), repository, new).await.unwrap()
}
