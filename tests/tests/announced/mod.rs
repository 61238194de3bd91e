//! A journey that says of every step which kinds of event it makes, and keeps what four announcers tell of them: triggers, a
//! notification rule, webhooks in both forms, and the event bus.

pub(crate) mod account;
pub(crate) mod golden;
mod happening;
mod names;
pub(crate) mod pull_requests;
pub(crate) mod repositories;

pub(crate) use happening::Happening;

use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tests::receiver::{Received, Receiver};
use tests::server::Options;
use tests::{Journey, User};

/// By their names, those that the template lets be told.
const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:coldforge-trigger-news";
const FUNCTION: &str = "arn:aws:lambda:eu-west-1:123456789012:function:coldforge-trigger-build";
const PEOPLE: &str = "arn:aws:sns:eu-west-1:123456789012:coldforge-trigger-people";
const BUS: &str = "arn:aws:events:eu-west-1:123456789012:event-bus/all";

/// A worker that is interrupted has its lane for three minutes, after which the clock finds it within one.
const LONGER_THAN_A_LEASE: Duration = Duration::from_secs(280);

/// Where the receiver is told by each announcer.
pub(crate) mod place {
    pub(crate) const TOPIC: &str = "/topic";
    pub(crate) const FUNCTION: &str = "/function";
    pub(crate) const PEOPLE: &str = "/people";
    pub(crate) const BUS: &str = "/bus";
    pub(crate) const OWN: &str = "/own";
    pub(crate) const GITHUB: &str = "/github";
    /// A webhook that wants nothing any more.
    pub(crate) const GONE: &str = "/gone";
}

/// What somebody did.
pub(crate) struct Step {
    name: &'static str,
    begin: u64,
    kinds: Vec<&'static str>,
}

/// The journey.
pub(crate) struct Announced {
    pub(crate) journey: Journey,
    /// Somebody besides the administrator.
    pub(crate) ben: Option<User>,
    receiver: Receiver,
    arrived: Vec<Received>,
    steps: Vec<Step>,
    webhooks: [String; 2],
    calls: Calls,
}

/// How the service's calls of others go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Calls {
    /// Each is answered, so that nothing is told twice.
    Answered,
    /// An answer may take too long: then things are told twice, under the same id, or when a worker's lease of a lane has ended.
    PerhapsLate,
}

impl Announced {
    /// Starts a service whose destinations are all one receiver. Nobody is told of anything yet but the bus.
    pub(crate) fn begin(options: Options, calls: Calls) -> Self {
        let receiver = Receiver::deciding(|received| {
            let status = if received.target.ends_with(place::GONE) { "410 Gone" } else { "200 OK" };
            format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n")
        });
        let receiver = match calls {
            Calls::Answered => receiver,
            Calls::PerhapsLate => receiver.with_patience(LONGER_THAN_A_LEASE),
        };
        let destinations =
            [(TOPIC, place::TOPIC), (FUNCTION, place::FUNCTION), (PEOPLE, place::PEOPLE), (BUS, place::BUS)];
        let mut arguments = vec!["--webhook-allow".to_owned(), "127.0.0.1/32".to_owned()];
        for (arn, at) in destinations {
            arguments.extend(["--destination".to_owned(), format!("{arn}={}", receiver.url(at))]);
        }
        let journey = Journey::begin_with(&Options { arguments, ..options });
        let (arrived, steps) = (Vec::new(), Vec::new());
        Self { journey, ben: None, receiver, arrived, steps, webhooks: Default::default(), calls }
    }

