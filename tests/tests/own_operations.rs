//! Coldforge's own operations are driven by clients that were never made for them, and are signed for a name of their own.
#![allow(clippy::unwrap_used, reason = "functions beside the tests belong to them")]

use serde_json::json;
use tests::Journey;
use tests::aws::Aws;
use tests::signing::Call;

#[test]
fn the_aws_cli_and_boto3_take_the_model_as_it_is() {
    let journey = Journey::begin();
    let repo = journey.repo_with_origin("demo");
    repo.commit_file("a", "a\n");
    repo.ok(&["push", "--quiet", "origin", "HEAD:main"]);
    let tip = repo.id("HEAD");
    let aws = Aws::new(&journey.path("home"), &journey.server);
    aws.add_model();

    let arguments = ["coldforge", "put-commit-status", "--repository-name", "demo", "--commit-id", &tip];
    let status = ["--context", "ci/build", "--state", "pending", "--description", "Begun"];
    let output = aws.command("aws").args(arguments).args(status).args(["--output", "json"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["commitStatus"]["state"], "pending");
    assert_eq!(told["commitStatus"]["description"], "Begun");

    aws.python("commit_statuses.py", &[&tip]);
}

#[test]
fn a_signature_for_one_api_is_none_for_the_other() {
    let journey = Journey::begin();
    journey.server.create_repository("demo");
    for (operation, service) in [("ListCommitStatuses", "codecommit"), ("GetRepository", "coldforge")] {
        let mut call =
            Call::new(&journey.server, operation, &json!({"repositoryName": "demo", "commitId": "0".repeat(40)}));
        call.send(&journey.server).unwrap();
        call.service = service.to_owned();
        assert_eq!(call.send(&journey.server).unwrap_err().name, "InvalidSignatureException", "{operation}");
    }
    let unknown = Call::new(&journey.server, "PutCommitState", &json!({})).send(&journey.server).unwrap_err();
    assert_eq!(unknown.name, "UnknownOperationException");
}
