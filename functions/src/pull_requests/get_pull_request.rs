//! `GetPullRequest`: tells what is known of a pull request.

use super::wire;
use api::{GetPullRequestInput, GetPullRequestOutput};
use service::{Authorized, Context, Result};
use store::PullRequest;

/// Tells what is known of a pull request.
pub(crate) async fn get_pull_request(
    _cx: Context,
    pull_request: Authorized<PullRequest>,
    _input: GetPullRequestInput,
) -> Result<GetPullRequestOutput> {
    Ok(GetPullRequestOutput { pull_request: Some(wire::pull_request(&pull_request).await?) })
}
