//! `Failing`: calls that fail on request, before or after they took effect.

use super::call::{Call, CallKind};
use super::decorated::{Around, Decorated, Measure, Unavailability};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// An adapter whose calls fail when its [`Failures`] say so.
pub type Failing<P> = Decorated<P, Failures>;

/// The cause of an injected error.
#[derive(Debug, thiserror::Error)]
#[error("injected failure of {0}")]
pub struct InjectedFailure(CallKind);

/// Which calls are to fail: all that it concerns, unless [`nth`](Self::nth) or [`every`](Self::every) narrows it down.
/// A failed call answers the port's `Unavailable`.
pub struct Failure {
    moment: Moment,
    choice: Choice,
    concerns: Vec<Predicate>,
    seen: u64,
}

type Predicate = Box<dyn Fn(&Call) -> bool + Send>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Moment {
    Before,
    After,
}

enum Choice {
    All,
    Nth(u64),
    Every(u64),
}

impl Failure {
    /// The call fails without having been made: nothing happened.
    pub fn before() -> Self {
        Self::at(Moment::Before)
    }

    /// The call is made, its effect happens, and then its answer is lost.
    pub fn after() -> Self {
        Self::at(Moment::After)
    }

    fn at(moment: Moment) -> Self {
        Self { moment, choice: Choice::All, concerns: Vec::new(), seen: 0 }
    }

    /// Concerns only calls of this kind.
    #[must_use]
    pub fn of(self, kind: CallKind) -> Self {
        self.matching(move |call| call.kind == kind)
    }

    /// Concerns only calls that `predicate` accepts.
    #[must_use]
    pub fn matching(mut self, predicate: impl Fn(&Call) -> bool + Send + 'static) -> Self {
        self.concerns.push(Box::new(predicate));
        self
    }

    /// Of the calls it concerns, only the `n`-th fails, counted from 1 and from when the failure was added.
    #[must_use]
    pub fn nth(mut self, n: u64) -> Self {
        self.choice = Choice::Nth(n);
        self
    }

    /// Of the calls it concerns, the `n`-th fails and each `n`-th after that. 0 means none.
    #[must_use]
    pub fn every(mut self, n: u64) -> Self {
        self.choice = Choice::Every(n);
        self
    }

    fn strikes(&mut self, call: &Call) -> bool {
        if !self.concerns.iter().all(|concerns| concerns(call)) {
            return false;
        }
        self.seen += 1;
        match self.choice {
            Choice::All => true,
            Choice::Nth(n) => self.seen == n,
            Choice::Every(n) => n != 0 && self.seen.is_multiple_of(n),
        }
    }
}

/// The failures that wait for the calls of one or several adapters.
#[derive(Clone, Default)]
pub struct Failures(Arc<Mutex<Armed>>);

#[derive(Default)]
struct Armed {
    failures: Vec<Failure>,
    injected: u64,
}

impl Failures {
    /// No failures yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets calls fail from now on as `failure` says, besides those added before.
    pub fn add(&self, failure: Failure) {
        self.armed().failures.push(failure);
    }

    /// Lets all calls succeed from now on.
    pub fn clear(&self) {
        self.armed().failures.clear();
    }

    /// How many calls were made to fail so far.
    pub fn injected(&self) -> u64 {
        self.armed().injected
    }

    fn armed(&self) -> MutexGuard<'_, Armed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn strike(&self, call: &Call) -> Option<Moment> {
        let mut armed = self.armed();
        let mut struck = None;
        // Every failure counts the call, also when another one strikes it already.
        for failure in &mut armed.failures {
            if failure.strikes(call) && struck != Some(Moment::Before) {
                struck = Some(failure.moment);
            }
        }
        armed.injected += u64::from(struck.is_some());
        struck
    }
}

impl Around for Failures {
    async fn around<T, E>(&self, call: Call, real: impl Future<Output = Result<T, E>> + Send) -> Result<T, E>
    where
        T: Measure + Send,
        E: Unavailability + Send,
    {
        let struck = self.strike(&call);
        if struck == Some(Moment::Before) {
            return Err(E::unavailable(Box::new(InjectedFailure(call.kind))));
        }
        let answer = real.await?;
        if struck == Some(Moment::After) {
            return Err(E::unavailable(Box::new(InjectedFailure(call.kind))));
        }
        Ok(answer)
    }
}
