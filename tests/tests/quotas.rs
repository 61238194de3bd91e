//! Quotas that whoever runs the service can set.

use serde_json::json;
use tests::Journey;
use tests::server::Options;

#[test]
fn a_repository_too_many_is_refused() {
    let arguments = ["--max-repositories", "2"].map(str::to_owned).to_vec();
    let journey = Journey::begin_with(&Options { arguments, ..Options::default() });
    let server = &journey.server;
    server.create_repository("one");
    server.create_repository("two");
    let three = json!({"repositoryName": "three"});
    assert_eq!(server.api_error("CreateRepository", three.clone()), "RepositoryLimitExceededException");
    assert_eq!(server.api_error("GetRepository", three.clone()), "RepositoryDoesNotExistException");
    server.api_ok("DeleteRepository", json!({"repositoryName": "one"}));
    server.api_ok("CreateRepository", three);
}

#[test]
fn an_approval_rule_template_too_many_is_refused() {
    let arguments = ["--max-approval-rule-templates", "2"].map(str::to_owned).to_vec();
    let journey = Journey::begin_with(&Options { arguments, ..Options::default() });
    let server = &journey.server;
    let template = |name: &str| {
        let statement = json!({"Type": "Approvers", "NumberOfApprovalsNeeded": 1});
        let content = json!({"Version": "2018-11-08", "Statements": [statement]}).to_string();
        json!({"approvalRuleTemplateName": name, "approvalRuleTemplateContent": content})
    };
    server.api_ok("CreateApprovalRuleTemplate", template("one"));
    server.api_ok("CreateApprovalRuleTemplate", template("two"));
    let error = server.api_error("CreateApprovalRuleTemplate", template("three"));
    assert_eq!(error, "NumberOfRuleTemplatesExceededException");
    server.api_ok("DeleteApprovalRuleTemplate", json!({"approvalRuleTemplateName": "one"}));
    server.api_ok("CreateApprovalRuleTemplate", template("three"));
}

#[test]
fn a_pull_request_too_many_is_refused() {
    let arguments = ["--max-open-pull-requests", "2"].map(str::to_owned).to_vec();
    let journey = Journey::begin_with(&Options { arguments, ..Options::default() });
    let server = &journey.server;
    let repo = journey.repo_with_origin("demo");
    repo.commit_file("a", "a");
    repo.ok(&["push", "--quiet", "origin", "HEAD:refs/heads/main", "HEAD:refs/heads/topic"]);
    let target = json!({"repositoryName": "demo", "sourceReference": "topic"});
    let input = json!({"title": "One of many", "targets": [target]});
    let first = server.api_ok("CreatePullRequest", input.clone());
    server.api_ok("CreatePullRequest", input.clone());
    assert_eq!(server.api_error("CreatePullRequest", input.clone()), "MaximumOpenPullRequestsExceededException");
    let id = &first["pullRequest"]["pullRequestId"];
    server.api_ok("UpdatePullRequestStatus", json!({"pullRequestId": id, "pullRequestStatus": "CLOSED"}));
    server.api_ok("CreatePullRequest", input);
}

#[test]
fn a_branch_is_the_source_of_so_many_pull_requests_and_no_more() {
    let journey = Journey::begin();
    let server = &journey.server;
    let repo = journey.repo_with_origin("demo");
    repo.commit_file("a", "a");
    repo.ok(&["push", "--quiet", "origin", "HEAD:refs/heads/main", "HEAD:refs/heads/topic"]);
    let target = json!({"repositoryName": "demo", "sourceReference": "topic"});
    let input = json!({"title": "One of many", "targets": [target]});
    for _ in 0..20 {
        server.api_ok("CreatePullRequest", input.clone());
    }
    assert_eq!(server.api_error("CreatePullRequest", input), "MaximumOpenPullRequestsExceededException");
}
