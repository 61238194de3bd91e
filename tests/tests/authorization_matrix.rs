//! What everybody is told, by everything there is: each operation of each API, and each request of Git. The operations come from the
//! models and the registry, so a new one is in here by itself. (`errors.rs` has what policies decide, on inputs that are accepted.)
#![allow(clippy::unwrap_used, reason = "functions beside the tests belong to them")]

use serde_json::json;
use std::path::Path;
use std::time::{Duration, SystemTime};
use tests::git_signature::GitSigning;
use tests::model::Model;
use tests::server::basic;
use tests::signing::{Keys, signed_headers};
use tests::users::{Session, element};
use tests::{Journey, Server, http};

/// How far the clock of the server goes ahead, so that sessions expire.
const AHEAD: Duration = Duration::from_secs(7200);

/// The operations of the Query protocol that there is a function for, by API.
fn query_operations() -> Vec<(&'static str, String)> {
    let registry = Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions/src/query_registry.rs");
    let registry = std::fs::read_to_string(registry).unwrap();
    let of = |api: &'static str| {
        let before = format!("QueryEntry::{api}(\"");
        let entries = registry.split(&before).skip(1);
        entries.map(move |entry| (api, entry.split('"').next().unwrap().to_owned())).collect::<Vec<_>>()
    };
    [of("iam"), of("sts")].concat()
}

/// The error's name of an answer in JSON.
fn name(answer: &http::Answer) -> String {
    let told: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    told["__type"].as_str().unwrap_or("none").to_owned()
}

/// What an operation of the Query protocol answers to somebody, or to nobody.
fn query(server: &Server, keys: Option<Keys<'_>>, (api, action): (&str, &str), at: SystemTime) -> (u16, String) {
    let version = if api == "iam" { "2010-05-08" } else { "2011-06-15" };
    let parameters = "UserName=dora&GroupName=team&PolicyName=p&PolicyArn=arn:aws:iam::123456789012:policy/p&VersionId=v1\
         &PolicyDocument={}&AccessKeyId=CFKAAAAAAAAAAAAAAAAA&Status=Active&ServiceName=codecommit.amazonaws.com\
         &ServiceSpecificCredentialId=ACCAAAAAAAAAAAAAAAAAA&Tags.member.1.Key=k&Tags.member.1.Value=v&TagKeys.member.1=k\
         &PolicySourceArn=arn:aws:iam::123456789012:user/coldforge/dora&ActionNames.member.1=codecommit:GitPull\
         &PolicyInputList.member.1={}";
    let body = format!("Action={action}&Version={version}&{parameters}");
    let headers = [("host", server.address()), ("content-type", "application/x-www-form-urlencoded; charset=utf-8")];
    let signed = match keys {
        Some(keys) => signed_headers(server, keys, ("us-east-1", api), at, &headers, body.as_bytes()),
        None => headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
    };
    let headers: Vec<(&str, &str)> = signed.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = http::request(server.address(), "POST", "/", &headers, body.as_bytes());
    (answer.status, if answer.status == 200 { "none".to_owned() } else { element(&answer.text(), "Code") })
}

/// A call that nobody signed.
fn unsigned(server: &Server, operation: &str) -> String {
    let prefix = if Model::is_own(operation) { "Coldforge_20261128" } else { "CodeCommit_20150413" };
    let target = format!("{prefix}.{operation}");
    let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target.as_str())];
    name(&http::request(server.address(), "POST", "/", &headers, b"{}"))
}