    /// Begins a step, which makes events of these kinds, in this order. What happens up to the next one belongs to it.
    pub(crate) fn step(&mut self, name: &'static str, kinds: &[&'static str]) {
        self.settle();
        // Events know their time to the millisecond: none of another step has the same one.
        std::thread::sleep(Duration::from_millis(3));
        let begin = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
        self.steps.push(Step { name, begin, kinds: kinds.to_vec() });
    }

    /// Calls an operation, which must succeed.
    pub(crate) fn api(&self, operation: &str, input: Value) -> Value {
        self.journey.server.api_ok(operation, input)
    }

    /// Calls an operation of IAM, which must succeed.
    pub(crate) fn iam(&self, action: &str, parameters: &[(&str, &str)]) -> String {
        self.journey.server.iam_ok(action, parameters)
    }

    /// Calls an operation as Ben.
    pub(crate) fn as_ben(&self, operation: &str, input: Value) -> Value {
        let ben = self.ben.as_ref().unwrap();
        self.journey.server.api_as(ben, operation, input).unwrap_or_else(|error| panic!("{operation}: {error:?}"))
    }

    /// Where a webhook is that is told at this place.
    pub(crate) fn url(&self, place: &str) -> String {
        self.receiver.url(place)
    }

    /// Waits until the webhook in our own form was told of all steps so far. Who is told of an event is found out when it is read, by
    /// the settings of then, so that no step may change those too early.
    fn settle(&mut self) {
        let expected: usize = self.steps.iter().map(|step| step.kinds.len()).sum();
        let begin = self.steps.first().map_or(0, |first| first.begin);
        let known = own_ids(&self.arrived, begin);
        let new = self.receiver.wait_for(|new| known.union(&own_ids(new, begin)).count() >= expected);
        self.arrived.extend(new);
    }

    /// Puts the announcers up.
    pub(crate) fn put_up(&mut self) {
        let id = |made: &Value| made["webhook"]["webhookId"].as_str().unwrap().to_owned();
        self.step("a webhook of the account is made", &["WebhookChanged"]);
        let own = self.api("CreateWebhook", json!({"url": self.url(place::OWN), "events": ["*"]}));
        self.step("a webhook in GitHub's form is made", &["WebhookChanged"]);
        let input = json!({"url": self.url(place::GITHUB), "events": ["*"], "format": "github"});
        let github = self.api("CreateWebhook", input);
        self.webhooks = [id(&own), id(&github)];
        self.step("a repository is made", &["RepositoryCreated"]);
        self.api("CreateRepository", json!({"repositoryName": "demo", "repositoryDescription": "A demo"}));
        self.step("a notification rule is made", &["NotificationRuleChanged"]);
        let rule = json!({"repositoryName": "demo", "name": "Everything", "events": ["*"], "targetArn": PEOPLE});
        self.api("CreateNotificationRule", rule);
        self.step("triggers are put", &["RepositoryTriggersChanged"]);
        let trigger = |name: &str, arn: &str| json!({"name": name, "destinationArn": arn, "branches": [], "events": ["all"], "customData": "data"});
        let triggers = [trigger("news", TOPIC), trigger("build", FUNCTION)];
        self.api("PutRepositoryTriggers", json!({"repositoryName": "demo", "triggers": triggers}));
    }

    /// Takes a last step in each line of deliveries, waits until everybody was told of it, and gives everything that was told.
    /// Lines keep their order when nothing fails, so that nothing of earlier steps is to come.
    pub(crate) fn end(mut self, last_push: impl FnOnce(&Self)) -> Vec<Happening> {
        self.step("the last branch is pushed", &["ReferencesChanged"]);
        last_push(&self);
        self.step("the last user is made", &["IdentityChanged"]);
        self.iam("CreateUser", &[("UserName", "last")]);
        let places = [place::TOPIC, place::FUNCTION, place::PEOPLE, place::BUS, place::OWN, place::GITHUB]
            .map(|at| (at, "refs/heads/last"));
        let account = [place::BUS, place::OWN].map(|at| (at, "created the user last"));
        let spare = [place::BUS, place::OWN].map(|at| (at, "deleted the repository spare"));
        let last: Vec<(&str, &str)> = places.into_iter().chain(account).chain(spare).collect();
        let told = |arrived: &[Received], new: &[Received], (place, words): (&str, &str)| {
            let mut all = arrived.iter().chain(new);
            all.any(|received| received.target.ends_with(place) && received.body.contains(words))
        };
        let new = self.receiver.wait_for(|new| last.iter().all(|awaited| told(&self.arrived, new, *awaited)));
        self.arrived.extend(new);
        let Self { journey, receiver, arrived, steps, webhooks, calls, .. } = self;
        let hosts = [(journey.server.credentials.endpoint.clone(), "endpoint"), (receiver.url(""), "receiver")];
        happening::sorted(&arrived, calls, &steps, &webhooks, &hosts)
    }
}

/// The ids of what came to the webhook in our own form, of events since `begin`.
fn own_ids(arrived: &[Received], begin: u64) -> BTreeSet<String> {
    let own = arrived.iter().filter(|received| received.target.ends_with(place::OWN));
    let ids = own.map(|received| received.header("webhook-id").unwrap_or_default().to_owned());
    ids.filter(|id| happening::millis(id) >= begin).collect()
}
