//! Tokens do what they are for with real git, and nothing else by any road.
#![allow(clippy::unwrap_used, clippy::panic, reason = "functions beside the tests belong to them")]

use serde_json::{Value, json};
use tests::model::Model;
use tests::server::{Options, basic};
use tests::signing::Call;
use tests::{Git, Journey, Repo, User, http};

/// The repositories `demo` and `other`, each with `main`; gives a clone of the first.
fn repositories(journey: &Journey) -> Repo {
    let other = journey.repo_with_origin("other");
    other.commit_file("o", "o\n");
    other.ok(&["push", "--quiet", "origin", "HEAD:main"]);
    let demo = journey.repo_with_origin("demo");
    demo.commit_file("a", "a\n");
    demo.ok(&["push", "--quiet", "origin", "HEAD:main"]);
    demo
}

/// A token of a user: its value and what is known of it.
fn create(journey: &Journey, user: &User, input: Value) -> (String, Value) {
    let made = journey.server.api_as(user, "CreateToken", input).unwrap();
    (made["tokenValue"].as_str().unwrap().to_owned(), made["token"].clone())
}

/// A git that knows nothing but a token.
fn git_with(journey: &Journey, token: &str) -> Git {
    let mut credentials = journey.server.credentials.clone();
    (credentials.git_username, credentials.git_password) = ("anything".to_owned(), token.to_owned());
    Git::new(&journey.path("home")).with_password(&credentials)
}

/// The status and the words with which a request of git is answered.
fn asked(journey: &Journey, token: &str, repository: &str, service: &str) -> (u16, String) {
    let path = format!("/v1/repos/{repository}/info/refs?service={service}");
    let authorization = basic("anything", token);
    let answer = http::request(journey.server.address(), "GET", &path, &[("Authorization", &authorization)], b"");
    (answer.status, answer.text())
}

fn fetches(journey: &Journey, token: &str, repository: &str) -> u16 {
    asked(journey, token, repository, "git-upload-pack").0
}

fn pushes(journey: &Journey, token: &str, repository: &str) -> u16 {
    asked(journey, token, repository, "git-receive-pack").0
}

#[test]
fn a_token_that_can_only_read_one_repository() {
    let journey = Journey::begin();
    let server = &journey.server;
    repositories(&journey);
    let ci = server.create_user("ci", &["AWSCodeCommitPowerUser"]);
    let input = json!({"tokenName": "build server", "tokenType": "deploy", "repositories": ["demo"]});
    let (token, known) = create(&journey, &ci, input);
    assert_eq!((&known["access"], &known["status"]), (&json!("read"), &json!("active")));

    let git = git_with(&journey, &token);
    let clone = git.clone_to(&server.url("demo"), &journey.path("clone"), &[]);
    clone.commit_file("b", "b\n");
    let told = clone.refused(&["push", "origin", "HEAD:main"]);
    assert!(told.contains("403"), "{told}");
    let elsewhere = journey.repo().with(&git);
    assert!(elsewhere.refused(&["fetch", &server.url("other"), "main"]).contains("403"));
    // A forbidden repository and one that there is not look the same.
    let told = |name: &str| {
        let (status, words) = asked(&journey, &token, name, "git-upload-pack");
        (status, words.replace(name, "NAME"))
    };
    assert_eq!(told("other"), told("absent"));
    assert!(told("other").1.contains("token"), "{:?}", told("other"));
}

#[test]
fn a_token_pushes_to_its_refs_alone() {
    let journey = Journey::begin();
    let server = &journey.server;
    repositories(&journey);
    let ana = server.create_user("ana", &["AWSCodeCommitPowerUser"]);
    let scope = json!({"tokenName": "docs", "tokenType": "personal", "repositories": ["dem?"], "access": "write", "refPatterns": ["refs/heads/docs/*"]});
    let (token, _) = create(&journey, &ana, scope);
    let clone = git_with(&journey, &token).clone_to(&server.url("demo"), &journey.path("clone"), &[]);
    clone.commit_file("b", "b\n");
    clone.ok(&["push", "--quiet", "origin", "HEAD:refs/heads/docs/b"]);
    for target in ["HEAD:main", "HEAD:refs/tags/docs", ":main"] {
        let told = clone.refused(&["push", "origin", target]);
        assert!(told.contains("not authorized to push to this ref"), "{target}: {told}");
    }
    // One forbidden ref refuses the whole push.
    let told = clone.refused(&["push", "origin", "HEAD:refs/heads/docs/c", "HEAD:main"]);
    assert!(told.contains("another ref of this push is forbidden"), "{told}");
    assert_eq!(pushes(&journey, &token, "other"), 403);
}

