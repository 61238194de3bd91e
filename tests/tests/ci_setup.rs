//! What the README shows a newcomer: a token for a build server, and a protected branch, with the commands as they stand there.
#![allow(clippy::unwrap_used, reason = "functions beside the tests belong to them")]

use serde_json::{Value, json};
use std::process::Command;
use tests::server::program;
use tests::{Git, Journey};

/// What `coldforge …` prints, called with the administrator's keys.
fn coldforge(journey: &Journey, arguments: &[&str]) -> String {
    let directory = journey.server.data_dir.to_str().unwrap();
    let output = Command::new(program()).env_clear().args(arguments).args(["--data-dir", directory]).output().unwrap();
    assert!(output.status.success(), "coldforge {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn json_of(journey: &Journey, arguments: &[&str]) -> Value {
    serde_json::from_str(&coldforge(journey, arguments)).unwrap()
}

#[test]
fn a_build_server_can_only_read_one_repository() {
    let journey = Journey::begin();
    let server = &journey.server;
    for name in ["demo", "other"] {
        let repo = journey.repo_with_origin(name);
        repo.commit_file("a", "a\n");
        repo.ok(&["push", "--quiet", "origin", "HEAD:main"]);
    }
    server.iam_ok("CreateUser", &[("UserName", "ci")]);
    let reader = "arn:aws:iam::aws:policy/AWSCodeCommitReadOnly";
    server.iam_ok("AttachUserPolicy", &[("UserName", "ci"), ("PolicyArn", reader)]);
    let create =
        ["token", "create", "build-server", "--kind", "deploy", "--repository", "demo", "--user", "ci", "--bare"];
    let token = coldforge(&journey, &create).trim().to_owned();

    // The URL says it all; no helper, no configuration.
    let git = Git::new(&journey.path("home"));
    let url = |name: &str| server.url(name).replacen("://", &format!("://ci:{token}@"), 1);
    let clone = git.clone_to(&url("demo"), &journey.path("clone"), &[]);
    clone.commit_file("b", "b\n");
    assert!(clone.refused(&["push", "origin", "HEAD:main"]).contains("403"));
    assert!(clone.refused(&["fetch", &url("other"), "main"]).contains("403"));

    let listed = json_of(&journey, &["token", "list", "--user", "ci"]);
    let id = listed["tokens"][0]["tokenId"].as_str().unwrap().to_owned();
    assert!(listed["tokens"][0]["lastUsedDate"].is_number(), "{listed}");
    json_of(&journey, &["token", "disable", &id, "--user", "ci"]);
    assert!(clone.refused(&["fetch", "origin"]).contains("Authentication failed"));
    json_of(&journey, &["token", "enable", &id, "--user", "ci"]);
    clone.ok(&["fetch", "--quiet", "origin"]);
    json_of(&journey, &["token", "delete", &id, "--user", "ci"]);
    assert!(clone.refused(&["fetch", "origin"]).contains("Authentication failed"));
}

#[test]
fn a_protected_main_needs_an_approval_and_a_status() {
    let journey = Journey::begin();
    let server = &journey.server;
    let bob = server.create_user("bob", &["AWSCodeCommitPowerUser"]);
    let repo = journey.repo_with_origin("demo");
    repo.commit_file("a", "a\n");
    repo.ok(&["push", "--quiet", "origin", "HEAD:main"]);
    let put = ["protection", "put", "main", "--repository", "demo", "--ref", "refs/heads/main"];
    let demands = ["--approvals", "1", "--status", "ci/build"];
    let told = json_of(&journey, &[&put[..], &demands].concat());
    assert_eq!(told["refProtection"]["requiredStatuses"], json!(["ci/build"]));

    repo.ok(&["switch", "--quiet", "--create", "topic"]);
    let tip = repo.commit_file("b", "b\n");
    let told = repo.refused(&["push", "origin", "HEAD:main"]);
    assert!(told.contains("main (is protected by 'main', which requires a pull request"), "{told}");
    repo.ok(&["push", "--quiet", "origin", "topic"]);
    let target = json!([{"repositoryName": "demo", "sourceReference": "topic", "destinationReference": "main"}]);
    let asked = server.api_ok("CreatePullRequest", json!({"title": "b", "targets": target}))["pullRequest"].take();
    let merge = json!({"pullRequestId": asked["pullRequestId"], "repositoryName": "demo"});
    let merge = || server.api("MergePullRequestByFastForward", merge.clone()).map_err(|error| error.message);
    assert!(merge().unwrap_err().contains("requires 1 approval"), "nobody has approved it");
    let approval =
        json!({"pullRequestId": asked["pullRequestId"], "revisionId": asked["revisionId"], "approvalState": "APPROVE"});
    server.api_as(&bob, "UpdatePullRequestApprovalState", approval).unwrap();
    let told = merge().unwrap_err();
    assert!(told.contains("requires the status success") && told.contains("'ci/build' (none yet)"), "{told}");

    let status = ["status", "put", &tip, "--repository", "demo", "--context", "ci/build", "--state"];
    json_of(&journey, &[&status[..], &["failure"]].concat());
    assert!(merge().unwrap_err().contains("'ci/build' (failure)"), "its build failed");
    json_of(&journey, &[&status[..], &["success", "--url", "https://ci.example.com/builds/7"]].concat());
    let listed = json_of(&journey, &["status", "list", &tip, "--repository", "demo"]);
    assert_eq!(listed["commitStatuses"][0]["targetUrl"], "https://ci.example.com/builds/7");
    merge().unwrap();
    assert!(repo.ok(&["ls-remote", "origin", "main"]).starts_with(&tip));

    let shown = json_of(&journey, &["protection", "get", "main", "--repository", "demo"]);
    let all = json_of(&journey, &["protection", "list", "--repository", "demo"]);
    assert_eq!(all["refProtections"], json!([shown["refProtection"]]));
    json_of(&journey, &["protection", "delete", "main", "--repository", "demo"]);
    repo.commit_file("c", "c\n");
    repo.ok(&["push", "--quiet", "origin", "HEAD:main"]);
}
