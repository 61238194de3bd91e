//! `UpdateRepositoryDescription`: sets or removes a repository's description.

use crate::changes::commit_settings;
use crate::inputs::repository_description;
use api::UpdateRepositoryDescriptionInput;
use service::{Authorized, Context, Result};
use store::Repository;

/// Sets the description; without one, the repository has none any more.
pub(crate) async fn update_repository_description(
    cx: Context,
    repository: Authorized<Repository>,
    input: UpdateRepositoryDescriptionInput,
) -> Result<()> {
    let description = repository_description(input.repository_description);
    let mut change = repository.change(cx.actor());
    change.set_description(description);
    commit_settings(&change).await
}
