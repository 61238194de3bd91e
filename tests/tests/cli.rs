//! The commands of `coldforge` that call a service, as people and scripts use them.
#![allow(clippy::unwrap_used, reason = "functions beside the tests belong to them")]

use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Output, Stdio};
use tests::Journey;
use tests::server::program;

/// `coldforge` with nothing in its environment.
fn coldforge(arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.env_clear().env("HOME", "/nonexistent").args(arguments).stdin(Stdio::null());
    command
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What a command printed, which must have succeeded.
fn printed(command: &mut Command) -> Value {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}: {}", output.status, told(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn an_operation_is_called_with_json_and_answers_json() {
    let journey = Journey::begin();
    let directory = journey.server.data_dir.to_str().unwrap().to_owned();
    let call = |arguments: &[&str]| {
        coldforge(&[&["call", "--api", "codecommit", "--data-dir", &directory], arguments].concat())
    };
    let made = printed(&mut call(&["CreateRepository", "--json", r#"{"repositoryName": "demo"}"#]));
    assert_eq!(made["repositoryMetadata"]["cloneUrlHttp"], journey.server.url("demo"));
    let listed = printed(&mut call(&["ListRepositories"]));
    assert_eq!(listed["repositories"][0]["repositoryName"], "demo");

    let mut from_input =
        call(&["GetRepository", "--json", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    from_input.stdin.take().unwrap().write_all(br#"{"repositoryName": "demo"}"#).unwrap();
    let output = from_input.wait_with_output().unwrap();
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["repositoryMetadata"]["repositoryName"], "demo");
}

#[test]
fn each_way_to_fail_has_its_exit_code() {
    let journey = Journey::begin();
    let server = &journey.server;
    let with_keys = |arguments: &[&str]| {
        let mut command = coldforge(arguments);
        command
            .env("AWS_ACCESS_KEY_ID", &server.credentials.access_key_id)
            .env("AWS_SECRET_ACCESS_KEY", &server.credentials.secret_access_key)
            .env("AWS_REGION", &server.credentials.region)
            .env("COLDFORGE_ENDPOINT", &server.credentials.endpoint);
        command
    };
    let fails = |command: &mut Command, code: i32, word: &str| {
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{}", told(&output));
        assert!(told(&output).contains(word) && output.stdout.is_empty(), "{}", told(&output));
    };
    let get = ["call", "--api", "codecommit", "GetRepository", "--json", r#"{"repositoryName": "nowhere"}"#];
    fails(&mut with_keys(&get), 1, "RepositoryDoesNotExistException");
    fails(with_keys(&get).env("AWS_SECRET_ACCESS_KEY", "x"), 1, "InvalidSignatureException");
    fails(&mut with_keys(&["call", "X", "--json", "[]"]), 2, "--json");
    fails(&mut with_keys(&["call", "X", "--jsno", "{}"]), 2, "--json");
    fails(&mut coldforge(&get), 3, "--endpoint");
    fails(coldforge(&get).env("COLDFORGE_ENDPOINT", &server.credentials.endpoint), 3, "--region");
    let nobody = format!("http://127.0.0.1:{}", tests::server::free_port());
    fails(with_keys(&get).env("COLDFORGE_ENDPOINT", nobody), 4, "cannot be reached");
    let help = printed_text(&["call", "--help"]);
    assert!(help.contains("Exit codes: 0 done; 1 the service refused it"), "{help}");
    assert_eq!(server.api_ok("ListRepositories", json!({}))["repositories"], json!([]));
}

fn printed_text(arguments: &[&str]) -> String {
    String::from_utf8_lossy(&coldforge(arguments).output().unwrap().stdout).into_owned()
}

#[test]
fn webhooks_and_notification_rules_are_managed_from_the_command_line() {
    let journey = Journey::begin();
    journey.server.create_repository("demo");
    let directory = journey.server.data_dir.to_str().unwrap().to_owned();
    let run = |arguments: &[&str]| coldforge(&[arguments, &["--data-dir", &directory]].concat());
    let of_demo = ["--repository", "demo"];
    let made = printed(&mut run(&[
        &["webhook", "create", "https://hooks.example.com/", "--event", "branch.*", "--event", "tag.*"],
        &of_demo[..],
    ]
    .concat()));
    let id = made["webhook"]["webhookId"].as_str().unwrap();
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
    let changed = printed(&mut run(&[&["webhook", "update", id, "--active", "false"], &of_demo[..]].concat()));
    assert_eq!(changed["webhook"]["status"], "inactive");
    let shown = printed(&mut run(&[&["webhook", "get", id], &of_demo[..]].concat()));
    assert_eq!(shown["webhook"], changed["webhook"]);
    let listed = printed(&mut run(&[&["webhook", "list"], &of_demo[..]].concat()));
    assert_eq!(listed["webhooks"], json!([shown["webhook"]]));
    let told = printed(&mut run(&[&["webhook", "deliveries", id], &of_demo[..]].concat()));
    assert_eq!(told["deliveries"], json!([]));
    let refused = run(&[&["webhook", "test", id], &of_demo[..]].concat()).output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    let removed = run(&[&["webhook", "delete", id], &of_demo[..]].concat()).output().unwrap();
    assert!(removed.status.success() && removed.stdout.is_empty(), "{}", self::told(&removed));

    let topic = ["--topic", "arn:aws:sns:eu-west-1:123456789012:coldforge-trigger-people"];
    let rule = printed(&mut run(&[
        &["notification", "create", "Pull requests", "--event", "pull_request.*"],
        &topic[..],
        &of_demo[..],
    ]
    .concat()));
    let id = rule["rule"]["ruleId"].as_str().unwrap();
    let changed = printed(&mut run(&[&["notification", "update", id, "--name", "PRs"], &of_demo[..]].concat()));
    assert_eq!(changed["rule"]["name"], "PRs");
    let listed = printed(&mut run(&[&["notification", "list"], &of_demo[..]].concat()));
    assert_eq!(listed["rules"], json!([changed["rule"]]));
    let removed = run(&[&["notification", "delete", id], &of_demo[..]].concat()).output().unwrap();
    assert!(removed.status.success(), "{}", self::told(&removed));
}
