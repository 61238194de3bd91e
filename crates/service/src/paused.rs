//! Work that may fail without anybody being the worse for it, and is left alone for a while when it does.

use crate::failure::Result;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How long it is left alone. In AWS, most functions may not write credentials; what lets Git in may, and `Query`.
const PAUSE: Duration = Duration::from_secs(15 * 60);

/// Until when something is left alone, in seconds since 1970.
#[derive(Default)]
pub(crate) struct PausedUntil(AtomicU64);

impl PausedUntil {
    /// Does `work` on a credential at the time `now`, in seconds since 1970, unless it failed a while ago. `undone` tells the log
    /// what was not done.
    pub(crate) async fn attempt(
        &self,
        now: u64,
        credential: &str,
        undone: &'static str,
        work: impl Future<Output = Result<()>>,
    ) {
        if now < self.0.load(Ordering::Relaxed) {
            return;
        }
        if let Err(failure) = work.await {
            let cause = failure.source.map(|source| source.to_string()).unwrap_or(failure.message);
            tracing::debug!(credential, cause, "{undone}");
            self.0.store(now + PAUSE.as_secs(), Ordering::Relaxed);
        }
    }
}
