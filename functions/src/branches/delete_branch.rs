//! `DeleteBranch`: deletes a branch, unless it is the default one.

use super::wire::branch_info;
use crate::changes;
use crate::inputs::branch_name;
use api::{DeleteBranchInput, DeleteBranchOutput, ErrorCode};
use service::{Authorized, Context, Failure, Result};
use store::{ChangeError, RefusalReason, Repository};

/// Deletes a branch. Deleting one that does not exist is no error and tells no tip.
pub(crate) async fn delete_branch(
    cx: Context,
    repository: Authorized<Repository>,
    input: DeleteBranchInput,
) -> Result<DeleteBranchOutput> {
    let branch = branch_name(input.branch_name)?;
    let name = branch.full_name();
    loop {
        let Some(tip) = repository.find_ref(&name).await? else {
            return Ok(DeleteBranchOutput { deleted_branch: None });
        };
        let mut change = repository.change(cx.actor());
        change.delete_ref(name.clone(), Some(tip.target));
        match change.commit().await {
            Ok(()) => return Ok(DeleteBranchOutput { deleted_branch: Some(branch_info(&branch, tip.target)) }),
            Err(ChangeError::Refused(refusals)) => {
                if let Some(failure) = changes::protected(&refusals) {
                    return Err(failure);
                }
                if let Some(refusal) =
                    refusals.iter().find(|refusal| matches!(refusal.reason, RefusalReason::DefaultBranch))
                {
                    return Err(Failure::new(ErrorCode::DefaultBranchCannotBeDeletedException, refusal.to_string()));
                }
                // The branch moved or vanished since its tip was read: look again, so that the answer tells what was deleted.
            }
            Err(other) => return Err(changes::failure(other)),
        }
    }
}
