//! Who fails to sign in too often is told to slow down; who signs in rightly never is.
#![allow(clippy::unwrap_used, clippy::panic, reason = "functions beside the tests belong to them")]

use serde_json::{Value, json};
use tests::git_signature::GitSigning;
use tests::http::Answer;
use tests::server::{Options, basic};
use tests::signing::{Call, Keys};
use tests::{Journey, Server, http};

/// A server that takes so many failures from one address and with one credential. A minute may begin in the middle of a test, so
/// tests fail more than twice as often.
fn journey(address: u32, credential: u32) -> Journey {
    let arguments = ["--max-failed-sign-ins-of-address", &address.to_string()]
        .into_iter()
        .chain(["--max-failed-sign-ins-of-credential", &credential.to_string()])
        .map(str::to_owned)
        .collect();
    Journey::begin_with(&Options { arguments, ..Options::default() })
}

fn wrong(server: &Server) -> Call {
    let mut call = Call::new(server, "ListRepositories", &json!({}));
    call.secret_access_key.push('x');
    call
}

fn git(server: &Server, authorization: &str) -> Answer {
    let path = "/v1/repos/demo/info/refs?service=git-upload-pack";
    http::request(server.address(), "GET", path, &[("Authorization", authorization)], b"")
}

fn retry_after(answer: &Answer) -> u64 {
    answer.header("retry-after").unwrap_or_else(|| panic!("{answer:?}")).parse().unwrap()
}

#[test]
fn a_credential_that_fails_too_often_is_held_up_but_not_its_owner() {
    tests::only_serve!("each function counts for itself there");
    let journey = journey(1000, 3);
    let server = &journey.server;
    server.create_repository("demo");
    let answers: Vec<Answer> = (0..8).map(|_| wrong(server).send_raw(server)).collect();
    assert_eq!(answers[0].status, 400);
    let last = answers.last().unwrap();
    assert_eq!((last.status, last.header("x-amzn-errortype")), (429, Some("ThrottlingException")), "{}", last.text());
    assert!((1..=60).contains(&retry_after(last)));
    let body: Value = serde_json::from_slice(&last.body).unwrap();
    assert!(body["message"].as_str().unwrap().contains("with this credential"), "{body}");
    // The owner is not locked out, by whatever they sign in.
    server.api_ok("ListRepositories", json!({}));
    let credentials = &server.credentials;
    let keys = Keys { id: &credentials.access_key_id, secret: &credentials.secret_access_key, token: None };
    let signing = GitSigning::of(server, "demo");
    assert_eq!(git(server, &signing.authorization(keys)).status, 200);
    // What failed under one door is counted under the others.
    let failing = git(server, &signing.authorization(Keys { secret: "x", ..keys }));
    assert_eq!(failing.status, 429, "{}", failing.text());
    assert!(failing.text().contains("too many sign-ins") && retry_after(&failing) <= 60);
    // Another credential is another one.
    let password = basic(&credentials.git_username, &credentials.git_password);
    assert_eq!(git(server, &password).status, 200);
}

#[test]
fn an_address_that_fails_too_often_is_held_up_but_nobody_at_it_who_signs_rightly() {
    tests::only_serve!("each function counts for itself there");
    let journey = journey(5, 1000);
    let server = &journey.server;
    server.create_repository("demo");
    let stranger = |number: usize| {
        let mut call = wrong(server);
        let id = format!("CFKA{number:016}").replace(['0', '1', '8', '9'], "A");
        call.access_key_id = id;
        call.send_raw(server)
    };
    let statuses: Vec<u16> = (0..12).map(|number| stranger(number).status).collect();
    assert_eq!((statuses[0], statuses[11]), (400, 429), "{statuses:?}");
    assert!(server.iam(("CFKAAAAAAAAAAAAAAAAA", "x"), "ListUsers", &[]).text().contains("<Code>Throttling</Code>"));
    server.api_ok("ListRepositories", json!({}));
    assert_eq!(git(server, &server.basic()).status, 200);
    // A request without credentials is how git begins, and fails nobody.
    let unsigned = http::request(server.address(), "GET", "/v1/repos/demo/info/refs?service=git-upload-pack", &[], b"");
    assert_eq!(unsigned.status, 401);
}
