//! What goes wrong in a rehearsal on purpose: of a hundred calls of AWS, and of a hundred invocations, so many.

use super::wire::{Body, answer, text};
use crate::random::Random;
use http::{HeaderMap, HeaderValue, Response};
use std::sync::Mutex;
use std::time::Duration;

/// The longest that a process lives on that is to be killed.
const LONGEST_LIFE: Duration = Duration::from_millis(200);

/// How slow a slow answer is.
const SLOW: Duration = Duration::from_millis(300);

/// Draws faults by lot.
pub struct Faults {
    calls: usize,
    kills: usize,
    random: Mutex<Random>,
}

/// What happens to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The service refuses it for now.
    Throttled,
    /// It is done, and the answer is lost.
    Lost,
    /// It is done after a while.
    Slow,
}

impl Faults {
    /// The faults that the environment asks for: `COLDFORGE_FAULTS` of a hundred calls, `COLDFORGE_KILLS` of a hundred invocations.
    pub fn from_environment() -> Self {
        let number = |name: &str| std::env::var(name).ok().and_then(|number| number.parse().ok()).unwrap_or(0);
        let random = Mutex::new(Random::of_this_run());
        Self { calls: number("COLDFORGE_FAULTS"), kills: number("COLDFORGE_KILLS"), random }
    }

    /// What happens to the next call.
    pub fn of_call(&self) -> Option<Fault> {
        let mut random = self.random.lock().unwrap();
        let faults = [Fault::Throttled, Fault::Lost, Fault::Slow];
        (random.below(100) < self.calls).then(|| faults[random.below(faults.len())])
    }

    /// When the process of the next invocation is killed.
    pub fn of_invocation(&self) -> Option<Duration> {
        let mut random = self.random.lock().unwrap();
        (random.below(100) < self.kills).then(|| LONGEST_LIFE.mul_f64(random.fraction()))
    }
}

impl Fault {
    /// How long the call waits.
    pub fn delay(self) -> Duration {
        if self == Self::Slow { SLOW } else { Duration::ZERO }
    }

    /// What the caller is answered in place of the call's own answer, in the words of the service that it called.
    pub fn answer(self, headers: &HeaderMap) -> Option<Response<Body>> {
        let target = text(headers, "x-amz-target");
        let is_xml = target.is_empty();
        let (status, code) = match self {
            Self::Slow => return None,
            Self::Lost => (500, if is_xml { "InternalError" } else { "InternalServerError" }),
            Self::Throttled if is_xml => (503, "SlowDown"),
            Self::Throttled if target.starts_with("TrentService.") => (400, "ThrottlingException"),
            Self::Throttled => (400, "ProvisionedThroughputExceededException"),
        };
        let mut answered = HeaderMap::new();
        if is_xml {
            answered.insert("content-type", HeaderValue::from_static("application/xml"));
            return Some(answer(
                status,
                answered,
                format!("<Error><Code>{code}</Code><Message>a rehearsed fault</Message></Error>"),
            ));
        }
        answered.insert("content-type", HeaderValue::from_static("application/x-amz-json-1.0"));
        let body =
            serde_json::json!({ "__type": format!("com.amazonaws.rehearsal#{code}"), "message": "a rehearsed fault" });
        Some(answer(status, answered, body.to_string()))
    }
}
