//! The program itself: its help, its start, its first administrator, its log and its end.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "functions beside the tests belong to them")]

use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};
use tests::server::{free_port, program, signal};
use tests::{Journey, http, push};

/// Runs the program to its end.
fn coldforge(arguments: &[&str]) -> Output {
    Command::new(program()).args(arguments).output().unwrap()
}

/// Serves on `directory` until the start has failed; gives what is told.
fn start_that_fails(directory: &Path, arguments: &[&str]) -> String {
    let listen = format!("127.0.0.1:{}", free_port());
    let directory = directory.to_str().unwrap();
    let serve = ["serve", "--data-dir", directory, "--listen", &listen];
    let output = coldforge(&[&serve, arguments].concat());
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code().is_some_and(|code| code != 0), "{arguments:?}: {told}");
    assert!(!told.contains("panicked"), "{told}");
    told
}

#[test]
fn help_names_every_setting_and_its_default() {
    let top = coldforge(&["--help"]);
    assert!(top.status.success());
    assert!(String::from_utf8_lossy(&top.stdout).contains("serve"));
    let serve = coldforge(&["serve", "--help"]);
    assert!(serve.status.success());
    let text = String::from_utf8_lossy(&serve.stdout).into_owned();
    for setting in ["--data-dir", "--listen", "--region", "--account-id", "--tls-certificate", "--tls-key"] {
        assert!(text.contains(setting), "{setting} is missing in\n{text}");
    }
    assert!(text.contains("127.0.0.1:7420"), "the default address is missing in\n{text}");
    assert!(coldforge(&["--version"]).status.success());
}

#[test]
fn wrong_arguments_are_explained() {
    let directory = tempfile::tempdir().unwrap();
    let told = start_that_fails(directory.path(), &["--account-id", "12"]);
    assert!(told.contains("12"), "{told}");
    let told = start_that_fails(directory.path(), &["--regoin", "x"]);
    assert!(told.contains("--region"), "no suggestion in {told}");
    let told = start_that_fails(
        directory.path(),
        &["--tls-certificate", "/nowhere/cert.pem", "--tls-key", "/nowhere/key.pem"],
    );
    assert!(told.contains("/nowhere/cert.pem"), "{told}");
    assert!(!coldforge(&[]).status.success());
}

#[test]
fn the_health_check_needs_no_password() {
    let journey = Journey::begin();
    let answer = http::request(journey.server.address(), "GET", "/healthz", &[], b"");
    assert_eq!(answer.status, 200);
}

#[test]
fn a_second_process_on_the_same_directory_is_refused() {
    tests::only_serve!("it is about the lock on a directory");
    let journey = Journey::begin();
    let told = start_that_fails(&journey.server.data_dir, &[]);
    assert!(told.contains("in use"), "{told}");
    assert!(told.contains(&journey.server.data_dir.display().to_string()), "{told}");
    // The first one does not mind.
    journey.server.create_repository("still-there");
}

#[test]
fn a_taken_address_is_named() {
    let journey = Journey::begin();
    let output = coldforge(&[
        "serve",
        "--data-dir",
        journey.path("other").to_str().unwrap(),
        "--listen",
        journey.server.address(),
    ]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && told.contains(journey.server.address()), "{told}");
}

#[test]
fn an_address_beyond_this_machine_needs_tls() {
    let directory = tempfile::tempdir().unwrap();
    let output = coldforge(&[
        "serve",
        "--data-dir",
        directory.path().to_str().unwrap(),
        "--listen",
        &format!("0.0.0.0:{}", free_port()),
    ]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && told.contains("--tls-certificate"), "{told}");
}

