//! What happens to pull requests.

use super::Announced;
use super::repositories::discuss;
use serde_json::{Value, json};
use tests::Repo;

const MERGED: [&str; 3] = ["ReferencesChanged", "PullRequestMerged", "PullRequestStatusChanged"];

/// Pushes a branch that is one commit ahead of `main`, which is a step.
fn push_branch(told: &mut Announced, repo: &Repo, name: &str) {
    told.step("a branch for a pull request is pushed", &["ReferencesChanged"]);
    repo.ok(&["switch", "--quiet", "--create", name, "origin/main"]);
    repo.commit_file(&format!("{name}.txt"), name);
    repo.ok(&["push", "--quiet", "origin", name]);
}

/// Makes a pull request of a branch into `main`.
fn create(told: &Announced, branch: &str, more: Value) -> Value {
    let targets = json!([{"repositoryName": "demo", "sourceReference": branch, "destinationReference": "main"}]);
    let mut input = json!({"title": format!("Merge {branch}"), "targets": targets});
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    told.api("CreatePullRequest", input)["pullRequest"].take()
}

/// A branch and a pull request of it, which are two steps.
fn push_and_create(told: &mut Announced, repo: &Repo, branch: &str) -> Value {
    push_branch(told, repo, branch);
    told.step("a pull request is made", &["PullRequestCreated"]);
    create(told, branch, json!({}))["pullRequestId"].take()
}

/// A pull request with all that can happen to it. The template gives it a rule.
pub(crate) fn live(told: &mut Announced, repo: &Repo) {
    push_branch(told, repo, "topic");
    told.step("a pull request is made, and gets a rule", &["PullRequestCreated", "PullRequestApprovalRuleCreated"]);
    let made = create(told, "topic", json!({"description": "Long wanted"}));
    let id = &made["pullRequestId"];
    let with = |members: Value| {
        let mut input = json!({ "pullRequestId": id });
        input.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        input
    };
    told.step("a pull request gets another title", &["PullRequestTitleChanged"]);
    told.api("UpdatePullRequestTitle", with(json!({"title": "Merge the topic"})));
    told.step("a pull request gets another description", &["PullRequestDescriptionChanged"]);
    told.api("UpdatePullRequestDescription", with(json!({"description": "Wanted for long"})));
    told.step("a pull request gets another commit", &["ReferencesChanged", "PullRequestSourceUpdated"]);
    repo.commit_file("topic.txt", "more\n");
    repo.ok(&["push", "--quiet", "origin", "topic"]);

    let rule = |approvals: u32| {
        let statement = json!({"Type": "Approvers", "NumberOfApprovalsNeeded": approvals});
        json!({"Version": "2018-11-08", "Statements": [statement]}).to_string()
    };
    told.step("a pull request gets a rule of its own", &["PullRequestApprovalRuleCreated"]);
    let named = |more: Value| {
        let mut input = with(json!({"approvalRuleName": "Two of us"}));
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    told.api("CreatePullRequestApprovalRule", named(json!({"approvalRuleContent": rule(1)})));
    told.step("a rule of a pull request is changed", &["PullRequestApprovalRuleChanged"]);
    told.api("UpdatePullRequestApprovalRuleContent", named(json!({"newRuleContent": rule(2)})));
    told.step("a rule of a pull request is deleted", &["PullRequestApprovalRuleDeleted"]);
    told.api("DeletePullRequestApprovalRule", named(json!({})));

    let found = told.api("GetPullRequest", with(json!({})))["pullRequest"].take();
    let revision = &found["revisionId"];
    for (name, state) in [("somebody approves", "APPROVE"), ("an approval is taken back", "REVOKE")] {
        told.step(name, &["PullRequestApprovalChanged"]);
        let input = with(json!({"revisionId": revision, "approvalState": state}));
        told.as_ben("UpdatePullRequestApprovalState", input);
    }
    let override_rules = |told: &Announced, status: &str| {
        told.api("OverridePullRequestApprovalRules", with(json!({"revisionId": revision, "overrideStatus": status})));
    };
    told.step("rules are set aside", &["PullRequestApprovalRulesOverridden"]);
    override_rules(told, "OVERRIDE");
    told.step("rules are in force again", &["PullRequestApprovalRulesOverridden"]);
    override_rules(told, "REVOKE");

    told.step("a pull request is commented on", &["CommentCreated"]);
    let target = &found["pullRequestTargets"][0];
    let comment = with(json!({
        "repositoryName": "demo", "beforeCommitId": target["destinationCommit"], "afterCommitId": target["sourceCommit"],
        "content": "Good",
    }));
    let posted = told.api("PostCommentForPullRequest", comment);
    discuss(told, &posted["comment"]["commentId"]);

    told.step("rules are set aside for good", &["PullRequestApprovalRulesOverridden"]);
    override_rules(told, "OVERRIDE");
    told.step("a pull request is squashed", &MERGED);
    told.api("MergePullRequestBySquash", with(json!({"repositoryName": "demo"})));
    repo.ok(&["fetch", "--quiet", "origin"]);
}

/// Every other end of a pull request.
pub(crate) fn close(told: &mut Announced, repo: &Repo) {
    for (name, operation) in [
        ("a pull request is merged by fast-forward", "MergePullRequestByFastForward"),
        ("a pull request is merged three-way", "MergePullRequestByThreeWay"),
    ] {
        let id = push_and_create(told, repo, operation);
        told.step(name, &MERGED);
        told.api(operation, json!({"pullRequestId": id, "repositoryName": "demo"}));
        repo.ok(&["fetch", "--quiet", "origin"]);
    }
    push_and_create(told, repo, "pushed");
    told.step("a push merges a pull request", &MERGED);
    repo.ok(&["push", "--quiet", "origin", "pushed:main"]);

    let id = push_and_create(told, repo, "closed");
    told.step("a pull request is closed", &["PullRequestStatusChanged"]);
    told.api("UpdatePullRequestStatus", json!({"pullRequestId": id, "pullRequestStatus": "CLOSED"}));

    push_and_create(told, repo, "removed");
    told.step("the source of a pull request is removed", &["ReferencesChanged", "PullRequestStatusChanged"]);
    repo.ok(&["push", "--quiet", "origin", ":removed"]);
}