#[test]
fn a_token_may_never_do_more_than_its_owner() {
    let journey = Journey::begin();
    let server = &journey.server;
    repositories(&journey);
    let arn = |name: &str| format!("arn:aws:codecommit:eu-west-1:123456789012:{name}");
    let eve = server.create_user("eve", &[]);
    let own = json!({"Effect": "Allow", "Action": "coldforge:*Token*", "Resource": eve.arn});
    let pull = json!({"Effect": "Allow", "Action": "codecommit:GitPull", "Resource": arn("demo")});
    server.put_policy("eve", &json!([own, pull]));
    let all = json!({"tokenName": "all", "tokenType": "personal", "repositories": ["*"], "access": "write"});
    let (token, _) = create(&journey, &eve, all);
    assert_eq!((fetches(&journey, &token, "demo"), pushes(&journey, &token, "demo")), (200, 403));
    assert_eq!((fetches(&journey, &token, "other"), pushes(&journey, &token, "other")), (403, 403));
    // What its owner may no longer do, it may not either.
    server.put_policy("eve", &own);
    assert_eq!(fetches(&journey, &token, "demo"), 403);
    // Nobody makes tokens for others without being allowed to.
    let input = json!({"tokenName": "t", "tokenType": "personal", "userName": "admin"});
    assert_eq!(server.api_as(&eve, "CreateToken", input).unwrap_err().name, "AccessDeniedException");
    let denied = |operation: &str, input: Value| server.api_as(&eve, operation, input).unwrap_err().name;
    assert_eq!(denied("ListTokens", json!({"userName": "admin"})), "AccessDeniedException");
    assert_eq!(denied("ListTokens", json!({"userName": "nobody"})), "AccessDeniedException");
}

/// Every operation of every API, tried with the widest token there is: whatever part of it is taken for a key or a secret.
#[test]
fn a_token_is_good_for_no_operation_of_any_api() {
    // So many failures would be slowed down otherwise.
    let limits = ["address", "credential"].map(|of| [format!("--max-failed-sign-ins-of-{of}"), "1000000".to_owned()]);
    let journey = Journey::begin_with(&Options { arguments: limits.concat(), ..Options::default() });
    let server = &journey.server;
    let admin = json!({"tokenName": "t", "tokenType": "personal", "repositories": ["*"], "access": "write"});
    let made = server.api_ok("CreateToken", admin);
    let (token, id) = (made["tokenValue"].as_str().unwrap(), made["token"]["tokenId"].as_str().unwrap());
    let mut keys = vec![(token, token), (id, token), (id, id)];
    let parts: Vec<&str> = token.split('_').collect();
    keys.extend([(parts[2], parts[3]), (parts[2], token)]);
    let refusals = ["UnrecognizedClientException", "IncompleteSignatureException", "InvalidSignatureException"];
    let mut tried = 0;
    for operation in Model::both().iter().flat_map(Model::operations) {
        for (key, secret) in &keys {
            let mut call = Call::new(server, &operation, &json!({}));
            (call.access_key_id, call.secret_access_key) = ((*key).to_owned(), (*secret).to_owned());
            let error = call.send(server).unwrap_err();
            assert!(refusals.contains(&error.name.as_str()), "{operation} with {key}: {error:?}");
            tried += 1;
        }
        let target = if Model::is_own(&operation) { "Coldforge_20261128" } else { "CodeCommit_20150413" };
        let (target, authorization) = (format!("{target}.{operation}"), basic("admin", token));
        let headers = [("x-amz-target", target.as_str()), ("Authorization", authorization.as_str())];
        let answer = http::request(server.address(), "POST", "/", &headers, b"{}");
        assert_eq!(answer.status, 400, "{operation}: {}", answer.text());
        assert!(answer.text().contains("Exception") && !answer.text().contains("AccessDenied"), "{}", answer.text());
    }
    assert!(tried >= 80 * 5, "only {tried} tries");
    for action in ["CreateAccessKey", "PutUserPolicy", "CreateServiceSpecificCredential", "GetUser"] {
        for (key, secret) in &keys {
            let answer = server.iam((key, secret), action, &[("UserName", "admin")]);
            assert_eq!(answer.status, 403, "{action} with {key}: {}", answer.text());
        }
    }
}