#[test]
fn no_operation_lets_in_nobody_or_somebody_whose_session_has_expired() {
    tests::only_serve!("it starts the service again with its clock ahead");
    let mut journey = Journey::begin();
    let root = journey.server.create_user("root", &["AdministratorAccess"]);
    let session = journey.server.session(&root, &[("DurationSeconds", "900")]);
    journey.server.api_in_session(&session, "ListRepositories", json!({})).unwrap();
    assert!(journey.server.terminate().success());
    let ahead = AHEAD.as_secs().to_string();
    journey.server.start_again_with(&[("COLDFORGE_CLOCK_AHEAD".to_owned(), ahead)]);
    let (server, now) = (&journey.server, SystemTime::now() + AHEAD);
    let mut wrong = Vec::new();
    let (mut operations, mut actions) = (0, 0);
    for operation in Model::both().iter().flat_map(Model::operations) {
        let mut call = session.call(server, &operation, &json!({}));
        call.at = now;
        let told = [unsigned(server, &operation), name(&call.send_raw(server))];
        if told != ["MissingAuthenticationTokenException", "ExpiredTokenException"] {
            wrong.push(format!("{operation}: {told:?}"));
        }
        operations += 1;
    }
    for (api, action) in query_operations() {
        let told = [query(server, None, (api, &action), now), query(server, Some(session.keys()), (api, &action), now)];
        let expected = [(403, "MissingAuthenticationToken".to_owned()), (403, "ExpiredToken".to_owned())];
        if told != expected {
            wrong.push(format!("{action}: {told:?}"));
        }
        actions += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(operations > 80 && actions > 40, "{operations} operations and {actions} actions");
}

#[test]
fn no_action_of_iam_is_for_those_who_may_only_use_repositories() {
    let journey = Journey::begin();
    let server = &journey.server;
    server.create_user("dora", &[]);
    let users = [server.create_user("nobody", &[]), server.create_user("full", &["AWSCodeCommitFullAccess"])];
    let mut wrong = Vec::new();
    for (api, action) in query_operations().into_iter().filter(|(api, _)| *api == "iam") {
        for user in &users {
            let told = query(server, Some(user.keys()), (api, &action), SystemTime::now());
            if told != (403, "AccessDenied".to_owned()) {
                wrong.push(format!("{action} by {}: {told:?}", user.arn));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The requests of Git: advertisements and services, for fetches and for pushes.
const REQUESTS: [(&str, &str); 4] = [
    ("GET", "info/refs?service=git-upload-pack"),
    ("POST", "git-upload-pack"),
    ("GET", "info/refs?service=git-receive-pack"),
    ("POST", "git-receive-pack"),
];

/// The statuses of the four requests with these credentials. What is posted asks for nothing.
fn statuses(server: &Server, repository: &str, authorization: Option<&str>) -> [u16; 4] {
    REQUESTS.map(|(method, path)| {
        let headers: Vec<(&str, &str)> = authorization.iter().map(|value| ("Authorization", *value)).collect();
        let body: &[u8] = if method == "POST" { b"0000" } else { b"" };
        http::request(server.address(), method, &format!("/v1/repos/{repository}/{path}"), &headers, body).status
    })
}

#[test]
fn every_request_of_git_by_everybody() {
    tests::only_serve!("it starts the service again with its clock ahead");
    let mut journey = Journey::begin();
    let origin = journey.repo_with_origin("demo");
    origin.commit_file("a", "a\n");
    origin.ok(&["push", "--quiet", "origin", "HEAD:main"]);
    journey.server.create_repository("other");
    let server = &journey.server;
    let statement = |action: &str, repository: &str| {
        let resource = format!("arn:aws:codecommit:eu-west-1:123456789012:{repository}");
        json!({ "Effect": "Allow", "Action": action, "Resource": resource })
    };
    let [nobody, elsewhere, right, refs] =
        ["nobody", "elsewhere", "right", "refs"].map(|name| server.create_user(name, &[]));
    let reader = server.create_user("reader", &["AWSCodeCommitReadOnly"]);
    server.put_policy("elsewhere", &statement("codecommit:*", "other"));
    server.put_policy(
        "right",
        &json!([statement("codecommit:GitPull", "demo"), statement("codecommit:GitPush", "demo")]),
    );
    let mut feature = statement("codecommit:GitPush", "demo");
    feature["Condition"] = json!({ "StringLikeIfExists": { "codecommit:References": "refs/heads/feature/*" } });
    server.put_policy("refs", &json!([statement("codecommit:GitPull", "demo"), feature]));
    let made = server.api_as(
        &right,
        "CreateToken",
        json!({ "tokenName": "t", "tokenType": "deploy", "repositories": ["demo"], "access": "read" }),
    );
    // Policies of repositories alone allow no tokens, not even of one's own; an administrator makes it.
    assert_eq!(made.unwrap_err().name, "AccessDeniedException");
    let made = server.api_ok(
        "CreateToken",
        json!({ "userName": "right", "tokenName": "t", "tokenType": "deploy", "repositories": ["demo"], "access": "read" }),
    );
    let token = basic("right", made["tokenValue"].as_str().unwrap());
    let password = |user: &tests::User| basic(&user.git_username, &user.git_password);

    for (who, authorization, demo, other) in [
        ("nobody at all", None, [401; 4], [401; 4]),
        ("no policy", Some(password(&nobody)), [403; 4], [403; 4]),
        ("read-only", Some(password(&reader)), [200, 200, 403, 403], [200, 200, 403, 403]),
        ("other repository", Some(password(&elsewhere)), [403; 4], [200; 4]),
        ("right repository", Some(password(&right)), [200; 4], [403; 4]),
        ("some refs", Some(password(&refs)), [200; 4], [403; 4]),
        ("scoped token", Some(token), [200, 200, 403, 403], [403; 4]),
    ] {
        assert_eq!(statuses(server, "demo", authorization.as_deref()), demo, "{who}");
        assert_eq!(statuses(server, "other", authorization.as_deref()), other, "{who}, elsewhere");
    }
    // The ref is what is denied, when the push names it.
    let mut credentials = server.credentials.clone();
    credentials.git_username.clone_from(&refs.git_username);
    credentials.git_password.clone_from(&refs.git_password);
    let git = tests::Git::new(&journey.path("home")).with_password(&credentials);
    let clone = git.clone_to(&server.url("demo"), &journey.path("clone"), &[]);
    clone.commit_file("b", "b\n");
    let told = clone.refused(&["push", "origin", "HEAD:refs/heads/feature/b", "HEAD:main"]);
    assert!(told.contains("not authorized to push to this ref"), "{told}");
    assert_eq!(clone.ok(&["ls-remote", "origin", "refs/heads/feature/*"]), "");

    let session = server.session(&right, &[("DurationSeconds", "900")]);
    let mut signing = GitSigning::of(server, "demo");
    let authorization = |signing: &GitSigning, session: &Session| signing.authorization(session.keys());
    assert_eq!(statuses(server, "demo", Some(&authorization(&signing, &session))), [200; 4]);
    assert!(journey.server.terminate().success());
    let ahead = AHEAD.as_secs().to_string();
    journey.server.start_again_with(&[("COLDFORGE_CLOCK_AHEAD".to_owned(), ahead)]);
    signing.at = SystemTime::now() + AHEAD;
    assert_eq!(
        statuses(&journey.server, "demo", Some(&authorization(&signing, &session))),
        [401; 4],
        "expired session"
    );
}
