//! Telling others what happened, on one machine: follows the change feed and works on the lanes that are due.

use domain::Lane;
use notify::{Consumed, Notifier};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use store::{Error, Sequence, Store};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

/// Under which name the place is kept up to which the feed was followed.
const CONSUMER: &str = "notify";

/// Whose lanes these are: there is one process, which takes its lanes back when it starts again.
const OWNER: &str = "local";

/// How many changes are looked at in one step.
const PAGE: usize = 200;

/// After how many changes without anything in them the place is kept all the same.
const QUIET_CHANGES: u64 = 5000;

/// How long to wait before looking for changes again.
const PAUSE: Duration = Duration::from_millis(50);

/// How long to wait after the store failed.
const LONG_PAUSE: Duration = Duration::from_secs(2);

/// How often lanes are looked for that are due by the clock.
const SCAN: Duration = Duration::from_secs(1);

/// How many repositories one destination is told of at the same time.
const MOST_PER_DESTINATION: usize = 8;

/// Follows the feed and delivers, for ever.
pub(crate) struct Deliveries {
    store: Store,
    notifier: Notifier,
    position: Option<Sequence>,
    kept: Option<Sequence>,
    workers: JoinSet<Lane>,
    /// The lanes that are worked on, and whether each became due again meanwhile.
    busy: BTreeMap<Lane, bool>,
    destinations: BTreeMap<String, Arc<Semaphore>>,
}

impl Deliveries {
    /// Goes on where the last run of the program ended.
    pub(crate) async fn resume(store: Store, notifier: Notifier) -> Result<Self, Error> {
        let position = store.consumer_position(CONSUMER).await?;
        let (workers, busy, destinations) = (JoinSet::new(), BTreeMap::new(), BTreeMap::new());
        Ok(Self { store, notifier, position, kept: position, workers, busy, destinations })
    }

    /// Takes up everything that the feed holds. To be done before anything is committed: the table forgets old changes with each
    /// commit.
    pub(crate) async fn catch_up(&mut self) -> Result<(), Error> {
        while self.step().await? {}
        Ok(())
    }

    /// Works for ever.
    pub(crate) async fn run(mut self) {
        let mut scanned: Option<Instant> = None;
        loop {
            while let Some(finished) = self.workers.try_join_next() {
                self.finished(finished);
            }
            if scanned.is_none_or(|scanned| scanned.elapsed() >= SCAN) {
                match self.notifier.due_lanes().await {
                    Ok((due, _)) => due.into_iter().for_each(|lane| self.work_on(lane)),
                    Err(error) => tracing::warn!(%error, "the queue of deliveries cannot be read"),
                }
                scanned = Some(Instant::now());
            }
            let pause = match self.step().await {
                Ok(true) => continue,
                Ok(false) => PAUSE,
                Err(error) => {
                    tracing::warn!(%error, "the change feed cannot be followed; another try follows");
                    LONG_PAUSE
                }
            };
            tokio::select! {
                () = sleep(pause) => {}
                Some(finished) = self.workers.join_next() => self.finished(finished),
            }
        }
    }

    /// Takes up some changes. `true`: there may be more.
    async fn step(&mut self) -> Result<bool, Error> {
        let changes = self.store.changes(self.position, PAGE).await?;
        let Some(last) = changes.last().map(|change| change.sequence) else { return Ok(false) };
        let Consumed { due, failed, news, .. } = self.notifier.consume(&changes).await;
        for lane in due {
            self.work_on(lane);
        }
        let failure = failed.into_iter().find_map(|failed| failed.error);
        if let Some(error) = failure {
            // All of it is given again; what was taken up is not queued twice.
            return Err(error);
        }
        self.position = Some(last);
        // Keeping the place is a change, too: if each kept one were kept, it would never end.
        let behind = last.0.saturating_sub(self.kept.map_or(0, |kept| kept.0));
        if news || behind >= QUIET_CHANGES {
            self.store.set_consumer_position(CONSUMER, last).await?;
            self.kept = Some(last);
        }
        Ok(true)
    }

    fn work_on(&mut self, lane: Lane) {
        if let Some(again) = self.busy.get_mut(&lane) {
            *again = true;
            return;
        }
        self.busy.insert(lane.clone(), false);
        let room = self.destinations.entry(lane.destination.clone());
        let room = room.or_insert_with(|| Arc::new(Semaphore::new(MOST_PER_DESTINATION))).clone();
        let notifier = self.notifier.clone();
        self.workers.spawn(async move {
            let permit = room.acquire_owned().await;
            if let Err(error) = notifier.deliver(&lane, OWNER).await {
                tracing::warn!(%lane, %error, "a lane cannot be worked on now");
            }
            drop(permit);
            lane
        });
    }

    fn finished(&mut self, finished: Result<Lane, tokio::task::JoinError>) {
        let lane = match finished {
            Ok(lane) => lane,
            Err(error) => {
                tracing::error!(%error, "a delivery ended early");
                // Which lane it was is not known: none of them is to be left alone for ever.
                self.busy.clear();
                return;
            }
        };
        let again = self.busy.remove(&lane) == Some(true);
        let used: BTreeSet<&str> = self.busy.keys().map(|lane| lane.destination.as_str()).collect();
        self.destinations.retain(|destination, _| used.contains(destination.as_str()));
        if again {
            self.work_on(lane);
        }
    }
}
