//! `UntagResource`: removes tags of a repository.

use super::rules;
use api::UntagResourceInput;
use service::{Authorized, Context, Result, Tagged};

/// Removes the tags of these keys; a key that there is no tag of is no error.
pub(crate) async fn untag_resource(
    cx: Context,
    repository: Authorized<Tagged>,
    input: UntagResourceInput,
) -> Result<()> {
    let keys = input.tag_keys.unwrap_or_default();
    rules::check_keys(&keys)?;
    Ok(repository.remove_tags(&cx.actor(), &keys.into_iter().collect()).await?)
}
