//! Approval rules of pull requests with unchanged clients, and that no merge happens which they forbid.
#![allow(clippy::unwrap_used, reason = "functions beside the tests belong to them")]

use serde_json::{Value, json};
use tests::{Journey, Repo};

fn content(needed: usize) -> String {
    let statement = json!({"Type": "Approvers", "NumberOfApprovalsNeeded": needed});
    json!({"Version": "2018-11-08", "Statements": [statement]}).to_string()
}

/// The service's repository `demo`, whose branch `topic` is one commit ahead of the other branches.
fn demo(journey: &Journey) -> Repo {
    let repo = journey.repo_with_origin("demo");
    repo.commit_file("a.txt", "a\n");
    for branch in ["main", "other", "reviewed"] {
        repo.ok(&["push", "--quiet", "origin", &format!("HEAD:refs/heads/{branch}")]);
    }
    repo.commit_file("b.txt", "b\n");
    repo.ok(&["push", "--quiet", "origin", "HEAD:refs/heads/topic"]);
    repo
}

fn target(destination: &str) -> Value {
    json!({"repositoryName": "demo", "sourceReference": "topic", "destinationReference": destination})
}

#[test]
fn a_pull_request_takes_30_rules() {
    let journey = Journey::begin();
    demo(&journey);
    let server = &journey.server;
    let made = server.api_ok("CreatePullRequest", json!({"title": "Ruled", "targets": [target("main")]}));
    let id = &made["pullRequest"]["pullRequestId"];
    let rule = |name: String| json!({"pullRequestId": id, "approvalRuleName": name, "approvalRuleContent": content(1)});
    for number in 0..30 {
        server.api_ok("CreatePullRequestApprovalRule", rule(format!("r{number}")));
    }
    let error = server.api_error("CreatePullRequestApprovalRule", rule("one more".to_owned()));
    assert_eq!(error, "NumberOfRulesExceededException");
    server.api_ok("DeletePullRequestApprovalRule", json!({"pullRequestId": id, "approvalRuleName": "r7"}));
    server.api_ok("CreatePullRequestApprovalRule", rule("one more".to_owned()));
}

#[tokio::test]
async fn the_rust_sdk_runs_every_operation() {
    use aws_sdk_codecommit::types::{ApprovalState, OverrideStatus, Target};
    let journey = tokio::task::spawn_blocking(Journey::begin).await.unwrap();
    demo(&journey);
    let client = client_of(&journey);
    let target = Target::builder().repository_name("demo").source_reference("topic").destination_reference("main");
    let made = client.create_pull_request().title("Ruled").targets(target.build().unwrap()).send().await.unwrap();
    let made = made.pull_request().unwrap();
    let (id, revision) = (made.pull_request_id().unwrap(), made.revision_id().unwrap());

    let rule = client.create_pull_request_approval_rule().pull_request_id(id).approval_rule_name("one");
    let rule = rule.approval_rule_content(content(1)).send().await.unwrap();
    let rule = rule.approval_rule().unwrap().clone();
    let changed = client.update_pull_request_approval_rule_content().pull_request_id(id).approval_rule_name("one");
    let changed = changed.existing_rule_content_sha256(rule.rule_content_sha256().unwrap());
    let changed = changed.new_rule_content(content(2)).send().await.unwrap();
    assert_eq!(changed.approval_rule().unwrap().approval_rule_id(), rule.approval_rule_id());

    let own = client.update_pull_request_approval_state().pull_request_id(id).revision_id(revision);
    let own = own.approval_state(ApprovalState::Approve).send().await.unwrap_err().into_service_error();
    assert!(own.is_pull_request_cannot_be_approved_by_author_exception());
    let states = client.get_pull_request_approval_states().pull_request_id(id).revision_id(revision);
    assert!(states.send().await.unwrap().approvals().is_empty());
    let merge = client.merge_pull_request_by_fast_forward().pull_request_id(id).repository_name("demo");
    let refused = merge.clone().send().await.unwrap_err().into_service_error();
    assert!(refused.is_pull_request_approval_rules_not_satisfied_exception());

    let set_aside = client.override_pull_request_approval_rules().pull_request_id(id).revision_id(revision);
    set_aside.override_status(OverrideStatus::Override).send().await.unwrap();
    let state = client.get_pull_request_override_state().pull_request_id(id).revision_id(revision);
    let state = state.send().await.unwrap();
    assert_eq!((state.overridden(), state.overrider()), (true, made.author_arn()));
    let found = client.evaluate_pull_request_approval_rules().pull_request_id(id).revision_id(revision);
    let found = found.send().await.unwrap();
    let evaluation = found.evaluation().unwrap();
    assert!(evaluation.approved() && evaluation.overridden());
    assert_eq!(evaluation.approval_rules_not_satisfied(), ["one"]);
    let deleted = client.delete_pull_request_approval_rule().pull_request_id(id).approval_rule_name("one");
    assert_eq!(Some(deleted.send().await.unwrap().approval_rule_id()), rule.approval_rule_id());
    merge.send().await.unwrap();
}

fn client_of(journey: &Journey) -> aws_sdk_codecommit::Client {
    use aws_sdk_codecommit::config::{BehaviorVersion, Credentials, Region};
    let keys = &journey.server.credentials;
    let config = aws_sdk_codecommit::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(keys.region.clone()))
        .endpoint_url(&keys.endpoint)
        .credentials_provider(Credentials::new(&keys.access_key_id, &keys.secret_access_key, None, None, "test"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    aws_sdk_codecommit::Client::from_conf(config)
}
