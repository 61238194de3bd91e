//! Notification rules: topics are told of what people want to know, so that it reads well as an e-mail.
#![allow(clippy::unwrap_used, reason = "functions beside the tests belong to them")]

use serde_json::{Value, json};
use tests::Journey;
use tests::receiver::Receiver;
use tests::server::Options;

const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:coldforge-trigger-people";

#[test]
fn a_topic_is_told_of_a_pull_request_from_creation_to_merge() {
    let receiver = Receiver::answering("HTTP/1.1 204 No Content\r\n\r\n");
    let arguments = vec!["--destination".to_owned(), format!("{TOPIC}={}", receiver.url("/"))];
    let journey = Journey::begin_with(&Options { arguments, ..Options::default() });
    let server = &journey.server;
    let repo = journey.repo_with_origin("demo");
    let rule = json!({"repositoryName": "demo", "name": "PRs", "events": ["pull_request.*", "pull_request_comment.*"], "targetArn": TOPIC});
    let made = server.api_ok("CreateNotificationRule", rule);
    repo.commit_file("a.txt", "a\n");
    repo.ok(&["push", "--quiet", "origin", "HEAD:refs/heads/main"]);
    let before = repo.id("HEAD");
    repo.commit_file("b.txt", "b\n");
    repo.ok(&["push", "--quiet", "origin", "HEAD:refs/heads/work"]);
    let targets = json!([{"repositoryName": "demo", "sourceReference": "work", "destinationReference": "main"}]);
    server.api_ok("CreatePullRequest", json!({"title": "Work", "targets": targets}));
    server.api_ok(
        "PostCommentForPullRequest",
        json!({"pullRequestId": "1", "repositoryName": "demo", "beforeCommitId": before, "afterCommitId": repo.id("HEAD"), "content": "Good"}),
    );
    server.api_ok("MergePullRequestByFastForward", json!({"pullRequestId": "1", "repositoryName": "demo"}));
    let told = receiver.wait_for(|arrived| arrived.len() >= 4);
    let told: Vec<Value> = told.iter().map(|received| serde_json::from_str(&received.body).unwrap()).collect();
    let subjects: Vec<&str> = told.iter().map(|told| told["Subject"].as_str().unwrap()).collect();
    assert_eq!(
        subjects,
        [
            "admin created pull request 1 \"Work\" from work into main in demo",
            "admin commented on pull request 1 in demo",
            "admin merged pull request 1 \"Work\" into main in demo",
            "admin closed pull request 1 \"Work\" in demo",
        ]
    );
    // Who subscribes by HTTP gets the facts, and attributes to choose by.
    let facts: Value = serde_json::from_str(told[0]["Message"].as_str().unwrap()).unwrap();
    assert_eq!(facts["type"], "pull_request.created");
    assert_eq!(facts["data"]["pullRequest"]["title"], "Work");
    assert_eq!(told[0]["MessageAttributes"]["repository"], json!({"Type": "String", "Value": "demo"}));

    let id = &made["rule"]["ruleId"];
    let named = json!({"repositoryName": "demo", "ruleId": id});
    assert_eq!(server.api_ok("GetNotificationRule", named.clone())["rule"], made["rule"]);
    let changed =
        server.api_ok("UpdateNotificationRule", json!({"repositoryName": "demo", "ruleId": id, "active": false}));
    assert_eq!((&changed["rule"]["active"], &changed["rule"]["name"]), (&json!(false), &json!("PRs")));
    assert_eq!(
        server.api_ok("ListNotificationRules", json!({"repositoryName": "demo"}))["rules"],
        json!([changed["rule"]])
    );
    server.api_ok("DeleteNotificationRule", named.clone());
    assert_eq!(server.api_error("GetNotificationRule", named), "NotificationRuleDoesNotExistException");
}

#[test]
fn there_are_twenty_rules_at_most() {
    let journey = Journey::begin();
    journey.server.create_repository("demo");
    let rule = json!({"repositoryName": "demo", "name": "All", "events": ["*"], "targetArn": TOPIC});
    for _ in 0..20 {
        journey.server.api_ok("CreateNotificationRule", rule.clone());
    }
    assert_eq!(journey.server.api_error("CreateNotificationRule", rule), "MaximumNotificationRulesExceededException");
}
