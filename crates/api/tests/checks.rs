//! The generated checks: which rule is told first, and with which error.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use api::operations as op;
use api::{Blob, Check, ErrorCode as E, Operation, PutFileInput, Violation};
use serde_json::{Value, json};

fn check<O: Operation>(input: Value) -> Result<(), Violation> {
    serde_json::from_value::<O::Input>(input).unwrap().check()
}

/// The input must break just this rule first.
#[track_caller]
fn refused<O: Operation>(input: Value, code: E, message: &str) {
    let expected = Violation { code, message: message.to_owned() };
    assert_eq!(check::<O>(input), Err(expected), "{}", O::NAME);
}

#[track_caller]
fn accepted<O: Operation>(input: Value) {
    assert_eq!(check::<O>(input), Ok(()), "{}", O::NAME);
}

#[test]
fn what_is_missing_is_told_in_the_order_of_members() {
    type Op = op::CreateBranch;
    let (repository, branch, commit) = ("'repositoryName'", "'branchName'", "'commitId'");
    refused::<Op>(json!({}), E::RepositoryNameRequiredException, &format!("{repository} is required"));
    refused::<Op>(
        json!({"repositoryName": "r", "branchName": null}),
        E::BranchNameRequiredException,
        &format!("{branch} is required"),
    );
    refused::<Op>(
        json!({"repositoryName": "r", "branchName": "", "commitId": ""}),
        E::BranchNameRequiredException,
        &format!("{branch} must not be empty"),
    );
    refused::<Op>(
        json!({"repositoryName": "r", "branchName": "b"}),
        E::CommitIdRequiredException,
        &format!("{commit} is required"),
    );
    accepted::<Op>(json!({"repositoryName": "r", "branchName": "b", "commitId": "c"}));
}

#[test]
fn the_order_of_members_is_the_models_own() {
    refused::<op::BatchGetCommits>(json!({}), E::CommitIdsListRequiredException, "'commitIds' is required");
    refused::<op::PutFile>(
        json!({"repositoryName": "r", "branchName": "b"}),
        E::FileContentRequiredException,
        "'fileContent' is required",
    );
}

#[test]
fn what_is_missing_comes_before_what_is_invalid() {
    refused::<op::CreateBranch>(
        json!({"repositoryName": "a b", "branchName": "b"}),
        E::CommitIdRequiredException,
        "'commitId' is required",
    );
    refused::<op::CreateCommit>(
        json!({"repositoryName": "a b", "branchName": "b", "setFileModes": [{"filePath": "f"}]}),
        E::FileModeRequiredException,
        "'setFileModes[].fileMode' is required",
    );
}

#[test]
fn structures_and_lists_are_looked_into() {
    let commit = |rest: Value| {
        let mut input = json!({"repositoryName": "r", "branchName": "b"});
        input.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        input
    };
    type Op = op::CreateCommit;
    accepted::<Op>(commit(json!({"putFiles": [{"filePath": "f"}, {"filePath": "g", "fileMode": "SYMLINK"}]})));
    refused::<Op>(
        commit(json!({"putFiles": [{"filePath": "f"}, {}]})),
        E::PathRequiredException,
        "'putFiles[].filePath' is required",
    );
    refused::<Op>(
        commit(json!({"putFiles": [{"filePath": "f", "sourceFile": {"isMove": true}}]})),
        E::PathRequiredException,
        "'putFiles[].sourceFile.filePath' is required",
    );
    refused::<Op>(
        commit(json!({"putFiles": [{"filePath": "f", "fileMode": "normal"}]})),
        E::InvalidFileModeException,
        "'putFiles[].fileMode' must be one of EXECUTABLE, NORMAL, SYMLINK",
    );
    refused::<op::CreatePullRequest>(
        json!({"title": "t", "targets": [{"repositoryName": "r"}]}),
        E::ReferenceNameRequiredException,
        "'targets[].sourceReference' is required",
    );
}

#[test]
fn one_structure_is_answered_with_what_each_operation_declares() {
    let resolution = json!({"setFileModes": [{"filePath": "f"}]});
    refused::<op::MergeBranchesBySquash>(
        json!({"repositoryName": "r", "sourceCommitSpecifier": "a", "destinationCommitSpecifier": "b",
               "conflictResolution": resolution}),
        E::FileModeRequiredException,
        "'conflictResolution.setFileModes[].fileMode' is required",
    );
    refused::<op::MergePullRequestBySquash>(
        json!({"pullRequestId": "1", "repositoryName": "r", "conflictResolution": resolution}),
        E::InvalidFileModeException,
        "'conflictResolution.setFileModes[].fileMode' is required",
    );
}

