//! The helpers that AWS's and git's own configuration can name: `coldforge credential-process` and `coldforge git-credential`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "functions beside the tests belong to them")]

use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tests::aws::Aws;
use tests::server::program;
use tests::{Git, Journey, Server, User, http};

/// A home whose profile `keys` has the access key of a user, and whose profile `work` asks `coldforge` for keys of a session.
fn home(journey: &Journey, user: &User) -> Aws {
    let (home, server) = (journey.path("home"), &journey.server);
    let aws = Aws::new(&home, server);
    let config = format!(
        "[profile keys]\nregion = {region}\naws_access_key_id = {id}\naws_secret_access_key = {secret}\nservices = cc\n\
         [profile work]\nregion = {region}\nservices = cc\n\
         credential_process = {program} credential-process --profile keys --duration 900\n\
         [services cc]\ncodecommit =\n  endpoint_url = {endpoint}\nsts =\n  endpoint_url = {endpoint}\n",
        region = server.credentials.region,
        id = user.access_key_id,
        secret = user.secret_access_key,
        program = program().display(),
        endpoint = server.credentials.endpoint,
    );
    std::fs::write(home.join(".aws/config"), config).unwrap();
    aws
}

fn coldforge(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.env_clear().env("HOME", home).env("PATH", std::env::var_os("PATH").unwrap());
    command.args(arguments).stdin(Stdio::null());
    command
}

