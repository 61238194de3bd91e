//! Branches as the API shows them.

use api::{BranchInfo, ErrorCode};
use domain::BranchName;
use git::ObjectId;
use service::Failure;

/// A branch and its tip.
pub(crate) fn branch_info(branch: &BranchName, tip: ObjectId) -> BranchInfo {
    BranchInfo { branch_name: Some(branch.to_string()), commit_id: Some(tip.to_string()) }
}

/// The failure for a branch that is not there.
pub(crate) fn missing_branch(branch: &BranchName) -> Failure {
    Failure::new(ErrorCode::BranchDoesNotExistException, format!("there is no branch '{branch}'"))
}
