//! `PutCommitStatus`: says how a check of a commit went.

use super::wire;
use crate::blocking::{blocking, unreadable};
use crate::inputs::{invalid, object_id};
use api::ErrorCode;
use api::own::{PutCommitStatusInput, PutCommitStatusOutput};
use domain::{StatusContext, StatusFacts, StatusState};
use service::{Authorized, Context, Failure, Result};
use store::Repository;

/// Keeps a status, in place of an earlier one of the same commit and context.
pub(crate) async fn put_commit_status(
    cx: Context,
    repository: Authorized<Repository>,
    input: PutCommitStatusInput,
) -> Result<PutCommitStatusOutput> {
    let commit = object_id(input.commit_id, ErrorCode::CommitIdRequiredException, ErrorCode::InvalidCommitIdException)?;
    let context = StatusContext::parse(input.context.unwrap_or_default()).map_err(|error| invalid("context", error))?;
    let state = StatusState::parse(&input.state.unwrap_or_default())
        .ok_or_else(|| invalid("state", "it is pending, success, failure or error"))?;
    let description = input.description.filter(|text| !text.is_empty());
    let target_url = input.target_url.filter(|text| !text.is_empty());
    if target_url.as_deref().is_some_and(|url| !is_link(url)) {
        return Err(invalid("targetUrl", "it is an http or https URL"));
    }
    let odb = repository.odb().await?;
    if blocking(move || odb.commit(&commit).map_err(unreadable)).await?.is_none() {
        return Err(Failure::new(ErrorCode::CommitDoesNotExistException, format!("there is no commit {commit}")));
    }

    let facts = StatusFacts { state, description, target_url };
    let status = repository.put_commit_status(&cx.actor(), commit, &context, &facts).await?;
    Ok(PutCommitStatusOutput { commit_status: Some(wire::commit_status(status)) })
}

/// Whether a text can be shown as a link without anything but a page of the web coming of it.
fn is_link(url: &str) -> bool {
    let host = ["https://", "http://"].iter().find_map(|scheme| url.strip_prefix(scheme));
    let visible = url.chars().all(|letter| letter.is_ascii_graphic());
    visible && host.is_some_and(|host| host.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '['))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_the_web_are_links() {
        for good in ["https://ci.example.com/builds/1?a=b#c", "http://localhost:8080", "https://[::1]/"] {
            assert!(is_link(good), "{good}");
        }
        for bad in ["", "javascript:alert(1)", "https://", "https:///x", "ftp://x", "https://a b", "https://a\n", "//x"]
        {
            assert!(!is_link(bad), "{bad}");
        }
    }
}
