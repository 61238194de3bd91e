//! `GetPullRequestOverrideState`: tells whether the approval rules of a revision are set aside, and by whom.

use super::approval::revision_id;
use api::{GetPullRequestOverrideStateInput, GetPullRequestOverrideStateOutput};
use service::{Authorized, Context, Result};
use store::PullRequest;

/// Tells whether the rules are set aside for a revision, which need not be the current one.
pub(crate) async fn get_pull_request_override_state(
    _cx: Context,
    pull_request: Authorized<PullRequest>,
    input: GetPullRequestOverrideStateInput,
) -> Result<GetPullRequestOverrideStateOutput> {
    let revision = revision_id(input.revision_id)?;
    let overrider = pull_request.overrider(&revision).await?;
    Ok(GetPullRequestOverrideStateOutput { overridden: Some(overrider.is_some()), overrider })
}
