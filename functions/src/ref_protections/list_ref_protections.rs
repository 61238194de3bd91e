//! `ListRefProtections`: lists a repository's ref protections by name.

use super::wire;
use api::own::{ListRefProtectionsInput, ListRefProtectionsOutput};
use service::{Authorized, Context, Result};
use store::Repository;

/// Lists all protections: there are so few that they need no pages.
pub(crate) async fn list_ref_protections(
    _cx: Context,
    repository: Authorized<Repository>,
    _input: ListRefProtectionsInput,
) -> Result<ListRefProtectionsOutput> {
    let protections = repository.protections().into_iter().map(wire::ref_protection).collect();
    Ok(ListRefProtectionsOutput { ref_protections: Some(protections) })
}
