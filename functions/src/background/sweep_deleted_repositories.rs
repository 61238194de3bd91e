//! Removes the rows and blobs that deleted repositories leave behind.

use std::time::{Duration, SystemTime};
use store::{Error, Store};

/// How long after a deletion its remains are kept: longer than any request that was running at that time, so that a clone
/// can end in peace and a push that comes too late leaves nothing behind.
pub const GRACE: Duration = Duration::from_secs(3600);

/// Sweeps the repositories that were deleted before `now` less [`GRACE`], and returns how many these were. When it is interrupted,
/// the next call goes on.
pub async fn sweep_deleted_repositories(store: &Store, now: SystemTime) -> Result<usize, Error> {
    let mut swept = 0;
    for (repository, deleted) in store.deleted_repositories().await? {
        if now.duration_since(deleted).unwrap_or_default() < GRACE {
            continue;
        }
        store.sweep_deleted_repository(&repository).await?;
        tracing::info!(%repository, "swept a deleted repository");
        swept += 1;
    }
    Ok(swept)
}
