//! What delivers: one invocation for one lane.

use domain::Lane;
use notify::Notifier;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What there is to do.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Work {
    /// The lane, as `Lane` writes it.
    pub(crate) lane: String,
}

impl Work {
    /// Work on a lane.
    pub(crate) fn on(lane: &Lane) -> Self {
        Self { lane: lane.to_string() }
    }
}

/// Delivers what waits in the lane, unless somebody else is at it. `owner` names this invocation, so that no two take the same lane.
///
/// # Errors
/// The table failed. The lane stays as it is, and the clock finds it.
pub(crate) async fn deliver_lane(
    notifier: &Notifier,
    work: &Work,
    owner: &str,
) -> Result<Value, lambda_runtime::Error> {
    let lane = Lane::parse(&work.lane).ok_or_else(|| format!("'{}' is no lane", work.lane.escape_debug()))?;
    let next = notifier.deliver(&lane, owner).await?;
    Ok(json!({ "lane": work.lane, "waits": next.is_some() }))
}
