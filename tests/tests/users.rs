//! Users are administered through the IAM API by unchanged clients, and sign in as themselves.

use serde_json::json;
use tests::aws::Aws;
use tests::signing::Call;
use tests::{Git, Journey, http};

#[test]
fn boto3_administers_users_keys_and_policies() {
    let journey = Journey::begin();
    let aws = Aws::new(&journey.path("home"), &journey.server);
    aws.python("users.py", &[]);
}

#[test]
fn boto3_administers_managed_policies() {
    let journey = Journey::begin();
    let aws = Aws::new(&journey.path("home"), &journey.server);
    aws.python("policies.py", &[]);
}

#[test]
fn boto3_administers_groups() {
    let journey = Journey::begin();
    let aws = Aws::new(&journey.path("home"), &journey.server);
    aws.python("groups.py", &[]);
}

#[test]
fn a_second_administrator_signs_in_with_every_kind_of_credential() {
    let journey = Journey::begin();
    let server = &journey.server;
    let url = server.create_repository("demo");
    let ana = server.create_user("ana", &["AdministratorAccess"]);
    assert_eq!(ana.arn, "arn:aws:iam::123456789012:user/coldforge/ana");
    let mut call = Call::new(server, "GetRepository", &json!({ "repositoryName": "demo" }));
    call.access_key_id = ana.access_key_id.clone();
    call.secret_access_key = ana.secret_access_key.clone();
    assert_eq!(call.send(server).unwrap()["repositoryMetadata"]["repositoryName"], "demo");

    let mut credentials = server.credentials.clone();
    credentials.git_username = ana.git_username.clone();
    credentials.git_password = ana.git_password.clone();
    let git = Git::new(&journey.path("ana")).with_password(&credentials);
    let repo = git.init(&journey.path("work"));
    repo.commit_file("a", "a\n");
    repo.ok(&["push", "--quiet", &url, "HEAD:main"]);
    assert!(server.log().contains(&ana.arn), "the log does not name the caller");
}

#[test]
fn a_user_without_policies_may_do_nothing() {
    let journey = Journey::begin();
    let server = &journey.server;
    server.create_repository("demo");
    let bob = server.create_user("bob", &[]);
    for (operation, input) in [
        ("ListRepositories", json!({})),
        ("GetRepository", json!({ "repositoryName": "demo" })),
        ("GetRepository", json!({ "repositoryName": "nowhere" })),
        ("CreateRepository", json!({ "repositoryName": "new" })),
    ] {
        let error = server.api_as(&bob, operation, input).unwrap_err();
        assert_eq!((error.status, error.name.as_str()), (400, "AccessDeniedException"), "{operation}");
    }
    let authorization = tests::server::basic(&bob.git_username, &bob.git_password);
    for name in ["demo", "nowhere"] {
        let path = format!("/v1/repos/{name}/info/refs?service=git-upload-pack");
        let answer = http::request(server.address(), "GET", &path, &[("Authorization", &authorization)], b"");
        assert_eq!(answer.status, 403, "{name}");
    }
}

#[test]
fn the_iam_api_wants_a_signature_for_itself() {
    let journey = Journey::begin();
    let server = &journey.server;
    let body = b"Action=ListUsers&Version=2010-05-08";
    let form = ("content-type", "application/x-www-form-urlencoded");
    let answer = http::request(server.address(), "POST", "/", &[form], body);
    assert_eq!(answer.status, 403);
    assert!(answer.text().contains("<Code>MissingAuthenticationToken</Code>"), "{}", answer.text());
    assert!(answer.header("content-type").is_some_and(|value| value.starts_with("text/xml")));
}