#[test]
fn lengths_are_counted_in_characters() {
    let repository = |name: &str| json!({"repositoryName": "r", "repositoryDescription": name});
    accepted::<op::UpdateRepositoryDescription>(repository(&"\u{1f600}".repeat(1000)));
    refused::<op::UpdateRepositoryDescription>(
        repository(&"\u{1f600}".repeat(1001)),
        E::InvalidRepositoryDescriptionException,
        "'repositoryDescription' must have at most 1000 characters",
    );
    let branch = |name: &str| json!({"repositoryName": "r", "branchName": name});
    accepted::<op::GetBranch>(branch(&"b".repeat(256)));
    refused::<op::GetBranch>(
        branch(&"b".repeat(257)),
        E::InvalidBranchNameException,
        "'branchName' must have 1 to 256 characters",
    );
}

#[test]
fn patterns_hold_for_the_whole_text() {
    let name = |name: &str| json!({"repositoryName": name});
    accepted::<op::GetRepository>(name("Az_09.-"));
    for wrong in ["a b", " a", "a\n", "caf\u{e9}", "a/b"] {
        refused::<op::GetRepository>(
            name(wrong),
            E::InvalidRepositoryNameException,
            "'repositoryName' must consist of 0 to 9, A to Z, '_', a to z, '.', '-'",
        );
    }
}

#[test]
fn entries_of_lists_and_maps_are_invalid_rather_than_missing() {
    refused::<op::BatchGetRepositories>(
        json!({"repositoryNames": ["a", ""]}),
        E::InvalidRepositoryNameException,
        "'repositoryNames[]' must have 1 to 100 characters",
    );
    refused::<op::CreateRepository>(
        json!({"repositoryName": "r", "tags": {"": "v"}}),
        E::InvalidTagsMapException,
        "'tags.key' must have 1 to 128 characters",
    );
    refused::<op::TagResource>(
        json!({"resourceArn": "arn", "tags": {"k": "v".repeat(257)}}),
        E::InvalidTagsMapException,
        "'tags.value' must have at most 256 characters",
    );
    accepted::<op::TagResource>(json!({"resourceArn": "arn", "tags": {"k": ""}}));
    // The operation says for each name what is wrong with it.
    accepted::<op::BatchAssociateApprovalRuleTemplateWithRepositories>(
        json!({"approvalRuleTemplateName": "t", "repositoryNames": ["a b"]}),
    );
}

#[test]
fn empty_lists_are_missing_unless_they_mean_something() {
    refused::<op::BatchGetRepositories>(
        json!({"repositoryNames": []}),
        E::RepositoryNamesRequiredException,
        "'repositoryNames' must not be empty",
    );
    let trigger = json!({"name": "n", "destinationArn": "arn", "branches": [], "events": ["all"]});
    accepted::<op::PutRepositoryTriggers>(json!({"repositoryName": "r", "triggers": [trigger]}));
    accepted::<op::PutRepositoryTriggers>(json!({"repositoryName": "r", "triggers": []}));
    refused::<op::PutRepositoryTriggers>(
        json!({"repositoryName": "r"}),
        E::RepositoryTriggersListRequiredException,
        "'triggers' is required",
    );
    refused::<op::PutRepositoryTriggers>(
        json!({"repositoryName": "r", "triggers": [{"name": "n", "destinationArn": "arn", "events": ["all"]}]}),
        E::RepositoryTriggerBranchNameListRequiredException,
        "'triggers[].branches' is required",
    );
    accepted::<op::GetFolder>(json!({"repositoryName": "r", "folderPath": ""}));
}

#[test]
fn optional_members_may_be_missing_but_not_wrong() {
    accepted::<op::ListRepositories>(json!({}));
    refused::<op::ListRepositories>(
        json!({"sortBy": "", "order": ""}),
        E::InvalidSortByException,
        "'sortBy' must be one of repositoryName, lastModifiedDate",
    );
    accepted::<op::GetCommentsForPullRequest>(json!({"pullRequestId": "1"}));
    refused::<op::GetCommentsForPullRequest>(
        json!({"pullRequestId": "1", "repositoryName": ""}),
        E::RepositoryNameRequiredException,
        "'repositoryName' must not be empty",
    );
}

#[test]
fn where_an_operation_declares_no_error_the_answer_is_generic() {
    refused::<op::ListFileCommitHistory>(
        json!({"repositoryName": "r"}),
        E::ValidationException,
        "'filePath' is required",
    );
}

#[test]
fn content_is_measured_in_bytes() {
    let input = |size: usize| PutFileInput {
        repository_name: Some("r".to_owned()),
        branch_name: Some("b".to_owned()),
        file_content: Some(Blob::from(vec![0; size])),
        file_path: Some("f".to_owned()),
        ..PutFileInput::default()
    };
    assert_eq!(input(6 << 20).check(), Ok(()));
    let told = input((6 << 20) + 1).check().unwrap_err();
    assert_eq!(told.code, E::FileContentSizeLimitExceededException);
    assert_eq!(told.message, "'fileContent' must have at most 6291456 bytes");
    assert_eq!(input(0).check().unwrap_err().code, E::FileContentRequiredException);
}
