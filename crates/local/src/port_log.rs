//! Tells after each request which calls of the ports it made. The counts do not depend on the machine, and are what the same
//! request will cost in AWS.
//!
//! Requests share one recorder, so the numbers are right only while requests come one after the other, as in the benchmark.

use ports::decorators::{CallKind, Recorder};

/// The environment variable that turns this on when set to `1`.
pub(crate) const VARIABLE: &str = "COLDFORGE_RECORD_PORTS";

/// A recorder, if one is wanted.
pub(crate) fn recorder() -> Option<Recorder> {
    (std::env::var(VARIABLE).as_deref() == Ok("1")).then(|| Recorder::with_log_length(0))
}

/// Logs what was recorded since the last call.
pub(crate) fn tell(recorder: &Recorder) {
    let recorded = recorder.reset();
    let count = |kinds: &[CallKind]| -> u64 { kinds.iter().map(|kind| recorded.count(*kind)).sum() };
    tracing::info!(
        table_reads = count(&[CallKind::Get, CallKind::Scan]),
        table_commits = count(&[CallKind::Commit]),
        blob_reads = count(&[CallKind::GetRange, CallKind::Head, CallKind::List]),
        blob_writes = count(&[CallKind::Put, CallKind::PutFile]),
        depth = recorded.sequential_depth as u64,
        rows = recorded.rows,
        bytes = recorded.bytes,
        "ports"
    );
}
