//! `UpdateDefaultBranch`: makes another branch the one that clones check out.

use super::wire::missing_branch;
use crate::changes::commit_settings;
use crate::inputs::branch_name;
use api::UpdateDefaultBranchInput;
use service::{Authorized, Context, Result};
use store::Repository;

/// Makes an existing branch the default one.
pub(crate) async fn update_default_branch(
    cx: Context,
    repository: Authorized<Repository>,
    input: UpdateDefaultBranchInput,
) -> Result<()> {
    let branch = branch_name(input.default_branch_name)?;
    if repository.find_ref(&branch.full_name()).await?.is_none() {
        return Err(missing_branch(&branch));
    }
    let mut change = repository.change(cx.actor());
    change.set_default_branch(branch);
    commit_settings(&change).await
}
