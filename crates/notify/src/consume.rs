//! Taking changes up: from the feed into the queue.

use crate::Notifier;
use domain::{Event, Lane};
use futures_util::StreamExt;
use futures_util::future::try_join_all;
use futures_util::stream;
use ports::Change;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use store::{Error, News, read_change};

/// How many repositories' events are taken up at the same time.
const AT_ONCE: usize = 16;

/// What became of some changes.
#[derive(Debug)]
pub struct Consumed<P> {
    /// The lanes that became due; each is to be worked on ([`Notifier::deliver`]).
    pub due: BTreeSet<Lane>,
    /// The changes that were not taken up; they must be given again, before later ones.
    pub failed: Vec<Failed<P>>,
    /// Whether any change told anything at all.
    pub news: bool,
    /// The places of changes whose rows cannot be read, and never will be. They are in the log.
    pub unreadable: Vec<P>,
}

/// A change that was not taken up.
#[derive(Debug)]
pub struct Failed<P> {
    /// Where in the feed.
    pub sequence: P,
    /// Why; `None` because one before it was not.
    pub error: Option<Error>,
}

impl Notifier {
    /// Takes up changes, which are in the order of the feed as far as they are of one partition. `P` names their places: texts
    /// or numbers in decimal digits, larger ones for later changes.
    ///
    /// What was taken up is durable when this returns, and taking it up again does no harm: what is still waiting is not queued
    /// twice, and what was delivered before is delivered once more under the same id.
    pub async fn consume<P: Clone + Display>(&self, changes: &[Change<P>]) -> Consumed<P> {
        let mut consumed = Consumed { due: BTreeSet::new(), failed: Vec::new(), news: false, unreadable: Vec::new() };
        let mut lines: BTreeMap<&str, Vec<(&P, Event)>> = BTreeMap::new();
        let now = self.now();
        for change in changes {
            let Some(news) = read_change(change) else { continue };
            consumed.news = true;
            match news {
                Ok(News::Event(event)) => {
                    lines.entry(&change.key.partition).or_default().push((&change.sequence, *event));
                }
                Ok(News::Due(lane, due)) if due <= now => _ = consumed.due.insert(lane),
                Ok(News::Due(..)) => {}
                Err(error) => {
                    tracing::error!(%error, "a change of the table cannot be read, and nobody will be told of it");
                    consumed.unreadable.push(change.sequence.clone());
                }
            }
        }
        let lines: Vec<_> = lines.into_values().map(|line| self.take_up_line(line)).collect();
        let failed = stream::iter(lines).buffer_unordered(AT_ONCE).collect::<Vec<_>>().await;
        consumed.failed.extend(failed.into_iter().flatten());
        consumed
    }

    /// Takes up the events of one repository, up to the first that fails.
    async fn take_up_line<P: Clone + Display>(&self, line: Vec<(&P, Event)>) -> Vec<Failed<P>> {
        let mut failed = Vec::new();
        for (sequence, event) in line {
            if !failed.is_empty() {
                failed.push(Failed { sequence: sequence.clone(), error: None });
            } else if let Err(error) = self.take_up(sequence, &event).await {
                tracing::warn!(event = %event.id, %error, "an event cannot be taken up now");
                failed.push(Failed { sequence: sequence.clone(), error: Some(error) });
            }
        }
        failed
    }

    async fn take_up(&self, sequence: &impl Display, event: &Event) -> Result<(), Error> {
        // As long as the longest number that a stream gives its records, so that places sort as numbers.
        let place = format!("{:0>40}", sequence.to_string());
        let deliveries = self.deliveries(event, &place).await?;
        let store = &self.parts.store;
        try_join_all(deliveries.iter().map(|(lane, new)| store.add_deliveries(lane, new))).await?;
        Ok(())
    }
}
