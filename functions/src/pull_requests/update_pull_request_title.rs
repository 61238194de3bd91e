//! `UpdatePullRequestTitle`: gives an open pull request another title.

use super::outcome::not_changed;
use super::wire;
use api::{UpdatePullRequestTitleInput, UpdatePullRequestTitleOutput};
use service::{Authorized, Context, Result};
use store::PullRequest;

/// Sets the title.
pub(crate) async fn update_pull_request_title(
    cx: Context,
    pull_request: Authorized<PullRequest>,
    input: UpdatePullRequestTitleInput,
) -> Result<UpdatePullRequestTitleOutput> {
    let title = input.title.unwrap_or_default();
    let changed = pull_request.set_title(&cx.actor(), &title).await;
    let changed = changed.map_err(|error| not_changed(pull_request.id(), error))?;
    Ok(UpdatePullRequestTitleOutput { pull_request: Some(wire::pull_request(&changed).await?) })
}
