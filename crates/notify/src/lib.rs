//! From what happened to who is told of it: the consumer of the change feed, and the deliveries that come of it.
//!
//! 1. [`Notifier::consume`] is given changes of the table, in the order of the feed. Of each event it works out who is to be told
//!    and puts that into the queue, a durable delivery for each destination. It can be given the same change twice.
//! 2. The queue changes with it, and the feed tells of that too: `consume` says which lanes have become due.
//! 3. [`Notifier::deliver`] works on one lane: what one destination is told of one repository. Lanes are independent, so that one
//!    slow or failing destination or repository blocks no other. What fails is tried again later, ever more seldom.
//!
//! A delivery may happen twice, as nobody can know whether an answer that did not arrive was a yes. Its id is the same then.
//! Within a lane, deliveries about the same ref or pull request are made in the order of the feed ([`order`]).
//!
//! The queue is rows of the table and not a message queue: a delivery waits for up to a day (SQS delays for 15 minutes), keeps its
//! place among its like while others pass, and can be looked at; the table does all that already, on one machine as in AWS. There
//! the stream's function calls `consume` and runs, without waiting, a function for each due lane; a clock runs another, which asks for
//! [`Notifier::due_lanes`], for what is to be tried again.

mod backoff;
mod bus;
mod consume;
mod deliver;
mod destinations;
mod notification;
pub mod order;
mod sentence;
mod trigger;
pub mod webhook;

pub use bus::bus_events;
pub use consume::{Consumed, Failed};
pub use notification::notification;
pub use sentence::{link, sentence};

use domain::{AccountId, EventBus, Lane, Region, RepositoryArn, RepositoryName};
use ports::clock::Clock;
use ports::{Keys, Poster, Publisher};
use std::sync::Arc;
use std::time::SystemTime;
use store::{Error, Store};

/// Where the service is, as those who are told see it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The region in ARNs.
    pub region: Region,
    /// The account in ARNs.
    pub account: AccountId,
    /// What clone URLs begin with; no slash at its end.
    pub endpoint: String,
    /// Where a person can look at repositories and pull requests in a browser, if there is such a place; no slash at its end.
    pub console: Option<String>,
    /// The bus that every event goes to.
    pub bus: Option<EventBus>,
}

impl Settings {
    /// The ARN of the repository of that name.
    pub fn arn(&self, name: &RepositoryName) -> RepositoryArn {
        RepositoryArn { region: self.region.clone(), account: self.account.clone(), name: name.clone() }
    }

    /// Where git reaches the repository of that name.
    pub fn clone_url(&self, name: &RepositoryName) -> String {
        format!("{}/v1/repos/{name}", self.endpoint)
    }

    /// Where people can look at the repository of that name: its page in the console, or else where git reaches it.
    pub fn page_of(&self, name: &RepositoryName) -> String {
        match &self.console {
            Some(console) => format!("{console}/repositories/{name}"),
            None => self.clone_url(name),
        }
    }
}

/// What deliveries are made with.
pub struct Components {
    /// All state.
    pub store: Store,
    /// Tells topics, functions and buses.
    pub publisher: Arc<dyn Publisher>,
    /// Posts to webhooks.
    pub poster: Arc<dyn Poster>,
    /// Encrypts the secrets of webhooks.
    pub keys: Arc<dyn Keys>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// Tells others what happened. Cheap to clone.
#[derive(Clone)]
pub struct Notifier {
    parts: Arc<Components>,
    settings: Arc<Settings>,
}

impl Notifier {
    /// A notifier of these components.
    pub fn new(components: Components, settings: Settings) -> Self {
        Self { parts: Arc::new(components), settings: Arc::new(settings) }
    }

    /// The lanes that are due, and when the first of the others will be.
    pub async fn due_lanes(&self) -> Result<(Vec<Lane>, Option<SystemTime>), Error> {
        self.parts.store.due_lanes().await
    }

    fn now(&self) -> SystemTime {
        self.parts.clock.now()
    }
}
