//! What the clock runs: what failed is tried again, and what nobody was told of is found.

use super::LaneWorkers;
use notify::Notifier;
use serde_json::{Value, json};

/// Has the lanes worked on that are due.
///
/// # Errors
/// The table failed, or a lane could not be handed over. The next run finds the same lanes.
pub(crate) async fn deliver_due_lanes(
    notifier: &Notifier,
    workers: &LaneWorkers,
) -> Result<Value, lambda_runtime::Error> {
    let (due, _) = notifier.due_lanes().await?;
    let count = due.len();
    workers.hand_over(due).await?;
    Ok(json!({ "dueLanes": count }))
}
