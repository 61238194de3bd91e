//! Runs engine code, which reads packs and computes, on a thread that may block.

use service::{Failure, Result};

/// Runs `work` on a blocking thread.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Failure::internal)?
}

/// A failure to read stored objects is never the client's fault.
pub(crate) fn unreadable(error: git::Error) -> Failure {
    match error {
        // It carries what the blob store said.
        git::Error::Io(error) => Failure::internal(error),
        error => Failure::internal(error),
    }
}
