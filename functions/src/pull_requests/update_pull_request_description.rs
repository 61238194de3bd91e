//! `UpdatePullRequestDescription`: sets or removes the description of an open pull request.

use super::outcome::not_changed;
use super::wire;
use api::{UpdatePullRequestDescriptionInput, UpdatePullRequestDescriptionOutput};
use service::{Authorized, Context, Result};
use store::PullRequest;

/// Sets the description; an empty one is none.
pub(crate) async fn update_pull_request_description(
    cx: Context,
    pull_request: Authorized<PullRequest>,
    input: UpdatePullRequestDescriptionInput,
) -> Result<UpdatePullRequestDescriptionOutput> {
    let description = input.description.filter(|text| !text.is_empty());
    let changed = pull_request.set_description(&cx.actor(), description.as_deref()).await;
    let changed = changed.map_err(|error| not_changed(pull_request.id(), error))?;
    Ok(UpdatePullRequestDescriptionOutput { pull_request: Some(wire::pull_request(&changed).await?) })
}
