//! `TagResource`: sets tags of a repository.

use super::rules;
use api::TagResourceInput;
use service::{Authorized, Context, Result, Tagged};
use store::SetTagsError;

/// Sets tags; those with other keys stay.
pub(crate) async fn tag_resource(cx: Context, repository: Authorized<Tagged>, input: TagResourceInput) -> Result<()> {
    let tags = input.tags.unwrap_or_default();
    rules::check_tags(&tags)?;
    repository.set_tags(&cx.actor(), &tags).await.map_err(|error| match error {
        SetTagsError::TooMany(_) => rules::too_many(error.to_string()),
        SetTagsError::Store(error) => error.into(),
    })
}
