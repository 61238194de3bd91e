//! Approval rules of pull requests with unchanged clients, and that no merge happens which they forbid.
#![allow(clippy::unwrap_used, reason = "functions beside the tests belong to them")]

mod sdk;

use serde_json::{Value, json};
use std::collections::BTreeSet;
use tests::aws::Aws;
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
    let client = sdk::client(&journey.server);
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

#[test]
fn boto3_runs_every_operation() {
    let journey = Journey::begin();
    demo(&journey);
    let users: serde_json::Map<String, Value> = ["ben", "cy", "di"]
        .into_iter()
        .map(|name| {
            let user = journey.server.create_user(name, &["AWSCodeCommitPowerUser"]);
            let told = json!({
                "arn": user.arn, "AccessKeyId": user.access_key_id, "SecretAccessKey": user.secret_access_key,
            });
            (name.to_owned(), told)
        })
        .collect();
    let account = &journey.server.credentials.account_id;
    let facts = json!({"repository": "demo", "account": account, "users": users});
    Aws::new(journey.git.home(), &journey.server).python("approval_rules.py", &[&facts.to_string()]);
}

/// People approve and take it back, the source moves, and merges are tried, all at the same time. Each merge that happened was
/// approved at that moment: the history, replayed, says so.
#[test]
fn approvals_pushes_and_merges_at_once_never_merge_what_the_rules_forbid() {
    let journey = Journey::begin();
    let repo = demo(&journey);
    let server = &journey.server;
    let users = ["ben", "cy"].map(|name| server.create_user(name, &["AWSCodeCommitPowerUser"]));
    for round in 0..8 {
        let source = format!("work-{round}");
        repo.ok(&["push", "--quiet", "origin", &format!("HEAD:refs/heads/{source}")]);
        let target = json!({"repositoryName": "demo", "sourceReference": source, "destinationReference": "main"});
        let made = server.api_ok("CreatePullRequest", json!({"title": "Contested", "targets": [target]}));
        let id = made["pullRequest"]["pullRequestId"].clone();
        let rule = json!({"pullRequestId": id, "approvalRuleName": "two", "approvalRuleContent": content(2)});
        server.api_ok("CreatePullRequestApprovalRule", rule);
        let revision = || server.api_ok("GetPullRequest", json!({"pullRequestId": id}))["pullRequest"].clone();
        std::thread::scope(|scope| {
            for user in &users {
                scope.spawn(|| {
                    for step in 0..12 {
                        let state = if step % 4 == 3 { "REVOKE" } else { "APPROVE" };
                        let revision = &revision()["revisionId"];
                        let input = json!({"pullRequestId": id, "revisionId": revision, "approvalState": state});
                        _ = server.api_as(user, "UpdatePullRequestApprovalState", input);
                    }
                });
            }
            scope.spawn(|| {
                for number in 0..3 {
                    let tip = &revision()["pullRequestTargets"][0]["sourceCommit"];
                    let file = json!({
                        "repositoryName": "demo", "branchName": source, "filePath": format!("{source}-{number}"),
                        "fileContent": "eAo=", "parentCommitId": tip,
                    });
                    _ = server.api("PutFile", file);
                }
            });
            scope.spawn(|| {
                let input = json!({"pullRequestId": id, "repositoryName": "demo"});
                for _ in 0..40 {
                    if server.api("MergePullRequestByThreeWay", input.clone()).is_ok() {
                        break;
                    }
                }
            });
        });
        if revision()["pullRequestStatus"] == "OPEN" {
            // Whoever was too late in the tumult may merge now, once both approve of what it has come to.
            for user in &users {
                let revision = &revision()["revisionId"];
                let input = json!({"pullRequestId": id, "revisionId": revision, "approvalState": "APPROVE"});
                server.api_as(user, "UpdatePullRequestApprovalState", input).unwrap();
            }
            server.api_ok("MergePullRequestByThreeWay", json!({"pullRequestId": id, "repositoryName": "demo"}));
        }
        let history = server.api_ok("DescribePullRequestEvents", json!({"pullRequestId": id, "maxResults": 100}));
        assert!(was_merged_with_two_approvals(&history), "{history}");
    }
}

/// Replays a history: at the moment of the merge, two people approved the revision. Gives whether there was a merge.
fn was_merged_with_two_approvals(history: &Value) -> bool {
    let mut approvers = BTreeSet::new();
    for event in history["pullRequestEvents"].as_array().unwrap() {
        let actor = event["actorArn"].as_str().unwrap().to_owned();
        match event["pullRequestEventType"].as_str().unwrap() {
            "PULL_REQUEST_SOURCE_REFERENCE_UPDATED" => approvers.clear(),
            "PULL_REQUEST_APPROVAL_STATE_CHANGED" => {
                match event["approvalStateChangedEventMetadata"]["approvalStatus"] == "APPROVE" {
                    true => approvers.insert(actor),
                    false => approvers.remove(&actor),
                };
            }
            "PULL_REQUEST_MERGE_STATE_CHANGED" => {
                assert_eq!(approvers.len(), 2, "merged with {approvers:?}");
                return true;
            }
            _ => {}
        }
    }
    false
}