#[test]
fn the_administrators_keys_are_private_and_shown_once() {
    tests::only_serve!("the first administrator is made by another program there");
    let mut journey = Journey::begin();
    let file = journey.server.data_dir.join("admin-credentials.json");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let credentials = journey.server.credentials.clone();
    assert_eq!(credentials.endpoint, format!("http://{}", journey.server.address()));
    assert_eq!((credentials.region.as_str(), credentials.account_id.as_str()), ("eu-west-1", "123456789012"));
    let shown = journey.server.output();
    for line in [
        &credentials.access_key_id,
        &credentials.secret_access_key,
        &credentials.git_username,
        &credentials.git_password,
    ] {
        assert_eq!(shown.matches(line.as_str()).count(), 1, "{line} in\n{shown}");
    }
    for client in ["aws", "git clone", "credential-helper"] {
        assert!(shown.contains(client), "no line for {client} in\n{shown}");
    }
    let before = std::fs::read(&file).unwrap();
    assert!(journey.server.terminate().success());
    journey.server.start_again();
    assert_eq!(journey.server.output(), shown, "the second start showed the keys again");
    assert_eq!(std::fs::read(&file).unwrap(), before);
    journey.server.create_repository("the-keys-still-work");
}

#[test]
fn two_administrators_never_share_a_secret() {
    let (one, other) = (Journey::begin(), Journey::begin());
    assert_ne!(one.server.credentials.secret_access_key, other.server.credentials.secret_access_key);
    assert_ne!(one.server.credentials.git_password, other.server.credentials.git_password);
    // And the keys of one are nothing to the other.
    let answer = http::request(
        other.server.address(),
        "GET",
        "/v1/repos/x/info/refs?service=git-upload-pack",
        &[("Authorization", &one.server.basic())],
        b"",
    );
    assert_eq!(answer.status, 401);
}

#[test]
fn sigterm_and_sigint_end_it_cleanly() {
    tests::only_serve!("it ends the process, which keeps nothing in a rehearsal");
    let mut journey = Journey::begin();
    journey.server.create_repository("kept");
    let status = journey.server.terminate();
    assert_eq!(status.code(), Some(0), "{status}");
    journey.server.start_again();
    journey.server.api_ok("GetRepository", json!({ "repositoryName": "kept" }));
    signal(journey.server.pid(), "INT");
    assert_eq!(journey.server.wait_for_end().code(), Some(0));
}

#[test]
fn a_push_that_is_running_is_finished_before_the_end() {
    tests::only_serve!("it ends the process, which keeps nothing in a rehearsal");
    let mut journey = Journey::begin();
    let repo = journey.repo_with_origin("running");
    repo.commit_file("file", tests::random::Random::new(3).bytes(8 << 20));
    let tip = repo.id("main");
    let pushing = {
        let repo = repo.clone();
        // Sent slowly enough that the end is asked for in the middle.
        std::thread::spawn(move || repo.run(&["-c", "http.postBuffer=65536", "push", "--quiet", "origin", "main"]))
    };
    wait_for(|| journey.server.log().contains("git-receive-pack info/refs"));
    journey.server.ask_to_end();
    let status = journey.server.wait_for_end();
    assert_eq!(status.code(), Some(0));
    let pushed = pushing.join().unwrap();
    journey.server.start_again();
    let there = tests::compare::advertised(&journey.git, &journey.server.url("running"));
    // The connection may have been between two requests, when it may be closed; but what was acknowledged is there.
    if pushed.status.success() {
        assert_eq!(there, [format!("{tip} refs/heads/main")]);
    } else {
        assert!(there.is_empty() || there == [format!("{tip} refs/heads/main")]);
    }
}

#[test]
fn a_request_that_is_being_sent_is_answered_before_the_end() {
    tests::only_serve!("it ends the process, which keeps nothing in a rehearsal");
    let mut journey = Journey::begin();
    journey.server.create_repository("slow");
    let id = push::push_by_hand(&journey.server, "slow", "main", b"one\n");
    // A push whose first half has been sent when the end is asked for.
    let body = push::body(&[(push::NULL, &id, "refs/heads/late")], &tests::pack::PackBytes::default().finish());
    let head = format!(
        "POST /v1/repos/slow/git-receive-pack HTTP/1.1\r\nHost: {}\r\nAuthorization: {}\r\nContent-Length: {}\r\n\
         Content-Type: application/x-git-receive-pack-request\r\n\r\n",
        journey.server.address(),
        journey.server.basic(),
        body.len()
    );
    let mut stream = http::connect(journey.server.address());
    let (first, second) = body.split_at(body.len() / 2);
    std::io::Write::write_all(&mut stream, &[head.as_bytes(), first].concat()).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    journey.server.ask_to_end();
    wait_for(|| journey.server.log().contains("stopping"));
    std::io::Write::write_all(&mut stream, second).unwrap();
    let mut answer = Vec::new();
    std::io::Read::read_to_end(&mut stream, &mut answer).unwrap();
    let report = push::report(&http::parse(&answer).unwrap());
    assert_eq!(report.refs, [("refs/heads/late".to_owned(), None)], "{}", report.words());
    assert_eq!(journey.server.wait_for_end().code(), Some(0));
}

