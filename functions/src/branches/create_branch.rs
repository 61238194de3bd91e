//! `CreateBranch`: points a new branch at an existing commit.

use crate::blocking::{blocking, unreadable};
use crate::changes;
use crate::inputs::{branch_name, object_id};
use api::{CreateBranchInput, ErrorCode};
use service::{Authorized, Context, Failure, Result};
use store::{ChangeError, RefusalReason, Repository};

/// Makes a branch.
pub(crate) async fn create_branch(
    cx: Context,
    repository: Authorized<Repository>,
    input: CreateBranchInput,
) -> Result<()> {
    let branch = branch_name(input.branch_name)?;
    let commit = object_id(input.commit_id, ErrorCode::CommitIdRequiredException, ErrorCode::InvalidCommitIdException)?;
    let odb = repository.odb().await?;
    if blocking(move || odb.commit(&commit).map_err(unreadable)).await?.is_none() {
        return Err(Failure::new(ErrorCode::CommitDoesNotExistException, format!("there is no commit {commit}")));
    }

    let mut change = repository.change(cx.actor());
    change.create_ref(branch.full_name(), commit, None);
    change.commit().await.map_err(|error| match error {
        ChangeError::Refused(refusals) => changes::protected(&refusals).unwrap_or_else(|| {
            let taken = refusals.iter().any(|refusal| matches!(refusal.reason, RefusalReason::Exists { .. }));
            let code = if taken { ErrorCode::BranchNameExistsException } else { ErrorCode::InvalidBranchNameException };
            let reasons: Vec<String> = refusals.iter().map(ToString::to_string).collect();
            Failure::new(code, reasons.join("; "))
        }),
        other => changes::failure(other),
    })
}