/// What git's helper answers to a question.
fn ask(home: &Path, arguments: &[&str], question: &str) -> Output {
    let mut command = coldforge(home, &[&["git-credential"], arguments].concat());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(question.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn question(server: &Server) -> String {
    format!("protocol=http\nhost={}\npath=v1/repos/demo\nwwwauth[]=Basic realm=\"coldforge\"\n\n", server.address())
}

fn developer(journey: &Journey) -> User {
    journey.server.create_repository("demo");
    journey.server.create_user("dora", &["AWSCodeCommitPowerUser"])
}

#[test]
fn the_cli_gets_its_keys_from_credential_process() {
    tests::only_serve!("records go to CloudWatch Logs there, where no operation looks them up");
    let journey = Journey::begin();
    let (server, dora) = (&journey.server, developer(&journey));
    let aws = home(&journey, &dora);
    let output = aws
        .command("aws")
        .env("AWS_PROFILE", "work")
        .args(["codecommit", "list-repositories", "--output", "json"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", told(&output));
    let listed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(listed["repositories"][0]["repositoryName"], "demo");
    let records = server.api_ok("LookUpAuditEvents", json!({ "eventName": "ListRepositories" }));
    let record: Value = serde_json::from_str(records["events"][0]["record"].as_str().unwrap()).unwrap();
    assert!(record["userIdentity"]["accessKeyId"].as_str().unwrap().starts_with("CFKS"), "{record}");
}

#[test]
fn credential_process_prints_what_aws_documents() {
    let journey = Journey::begin();
    let dora = developer(&journey);
    home(&journey, &dora);
    let home = journey.directory().join("0-home");
    let process = |arguments: &[&str]| {
        coldforge(&home, &[&["credential-process", "--profile", "keys"], arguments].concat()).output().unwrap()
    };
    let output = process(&["--duration", "900"]);
    assert!(output.status.success(), "{}", told(&output));
    let keys: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(keys["Version"], 1);
    let end: jiff::Timestamp = keys["Expiration"].as_str().unwrap().parse().unwrap();
    assert!((800..=900).contains(&(end.as_second() - jiff::Timestamp::now().as_second())), "{end}");
    for name in ["AccessKeyId", "SecretAccessKey", "SessionToken"] {
        assert!(keys[name].as_str().is_some_and(|text| text.starts_with("cf") || text.starts_with("CF")), "{name}");
    }
    let output = process(&["--duration", "60"]);
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    assert!(told(&output).contains("ValidationError") && told(&output).contains("900"), "{}", told(&output));
    // Keys of a session give no further ones.
    let again = coldforge(&home, &["credential-process", "--profile", "work"]).output().unwrap();
    assert_eq!(again.status.code(), Some(1), "{}", told(&again));
    assert!(told(&again).contains("session credentials"), "{}", told(&again));

    let policy = journey.path("policy.json");
    let read = json!({ "Version": "2012-10-17",
                       "Statement": { "Effect": "Allow", "Action": "codecommit:Get*", "Resource": "*" } });
    std::fs::write(&policy, read.to_string()).unwrap();
    let narrowed: Value = serde_json::from_slice(&process(&["--policy", policy.to_str().unwrap()]).stdout).unwrap();
    let text = |name: &str| narrowed[name].as_str().unwrap().to_owned();
    let mut call = tests::signing::Call::new(&journey.server, "ListRepositories", &json!({}));
    call.access_key_id = text("AccessKeyId");
    call.secret_access_key = text("SecretAccessKey");
    call.session_token = Some(text("SessionToken"));
    assert_eq!(call.send(&journey.server).unwrap_err().name, "AccessDeniedException");
}

#[test]
fn git_signs_in_with_git_credential() {
    let journey = Journey::begin();
    let (server, dora) = (&journey.server, developer(&journey));
    home(&journey, &dora);
    let home = journey.directory().join("0-home");
    for profile in ["keys", "work"] {
        let helper = format!(
            "[credential \"{}\"]\n\thelper =\n\thelper = \"!{} git-credential --profile {profile}\"\n\tuseHttpPath = true\n",
            server.credentials.endpoint,
            program().display()
        );
        let git = Git::new(&home).configure(&helper);
        let clone = git.clone_to(&server.url("demo"), &journey.path("clone"), &[]);
        clone.commit_file("profile", profile);
        clone.ok(&["push", "--quiet", "origin", "HEAD:main"]);
        assert_eq!(
            git.ok(journey.directory(), &["ls-remote", &server.url("demo"), "main"]),
            format!("{}\trefs/heads/main", clone.id("HEAD"))
        );
    }
    assert!(server.log().contains(&dora.arn), "the log does not name the caller");
}

#[test]
fn git_credential_answers_git_as_git_expects() {
    let journey = Journey::begin();
    let (server, dora) = (&journey.server, developer(&journey));
    home(&journey, &dora);
    let home = journey.directory().join("0-home");
    let keys = ["get", "--profile", "keys"];
    let output = ask(&home, &keys, &question(server));
    assert!(output.status.success(), "{}", told(&output));
    let answer = String::from_utf8(output.stdout).unwrap();
    let get = |name: &str| {
        let found = answer.lines().find_map(|line| line.strip_prefix(&format!("{name}=")));
        found.unwrap_or_else(|| panic!("no {name} in {answer}")).to_owned()
    };
    let authorization = tests::server::basic(&get("username"), &get("password"));
    let path = "/v1/repos/demo/info/refs?service=git-upload-pack";
    assert_eq!(http::request(server.address(), "GET", path, &[("Authorization", &authorization)], b"").status, 200);
    let other = "/v1/repos/other/info/refs?service=git-upload-pack";
    assert_eq!(http::request(server.address(), "GET", other, &[("Authorization", &authorization)], b"").status, 401);
    let expiry = UNIX_EPOCH + Duration::from_secs(get("password_expiry_utc").parse().unwrap());
    let left = expiry.duration_since(SystemTime::now()).unwrap();
    assert!(left <= Duration::from_secs(900) && left > Duration::from_secs(800), "{left:?}");

    // Nobody else's questions are answered, and nothing is kept.
    let elsewhere = question(server).replace(server.address(), "github.com");
    for (arguments, question) in [
        (keys, elsewhere.as_str()),
        (keys, &question(server).replace("protocol=http", "protocol=https")),
        (["store", "--profile", "keys"], &question(server)),
        (["erase", "--profile", "keys"], &question(server)),
        (["capability", "--profile", "keys"], ""),
    ] {
        let output = ask(&home, &arguments, question);
        assert!(output.status.success() && output.stdout.is_empty(), "{arguments:?}: {}", told(&output));
    }
    let without_path = question(server).replace("path=v1/repos/demo\n", "");
    let output = ask(&home, &keys, &without_path);
    assert_eq!(output.status.code(), Some(2));
    assert!(told(&output).contains("useHttpPath true") && output.stdout.is_empty(), "{}", told(&output));
    let output = ask(&home, &["get", "--profile", "nobody"], &question(server));
    assert_eq!(output.status.code(), Some(3), "{}", told(&output));
}

#[test]
fn the_help_shows_what_to_write_where() {
    for (command, words) in [
        ("credential-process", ["credential_process = coldforge", "Exit codes", "--policy"]),
        ("git-credential", ["useHttpPath = true", "Exit codes", "password_expiry_utc"]),
        ("audit", ["--since", "Exit codes", "GitPush"]),
    ] {
        let output = coldforge(Path::new("/nonexistent"), &[command, "--help"]).output().unwrap();
        let help = String::from_utf8(output.stdout).unwrap();
        for word in words {
            assert!(help.contains(word), "{word} is not in\n{help}");
        }
    }
}
