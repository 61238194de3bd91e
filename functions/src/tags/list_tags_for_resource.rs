//! `ListTagsForResource`: tells the tags of a repository.

use api::{ListTagsForResourceInput, ListTagsForResourceOutput};
use service::{Authorized, Context, Result, Tagged};

/// Tells all tags; so few are possible that they are one page.
pub(crate) async fn list_tags_for_resource(
    _cx: Context,
    repository: Authorized<Tagged>,
    _input: ListTagsForResourceInput,
) -> Result<ListTagsForResourceOutput> {
    Ok(ListTagsForResourceOutput { tags: Some(repository.tags().await?), next_token: None })
}
