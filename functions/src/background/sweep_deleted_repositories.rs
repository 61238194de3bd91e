//! Removes the rows and blobs that deleted repositories leave behind, following the event feed.

use domain::{Event, EventKind};
use std::time::{Duration, SystemTime};
use store::{Error, Sequence, Store};

/// How long after a deletion its remains are kept: longer than any request that was running at that time, so that a clone
/// can end in peace and a push that comes too late leaves nothing behind.
pub const GRACE: Duration = Duration::from_secs(3600);

/// How many events are looked at in one step.
const PAGE: usize = 100;

/// Looks at the events behind `after` and sweeps the repositories deleted before `now` less [`GRACE`]. Returns where to go
/// on; the same place again when there is nothing to do yet. Sweeping twice does no harm, so the place need not be kept.
pub async fn sweep_deleted_repositories(
    store: &Store,
    after: Option<Sequence>,
    now: SystemTime,
) -> Result<Option<Sequence>, Error> {
    let page = store.event_feed(after, PAGE).await?;
    let mut done = after;
    for entry in page.entries {
        match entry.event {
            Ok(Event { kind: EventKind::RepositoryDeleted {}, repository: Some(repository), time, .. }) => {
                if now.duration_since(time).unwrap_or_default() < GRACE {
                    return Ok(done);
                }
                store.sweep_deleted_repository(&repository.id).await?;
                tracing::info!(repository = %repository.id, "swept a deleted repository");
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "an event row could not be read"),
        }
        done = Some(entry.sequence);
    }
    Ok(page.resume.or(done))
}
