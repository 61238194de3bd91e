//! The branch that a merge moves.

use super::commits::Commits;
use super::merging::Merged;
use crate::branches::wire::missing_branch;
use crate::changes;
use api::ErrorCode;
use domain::{BranchName, RefName};
use service::{Context, Failure, Result};
use store::{ChangeError, RefusalReason, Repository};

/// The branch that `targetBranch` names, or else the one that was given as the destination. It must be at the destination commit.
pub(crate) async fn find(repository: &Repository, given: Option<String>, commits: &Commits) -> Result<BranchName> {
    let branch = match given.filter(|name| !name.is_empty()) {
        Some(name) => BranchName::parse(name)
            .map_err(|error| Failure::new(ErrorCode::InvalidTargetBranchException, error.to_string()))?,
        None => destination_branch(commits)?,
    };
    let Some(tip) = repository.find_ref(&branch.full_name()).await? else {
        let tag = RefName::parse(format!("refs/tags/{branch}")).map_err(Failure::internal)?;
        return Err(match repository.find_ref(&tag).await? {
            Some(_) => is_tag(branch.as_str()),
            None => missing_branch(&branch),
        });
    };
    if tip.target != commits.sides.destination {
        return Err(moved(&branch));
    }
    Ok(branch)
}

fn destination_branch(commits: &Commits) -> Result<BranchName> {
    let Some(name) = &commits.destination_name else {
        return Err(Failure::new(
            ErrorCode::BranchNameRequiredException,
            "the destination is named by a commit id: name the branch to be moved as the target branch",
        ));
    };
    let branch = name.branch().ok_or_else(|| is_tag(name.as_str()))?;
    BranchName::parse(branch).map_err(|error| Failure::new(ErrorCode::InvalidBranchNameException, error.to_string()))
}

fn is_tag(name: &str) -> Failure {
    Failure::new(
        ErrorCode::BranchNameIsTagNameException,
        format!("'{name}' is not a branch, and only branches are moved"),
    )
}

fn moved(branch: &BranchName) -> Failure {
    Failure::new(
        ErrorCode::ConcurrentReferenceUpdateException,
        format!("branch '{branch}' is not at the destination commit, or has just been moved; try again"),
    )
}

/// Moves the branch to what came of the merge.
pub(crate) async fn advance(
    cx: &Context,
    repository: &Repository,
    branch: &BranchName,
    commits: &Commits,
    merged: &mut Merged,
) -> Result<()> {
    if !merged.is_new() {
        return Ok(());
    }
    let mut change = repository.change(cx.actor());
    merged.record(repository, &mut change).await?;
    change.update_ref(branch.full_name(), commits.sides.destination, merged.commit, None, false);
    change.commit().await.map_err(|error| match error {
        ChangeError::Refused(refusals) => changes::protected(&refusals).unwrap_or_else(|| {
            let missing = refusals.iter().any(|refusal| matches!(refusal.reason, RefusalReason::Missing));
            if missing { missing_branch(branch) } else { moved(branch) }
        }),
        other => changes::failure(other),
    })
}