#[test]
fn a_revoked_token_is_good_for_nothing_from_the_next_request_on() {
    let journey = Journey::begin();
    let server = &journey.server;
    repositories(&journey);
    let ana = server.create_user("ana", &["AWSCodeCommitFullAccess"]);
    let (token, known) = create(&journey, &ana, json!({"tokenName": "t", "tokenType": "personal"}));
    let id = &known["tokenId"];
    assert_eq!(fetches(&journey, &token, "demo"), 200);
    let update = |status: &str| server.api_as(&ana, "UpdateToken", json!({"tokenId": id, "status": status})).unwrap();
    assert_eq!(update("inactive")["token"]["status"], "inactive");
    let (status, words) = asked(&journey, &token, "demo", "git-upload-pack");
    assert_eq!(status, 401, "{words}");
    update("active");
    assert_eq!(fetches(&journey, &token, "demo"), 200);
    // A changed token is refused by its form, before anything is looked up.
    let mut wrong = token.clone();
    wrong.replace_range(20..21, if token[20..21] == *"x" { "y" } else { "x" });
    assert_eq!(fetches(&journey, &wrong, "demo"), 401);
    server.api_as(&ana, "DeleteToken", json!({"tokenId": id})).unwrap();
    assert_eq!(fetches(&journey, &token, "demo"), 401);
    let again = server.api_as(&ana, "DeleteToken", json!({"tokenId": id})).unwrap_err();
    assert_eq!(again.name, "TokenDoesNotExistException");
    assert_eq!(server.api_as(&ana, "ListTokens", json!({})).unwrap(), json!({"tokens": []}));
}

#[test]
fn a_token_ends_at_its_time_and_tells_when_it_was_used() {
    let journey =
        Journey::begin_with(&Options { arguments: vec!["--max-token-days".into(), "30".into()], ..Options::default() });
    let server = &journey.server;
    repositories(&journey);
    let day = 24.0 * 60.0 * 60.0;
    let lasting = |input: Value| {
        let made = server.api_ok("CreateToken", input);
        let date = |name: &str| made["token"][name].as_f64().unwrap();
        ((date("expirationDate") - date("creationDate")) / day).round()
    };
    assert_eq!(lasting(json!({"tokenName": "a", "tokenType": "personal"})), 30.0);
    assert_eq!(lasting(json!({"tokenName": "b", "tokenType": "personal", "expiresInDays": 1})), 1.0);
    let long = json!({"tokenName": "c", "tokenType": "personal", "expiresInDays": 31});
    assert_eq!(server.api_error("CreateToken", long), "ValidationException");

    let made = server.api_ok("CreateToken", json!({"tokenName": "d", "tokenType": "deploy", "repositories": ["demo"]}));
    let last_used = || {
        let listed = server.api_ok("ListTokens", json!({}));
        let listed = listed["tokens"].as_array().unwrap().clone();
        assert_eq!(
            listed.iter().map(|token| token["tokenName"].as_str().unwrap()).collect::<Vec<_>>(),
            ["a", "b", "d"]
        );
        listed[2].get("lastUsedDate").cloned()
    };
    assert_eq!(last_used(), None);
    let token = made["tokenValue"].as_str().unwrap();
    assert_eq!(fetches(&journey, token, "demo"), 200);
    let used = last_used().unwrap();
    assert!(used.as_f64().unwrap() >= made["token"]["creationDate"].as_f64().unwrap().floor());
    assert_eq!(fetches(&journey, token, "demo"), 200);
    assert_eq!(last_used().unwrap(), used, "the use is noted once in a quarter of an hour");
}

#[test]
fn the_table_and_the_log_hold_no_token() {
    tests::only_serve!("it looks at files");
    let journey = Journey::begin();
    repositories(&journey);
    let made = journey.server.api_ok("CreateToken", json!({"tokenName": "t", "tokenType": "personal"}));
    let token = made["tokenValue"].as_str().unwrap().to_owned();
    assert_eq!(fetches(&journey, &token, "demo"), 200);
    let secret = token.split('_').nth(3).unwrap();
    let mut server = journey.server;
    assert!(server.terminate().success());
    let mut folders = vec![server.data_dir.clone()];
    let mut looked_at = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let content = std::fs::read(&path).unwrap();
            let found = content.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{} holds the token", path.display());
            looked_at += content.len();
        }
    }
    assert!(looked_at > 10_000, "only {looked_at} bytes were there to look at");
    assert!(!server.log().contains(secret) && !server.output().contains(secret));
}

#[test]
fn a_user_has_at_most_fifty_tokens() {
    let journey = Journey::begin();
    let server = &journey.server;
    let bob = server.create_user("bob", &["AWSCodeCommitReadOnly"]);
    let input = json!({"tokenName": "t", "tokenType": "personal"});
    for _ in 0..50 {
        server.api_as(&bob, "CreateToken", input.clone()).unwrap();
    }
    let error = server.api_as(&bob, "CreateToken", input).unwrap_err();
    assert_eq!(error.name, "MaximumTokensExceededException");
    // Tokens are credentials: a user who has some is not deleted.
    let keys = (server.credentials.access_key_id.as_str(), server.credentials.secret_access_key.as_str());
    assert_eq!(server.iam(keys, "DeleteUser", &[("UserName", "bob")]).status, 409);
}
