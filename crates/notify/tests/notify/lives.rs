//! Random lives: changes, failures and interruptions in any order, after which everybody knows everything.

use crate::world::{BUS, Mood, Told, World, ana, create, head, oid, put_triggers, topic, webhook};
use domain::{PushId, WebhookFormat};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;
use store::Repository;

/// How many changes a life has; `CHANGES` sets it.
fn changes() -> usize {
    std::env::var("CHANGES").ok().and_then(|count| count.parse().ok()).unwrap_or(300)
}

/// A webhook of the account.
const HOOK: &str = "https://hooks.example.com/push";

/// `SplitMix64`.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }
}

/// Polls a future so many times and drops it, as a process that is killed does.
async fn cut_short<F: Future>(future: F, polls: u64) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = polls;
    std::future::poll_fn(move |context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// What happened to each ref of each repository, in order: the commits it pointed to, or that it was deleted.
type Truth = BTreeMap<(String, String), Vec<(String, bool)>>;

struct Life {
    world: World,
    random: Random,
    repositories: Vec<(Repository, BTreeMap<String, u64>)>,
    topics: Vec<String>,
    truth: Truth,
    told: Vec<Told>,
}

impl Life {
    async fn begin(seed: u64) -> Self {
        let world = World::new(true);
        let topics: Vec<String> = ["a", "b", "c"].map(topic).to_vec();
        let mut repositories = Vec::new();
        for number in 0..8 {
            let repository = world.repository(&format!("r{number}")).await;
            put_triggers(&repository, &topics).await;
            if number == 0 {
                webhook(&world, None, HOOK, WebhookFormat::Github, &["push"]).await;
            }
            repositories.push((repository, BTreeMap::new()));
        }
        let (truth, told) = (BTreeMap::new(), Vec::new());
        Self { world, random: Random(seed), repositories, topics, truth, told }
    }

    fn note(&mut self, repository: &str, name: &str, commit: u64, deleted: bool) {
        let key = (repository.to_owned(), format!("refs/heads/{name}"));
        self.truth.entry(key).or_default().push((oid(commit).to_string(), deleted));
    }

    /// One change of one ref, or now and then a push in parts.
    async fn change(&mut self, number: u64) {
        let which = self.random.below(8) as usize;
        let name = format!("b{}", self.random.below(4));
        let (repository, refs) = &mut self.repositories[which];
        let (repository, repository_name) = (repository.clone(), repository.name().to_string());
        if self.random.below(20) == 0 {
            return self.push(&repository, number).await;
        }
        let mut change = repository.change(ana());
        let before = refs.get(&name).copied();
        match before {
            None => change.create_ref(head(&name), oid(number), None),
            Some(old) if self.random.below(4) == 0 => {
                change.delete_ref(head(&name), None);
                refs.remove(&name);
                change.commit().await.unwrap();
                return self.note(&repository_name, &name, old, true);
            }
            Some(old) => change.update_ref(head(&name), oid(old), oid(number), None, false),
        }
        refs.insert(name.clone(), number);
        change.commit().await.unwrap();
        self.note(&repository_name, &name, number, false);
    }

    async fn push(&mut self, repository: &Repository, number: u64) {
        let push = PushId::from_random([number as u8, (number >> 8) as u8, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7]);
        let parts = 1 + self.random.below(3);
        for part in 0..parts {
            let names: Vec<String> = (0..3).map(|each| format!("p{number}-{part}-{each}")).collect();
            create(repository, &names, Some((&push, part + 1 == parts))).await;
            for name in &names {
                self.note(repository.name().as_str(), name, 1, false);
            }
        }
    }

    /// Something else than a change: time, moods, work, interruptions.
    async fn happen(&mut self) {
        match self.random.below(8) {
            0 => self.world.clock.advance(Duration::from_millis(self.random.below(20_000))),
            1 => {
                let mood = [Mood::Well, Mood::Down, Mood::Lost, Mood::Well][self.random.below(4) as usize];
                let all = self.topics.iter().map(String::as_str).chain([BUS, HOOK]).nth(self.random.below(5) as usize);
                self.world.destinations.set(all.unwrap(), mood);
            }
            2 => {
                let polls = self.random.below(40);
                cut_short(self.world.consume(), polls).await;
            }
            3 => {
                let polls = self.random.below(200);
                cut_short(self.world.deliver(), polls).await;
            }
            4 => self.world.forget(self.random.below(30)),
            5 => self.world.consume().await,
            _ => self.world.deliver().await,
        }
        self.told.extend(self.world.destinations.take());
    }

    /// Everything gets well, and time passes until nothing waits.
    async fn end(&mut self) {
        for destination in self.topics.iter().map(String::as_str).chain([BUS, HOOK]) {
            self.world.destinations.set(destination, Mood::Well);
        }
        let mut waited = 0;
        loop {
            self.world.consume().await;
            self.world.deliver().await;
            if self.world.is_drained().await {
                break;
            }
            self.world.clock.advance(Duration::from_secs(20));
            waited += 20;
            assert!(waited < 3 * 3600, "the queue does not drain");
        }
        self.told.extend(self.world.destinations.take());
    }

    /// What one destination learned of each ref, duplicates apart.
    fn learned(&self, destination: &str) -> Truth {
        let mut learned = Truth::new();
        let mut known = BTreeSet::new();
        for told in self.told.iter().filter(|told| told.destination == destination) {
            let record = &told.message["Records"][0];
            let pushed = &told.message["body"];
            let (id, references) = match record["eventId"].as_str() {
                _ if pushed.is_object() => {
                    (told.message["headers"]["x-github-delivery"].to_string(), vec![pushed.clone()])
                }
                Some(id) => (id.to_owned(), record["codecommit"]["references"].as_array().unwrap().clone()),
                None => (told.message["eventId"].as_str().unwrap().to_owned(), vec![told.message.clone()]),
            };
            let repository = match record["eventSourceARN"].as_str() {
                Some(arn) => arn.rsplit(':').next().unwrap().to_owned(),
                None if pushed.is_object() => pushed["repository"]["name"].as_str().unwrap().to_owned(),
                None => told.message["repositoryName"].as_str().unwrap_or_default().to_owned(),
            };
            for reference in references {
                let Some((name, what)) = of_ref(&reference) else { continue };
                // A push that was told of before all of it was known has more refs the next time.
                if known.insert((id.clone(), name.clone())) {
                    learned.entry((repository.clone(), name)).or_default().push(what);
                }
            }
        }
        learned
    }
}

/// The ref, and what happened to it, in a trigger's reference, a bus's detail or a push in GitHub's form.
fn of_ref(reference: &Value) -> Option<(String, (String, bool))> {
    if let Some(deleted) = reference["deleted"].as_bool().filter(|_| reference["before"].is_string()) {
        let commit = reference[if deleted { "before" } else { "after" }].as_str()?;
        return Some((reference["ref"].as_str()?.to_owned(), (commit.to_owned(), deleted)));
    }
    if let Some(name) = reference["ref"].as_str() {
        let deleted = reference["deleted"] == true;
        return Some((name.to_owned(), (reference["commit"].as_str()?.to_owned(), deleted)));
    }
    let name = reference["referenceFullName"].as_str()?;
    let deleted = reference["event"] == "referenceDeleted";
    let commit = reference[if deleted { "oldCommitId" } else { "commitId" }].as_str()?;
    Some((name.to_owned(), (commit.to_owned(), deleted)))
}

#[tokio::test]
async fn everybody_learns_everything_in_order_whatever_fails_and_is_interrupted() {
    for seed in 0..if changes() > 1000 { 1 } else { 3 } {
        let mut life = Life::begin(seed).await;
        for number in 0..changes() as u64 {
            life.change(number + 2).await;
            for _ in 0..life.random.below(3) {
                life.happen().await;
            }
        }
        life.end().await;
        for destination in life.topics.iter().map(String::as_str).chain([BUS, HOOK]) {
            let learned = life.learned(destination);
            assert_eq!(learned.len(), life.truth.len(), "seed {seed}: {destination}");
            for (name, truth) in &life.truth {
                assert_eq!(&learned[name], truth, "seed {seed}: {destination} about {name:?}");
            }
        }
    }
}
