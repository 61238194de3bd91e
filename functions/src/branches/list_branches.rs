//! `ListBranches`: lists a repository's branches by name.

use crate::page_token;
use api::{ListBranchesInput, ListBranchesOutput};
use service::{Authorized, Context, Result};
use store::Repository;

/// How many branches a page has.
const PAGE: usize = 1000;

/// Lists the branches.
pub(crate) async fn list_branches(
    _cx: Context,
    repository: Authorized<Repository>,
    input: ListBranchesInput,
) -> Result<ListBranchesOutput> {
    let listing = format!("branches of {}", repository.id());
    let after = page_token::decode(input.next_token, &listing)?;
    let page = repository.list_branches(after.as_deref(), PAGE).await?;
    Ok(ListBranchesOutput {
        branches: Some(page.branches.into_iter().map(|(name, _)| name).collect()),
        next_token: page.next.map(|after| page_token::encode(&listing, &after)),
    })
}
