//! The clock of the service. It can be told to be ahead, so that what happens when something expires can be tried without waiting.

use ports::clock::{Clock, SystemClock};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// The environment variable that says by how many seconds.
const VARIABLE: &str = "COLDFORGE_CLOCK_AHEAD";

struct Ahead(Duration);

impl Clock for Ahead {
    fn now(&self) -> SystemTime {
        SystemClock.now() + self.0
    }
}

/// The machine's clock, or one that is ahead of it.
pub(crate) fn clock() -> Result<Arc<dyn Clock>, String> {
    let Ok(seconds) = std::env::var(VARIABLE) else { return Ok(Arc::new(SystemClock)) };
    let ahead = seconds.parse::<u32>().map_err(|_| format!("{VARIABLE} is a number of seconds"))?;
    tracing::warn!(seconds = ahead, "the clock is ahead, as {VARIABLE} says: clients with the right time are refused");
    Ok(Arc::new(Ahead(Duration::from_secs(ahead.into()))))
}
