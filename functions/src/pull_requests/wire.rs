//! Pull requests as the API shows them.

use super::approval_rule::approval_rule;
use crate::blocking::{blocking, unreadable};
use api::{MergeMetadata, PullRequestTarget, Timestamp};
use domain::{MergeOption, PullRequestMerge};
use git::{ObjectId, Odb, walk};
use service::Result;
use store::PullRequest;

/// A pull request. Where its destination and the merge base are is told as of now for an open one, else as of when it was closed
/// (1 get for an open one, 2 scans).
pub(crate) async fn pull_request(pull_request: &PullRequest) -> Result<api::PullRequest> {
    let repository = pull_request.repository();
    let destination_commit = match pull_request.is_open() {
        true => repository.find_ref(pull_request.destination()).await?.map(|found| found.target),
        false => pull_request.closed_at(),
    };
    let odb = repository.odb().await?;
    let source_commit = pull_request.source_commit();
    let merge_base = blocking(move || match destination_commit {
        Some(destination_commit) => merge_base(&odb, source_commit, destination_commit),
        None => Ok(None),
    })
    .await?;
    let target = PullRequestTarget {
        repository_name: Some(repository.name().to_string()),
        source_reference: Some(pull_request.source().to_string()),
        destination_reference: Some(pull_request.destination().to_string()),
        destination_commit: destination_commit.map(|id| id.to_string()),
        source_commit: Some(source_commit.to_string()),
        merge_base: merge_base.map(|id| id.to_string()),
        merge_metadata: Some(merge_metadata(pull_request.merge())),
    };
    Ok(api::PullRequest {
        pull_request_id: Some(pull_request.id().to_string()),
        title: Some(pull_request.title().to_owned()),
        description: pull_request.description().map(str::to_owned),
        last_activity_date: Some(Timestamp::from(pull_request.last_activity())),
        creation_date: Some(Timestamp::from(pull_request.created())),
        pull_request_status: Some(pull_request.status().as_str().to_owned()),
        author_arn: Some(pull_request.author().to_owned()),
        pull_request_targets: Some(vec![target]),
        client_request_token: pull_request.request_token().map(str::to_owned),
        revision_id: Some(pull_request.revision().to_string()),
        approval_rules: Some(pull_request.approval_rules().await?.iter().map(approval_rule).collect()),
    })
}

/// That, and how, a pull request was merged.
pub(crate) fn merge_metadata(merge: Option<&PullRequestMerge>) -> MergeMetadata {
    MergeMetadata {
        is_merged: Some(merge.is_some()),
        merged_by: merge.map(|merge| merge.merged_by.clone()),
        merge_commit_id: merge.map(|merge| merge.commit.clone()),
        merge_option: merge.map(|merge| option(merge.option).to_owned()),
    }
}

fn option(option: MergeOption) -> &'static str {
    match option {
        MergeOption::FastForward => "FAST_FORWARD_MERGE",
        MergeOption::Squash => "SQUASH_MERGE",
        MergeOption::ThreeWay => "THREE_WAY_MERGE",
    }
}

/// The newest of the best common ancestors of two commits; none for unrelated histories, or when the commits are not here any more.
pub(crate) fn merge_base(odb: &Odb, one: ObjectId, other: ObjectId) -> Result<Option<ObjectId>> {
    match walk::merge_bases(odb, &one, &other) {
        Ok(bases) => Ok(bases.first().copied()),
        Err(git::Error::Missing(_)) => Ok(None),
        Err(error) => Err(unreadable(error)),
    }
}
