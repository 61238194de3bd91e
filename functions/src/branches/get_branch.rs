//! `GetBranch`: tells which commit a branch points to.

use super::wire::{branch_info, missing_branch};
use crate::inputs::branch_name;
use api::{GetBranchInput, GetBranchOutput};
use service::{Authorized, Context, Result};
use store::Repository;

/// Tells a branch's tip.
pub(crate) async fn get_branch(
    _cx: Context,
    repository: Authorized<Repository>,
    input: GetBranchInput,
) -> Result<GetBranchOutput> {
    let branch = branch_name(input.branch_name)?;
    let tip = repository.find_ref(&branch.full_name()).await?.ok_or_else(|| missing_branch(&branch))?;
    Ok(GetBranchOutput { branch: Some(branch_info(&branch, tip.target)) })
}
