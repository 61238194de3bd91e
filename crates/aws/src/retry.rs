//! Making a call again, after a pause that grows and is drawn by lot, until a time limit.

use crate::random;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use std::error::Error;
use std::fmt;
use std::time::Duration;
use tokio::time::Instant;

/// The longest first pause; each further one may be twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(25);

/// The longest pause of all.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// Error codes that say: not done, try again.
const NOT_NOW: [&str; 13] = [
    "BandwidthLimitExceeded",
    "ConditionalRequestConflict",
    "LimitExceededException",
    "OperationAborted",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionConflictException",
    "KeyUnavailableException",
];

/// Error codes that leave it open what happened, beside all of status 500 and above. S3 may send an error with status 200.
const LOST: [&str; 5] =
    ["InternalError", "InternalFailure", "RequestTimeout", "ServiceUnavailable", "TransactionInProgressException"];

/// What a failed attempt means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nothing happened, and another attempt may have more luck.
    NotNow,
    /// There is no answer, or none that says what happened. Another attempt may have more luck.
    Lost,
    /// That is the answer.
    Final,
}

/// Whether an error of this code may pass by itself.
pub(crate) fn passes(code: &str) -> bool {
    NOT_NOW.contains(&code) || LOST.contains(&code)
}

/// The error of an SDK call.
pub(crate) type CallError<E> = SdkError<E, HttpResponse>;

/// What an error means for most calls.
pub(crate) fn outcome<E: ProvideErrorMetadata>(error: &CallError<E>) -> Outcome {
    match error {
        SdkError::ConstructionFailure(_) => Outcome::Final,
        SdkError::DispatchFailure(failure) if failure.is_user() => Outcome::Final,
        SdkError::ServiceError(answer) => {
            let code = answer.err().code().unwrap_or_default();
            match answer.raw().status().as_u16() {
                _ if NOT_NOW.contains(&code) => Outcome::NotNow,
                429 => Outcome::NotNow,
                _ if LOST.contains(&code) => Outcome::Lost,
                500.. => Outcome::Lost,
                _ => Outcome::Final,
            }
        }
        _ => Outcome::Lost,
    }
}

/// A call that failed for good.
pub(crate) struct Failed<E> {
    /// The error of the last attempt.
    pub(crate) error: Box<CallError<E>>,
    /// What that error means: `Final`, or that the time was up.
    pub(crate) outcome: Outcome,
    /// Whether it is unknown what became of an earlier attempt.
    pub(crate) lost_before: bool,
}

impl<E: ProvideErrorMetadata + Error + 'static> Failed<E> {
    /// The service's error, when it is the service's answer.
    pub(crate) fn answer(&self) -> Option<&E> {
        if self.outcome == Outcome::Final { self.error.as_service_error() } else { None }
    }

    /// The code of the service's answer, or nothing.
    pub(crate) fn code(&self) -> &str {
        self.answer().and_then(ProvideErrorMetadata::code).unwrap_or_default()
    }

    /// The message of the service's answer, or nothing.
    pub(crate) fn message(&self) -> &str {
        self.answer().and_then(ProvideErrorMetadata::message).unwrap_or_default()
    }

    /// The HTTP status of the service's answer, or 0.
    pub(crate) fn status(&self) -> u16 {
        self.answer().and(self.error.raw_response()).map_or(0, |response| response.status().as_u16())
    }

    /// The failure in one line for the log, as the cause of a port's error.
    pub(crate) fn told(&self, call: &'static str) -> Box<dyn Error + Send + Sync> {
        let reason = match self.error.as_service_error() {
            Some(error) => format!(
                "{}: {}",
                error.code().unwrap_or("an unknown error"),
                error.message().unwrap_or("the service says no more")
            ),
            None => chain(self.error.as_ref()),
        };
        Box::new(Told { call, reason })
    }
}

/// An error and its causes.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[derive(Debug)]
struct Told {
    call: &'static str,
    reason: String,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} failed: {}", self.call, self.reason)
    }
}

impl Error for Told {}

/// For how long attempts are made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Retry {
    /// No attempt begins later than this after the first one began.
    pub(crate) within: Duration,
}

impl Retry {
    /// Makes `call` until it succeeds, fails for good, or the time is up.
    pub(crate) async fn run<T, E, F>(self, call: impl Fn() -> F) -> Result<T, Failed<E>>
    where
        F: Future<Output = Result<T, CallError<E>>>,
        E: ProvideErrorMetadata,
    {
        self.run_judging(outcome, call).await
    }

    /// As [`run`](Self::run), where `judge` says what an error means.
    pub(crate) async fn run_judging<T, E, F>(
        self,
        judge: impl Fn(&CallError<E>) -> Outcome,
        call: impl Fn() -> F,
    ) -> Result<T, Failed<E>>
    where
        F: Future<Output = Result<T, CallError<E>>>,
    {
        let mut pauses = Pauses::new(self.within);
        let mut lost_before = false;
        loop {
            let error = match call().await {
                Ok(answer) => return Ok(answer),
                Err(error) => Box::new(error),
            };
            let outcome = judge(&error);
            if outcome == Outcome::Final || !pauses.pause().await {
                return Err(Failed { error, outcome, lost_before });
            }
            lost_before |= outcome == Outcome::Lost;
        }
    }
}

/// The pauses between attempts.
pub(crate) struct Pauses {
    began: Instant,
    within: Duration,
    longest: Duration,
}

impl Pauses {
    pub(crate) fn new(within: Duration) -> Self {
        Self { began: Instant::now(), within, longest: FIRST_PAUSE }
    }

    /// Waits; `false` when the time is up before the pause would be over.
    ///
    /// The pause is drawn from the whole of what it may be, so that those who collided do not collide again.
    pub(crate) async fn pause(&mut self) -> bool {
        let share = random::<2>().map_or(1.0, |bytes| f64::from(u16::from_le_bytes(bytes)) / f64::from(u16::MAX));
        let pause = self.longest.mul_f64(share);
        self.longest = (self.longest * 2).min(LONGEST_PAUSE);
        if self.began.elapsed() + pause > self.within {
            return false;
        }
        tokio::time::sleep(pause).await;
        true
    }
}
