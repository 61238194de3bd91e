//! `Recording`: what the calls of ports cost, as numbers that do not depend on the machine.

use super::call::{Call, CallKind};
use super::decorated::{Around, Decorated, Measure, Unavailability};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many calls a [`Recorder`] lists one by one unless told otherwise.
const DEFAULT_LOG_LENGTH: usize = 10_000;

/// An adapter whose calls are noted down in its [`Recorder`].
pub type Recording<P> = Decorated<P, Recorder>;

/// Where calls are noted down. Clones share one record, so that a table and blobs are recorded together.
#[derive(Clone, Debug)]
pub struct Recorder(Arc<Mutex<Record>>);

/// What was recorded since the recorder was made or reset.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recorded {
    /// The calls in the order they began; calls beyond the recorder's log length are only counted.
    pub calls: Vec<RecordedCall>,
    /// How many calls of each kind began.
    pub counts: BTreeMap<CallKind, u64>,
    /// Rows handed over and received by calls that ended.
    pub rows: u64,
    /// Bytes of content handed over and received by calls that ended.
    pub bytes: u64,
    /// The length of the longest chain of calls in which each began only after the one before it had ended. With a
    /// service that takes 10 ms a call, nothing can be faster than 10 ms times this.
    pub sequential_depth: usize,
}

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedCall {
    /// Which method.
    pub kind: CallKind,
    /// What it was about, as [`Call::name`].
    pub name: String,
    /// Rows handed over and received.
    pub rows: usize,
    /// Bytes handed over and received.
    pub bytes: u64,
    /// Its place in the longest chain of calls that leads to it, from 1.
    pub depth: usize,
    /// How it ended.
    pub outcome: Outcome,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It has not ended yet.
    Running,
    /// With an answer.
    Answered,
    /// With an error.
    Failed,
    /// Its caller lost interest.
    Abandoned,
}

#[derive(Debug)]
struct Record {
    recorded: Recorded,
    log_length: usize,
    /// The largest depth of the calls that ended: a call that begins now can follow all of them.
    ended_depth: usize,
    /// Counts resets, so that a call that began before one is not mixed into what comes after.
    epoch: u64,
}

impl Recorder {
    /// An empty record that lists the first 10,000 calls.
    pub fn new() -> Self {
        Self::with_log_length(DEFAULT_LOG_LENGTH)
    }

    /// An empty record that lists the first `log_length` calls one by one; the rest is counted.
    pub fn with_log_length(log_length: usize) -> Self {
        let record = Record { recorded: Recorded::default(), log_length, ended_depth: 0, epoch: 0 };
        Self(Arc::new(Mutex::new(record)))
    }

    /// What was recorded so far.
    pub fn snapshot(&self) -> Recorded {
        self.record().recorded.clone()
    }

    /// Forgets what was recorded and returns it. Calls still running are not counted any more.
    pub fn reset(&self) -> Recorded {
        let mut record = self.record();
        record.epoch += 1;
        record.ended_depth = 0;
        std::mem::take(&mut record.recorded)
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, call: Call) -> RunningCall {
        let mut record = self.record();
        let depth = record.ended_depth + 1;
        let recorded = &mut record.recorded;
        recorded.sequential_depth = recorded.sequential_depth.max(depth);
        *recorded.counts.entry(call.kind).or_default() += 1;
        let (rows, bytes) = (call.rows, call.bytes);
        let index = recorded.calls.len();
        let listed = index < record.log_length;
        if listed {
            let Call { kind, name, .. } = call;
            let outcome = Outcome::Running;
            record.recorded.calls.push(RecordedCall { kind, name, rows, bytes, depth, outcome });
        }
        RunningCall {
            recorder: self.clone(),
            epoch: record.epoch,
            index: listed.then_some(index),
            depth,
            rows,
            bytes,
            outcome: Outcome::Abandoned,
        }
    }
}

impl Default for Recorder {
    fn default() -> Self {
        Self::new()
    }
}

/// A call that began. Dropping it writes its end down, so that an abandoned call ends too.
struct RunningCall {
    recorder: Recorder,
    epoch: u64,
    index: Option<usize>,
    depth: usize,
    rows: usize,
    bytes: u64,
    outcome: Outcome,
}

impl Drop for RunningCall {
    fn drop(&mut self) {
        let mut record = self.recorder.record();
        if record.epoch != self.epoch {
            return;
        }
        record.ended_depth = record.ended_depth.max(self.depth);
        record.recorded.rows += self.rows as u64;
        record.recorded.bytes += self.bytes;
        if let Some(call) = self.index.and_then(|index| record.recorded.calls.get_mut(index)) {
            call.rows = self.rows;
            call.bytes = self.bytes;
            call.outcome = self.outcome;
        }
    }
}

impl Around for Recorder {
    async fn around<T, E>(&self, call: Call, real: impl Future<Output = Result<T, E>> + Send) -> Result<T, E>
    where
        T: Measure + Send,
        E: Unavailability + Send,
    {
        let mut running = self.begin(call);
        // A store in this process answers at once. Without a pause, calls that are made together would look like a chain.
        tokio::task::yield_now().await;
        let answer = real.await;
        match &answer {
            Ok(answer) => {
                running.rows += answer.rows();
                running.bytes += answer.bytes();
                running.outcome = Outcome::Answered;
            }
            Err(_) => running.outcome = Outcome::Failed,
        }
        answer
    }
}

impl Recorded {
    /// How many calls of this kind began.
    pub fn count(&self, kind: CallKind) -> u64 {
        self.counts.get(&kind).copied().unwrap_or(0)
    }

    /// How many calls began.
    pub fn total(&self) -> u64 {
        self.counts.values().sum()
    }
}

impl fmt::Display for Recorded {
    /// One line, as `1 table.commit, 2 table.get, sequential depth 3, 4 rows, 120 bytes`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (kind, count) in &self.counts {
            write!(f, "{count} {kind}, ")?;
        }
        write!(f, "sequential depth {}, {} rows, {} bytes", self.sequential_depth, self.rows, self.bytes)
    }
}