#[test]
fn the_log_has_a_line_per_request_and_no_secret() {
    tests::only_serve!("it reads the log of one process");
    let journey = Journey::begin();
    let repo = journey.repo_with_origin("logged");
    repo.commit_file("a", "a\n");
    repo.ok(&["push", "--quiet", "origin", "main"]);
    journey.server.api_error("GetRepository", json!({ "repositoryName": "not-there" }));
    wait_for(|| journey.server.log().contains("RepositoryDoesNotExistException"));
    let log = journey.server.log();
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let requests: Vec<&Value> = lines.iter().filter(|line| line["message"] == "request").collect();
    let find = |operation: &str, status: u64| {
        let found = requests.iter().find(|line| line["operation"] == operation && line["status"] == status);
        *found.unwrap_or_else(|| panic!("no line for {operation} with {status} in\n{log}"))
    };
    let push = find("git-receive-pack", 200);
    assert_eq!(push["repository"], "logged");
    assert!(push["principal"].as_str().unwrap().contains("123456789012"), "{push}");
    assert!(push["bytes_in"].as_u64().unwrap() > 100 && push["bytes_out"].as_u64().unwrap() > 10, "{push}");
    assert!(push["duration_ms"].is_u64(), "{push}");
    assert_eq!(find("CreateRepository", 200)["repository"], "logged");
    assert_eq!(find("GetRepository", 400)["error"], "RepositoryDoesNotExistException");
    let credentials = &journey.server.credentials;
    let basic = journey.server.basic();
    for secret in [&credentials.secret_access_key, &credentials.git_password, &basic["Basic ".len()..].to_owned()] {
        assert!(!log.contains(secret.as_str()), "a secret stands in the log:\n{log}");
    }
}

#[test]
fn nonsense_on_the_wire_does_no_harm() {
    let journey = Journey::begin();
    let address = journey.server.address();
    for nonsense in [
        &b"\0\0\0\0\0\0\0\0"[..],
        b"GET\r\n\r\n",
        b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n12345",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
    ] {
        let answer = http::exchange(address, nonsense);
        assert!(answer.is_none_or(|answer| (400..500).contains(&answer.status)));
    }
    let long = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(1 << 20));
    assert!(http::exchange(address, long.as_bytes()).is_none_or(|answer| (400..500).contains(&answer.status)));
    let answer = http::request(address, "GET", "/no/such/page", &[], b"");
    assert!((400..500).contains(&answer.status), "{}", answer.status);
    assert_eq!(http::request(address, "GET", "/healthz", &[], b"").status, 200);
    assert!(!journey.server.log().contains("panicked"), "{}", journey.server.log());
}

#[test]
fn data_outlive_the_process() {
    tests::only_serve!("it ends the process, which keeps nothing in a rehearsal");
    let mut journey = Journey::begin();
    let repo = journey.repo_with_origin("outlives");
    tests::history::History::default().import(&repo);
    repo.ok(&["push", "--quiet", "--mirror", "origin"]);
    assert!(journey.server.terminate().success());
    journey.server.start_again();
    journey.assert_same(&repo, "outlives");
}

#[test]
fn region_account_and_address_stand_in_what_it_tells() {
    let journey = Journey::begin();
    let server = &journey.server;
    server.create_repository("named");
    let told = server.api_ok("GetRepository", json!({ "repositoryName": "named" }));
    let metadata = &told["repositoryMetadata"];
    assert_eq!(metadata["Arn"], "arn:aws:codecommit:eu-west-1:123456789012:named");
    assert_eq!(metadata["accountId"], "123456789012");
    assert_eq!(metadata["cloneUrlHttp"], server.url("named"));
}

/// Waits until something is so.
fn wait_for(holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(30), "this does not come true");
        std::thread::sleep(Duration::from_millis(5));
    }
}
