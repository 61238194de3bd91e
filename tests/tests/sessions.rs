//! Sessions: keys for some hours, of which nothing is stored, and which end with what they came from.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "functions beside the tests belong to them")]

use serde_json::{Value, json};
use tests::aws::Aws;
use tests::git_signature::GitSigning;
use tests::signing::{Call, Keys};
use tests::users::{Session, element};
use tests::{Git, Journey, Server, User, http};

fn refusal(server: &Server, session: &Session) -> String {
    server.api_in_session(session, "ListRepositories", json!({})).expect_err("this should be refused").name
}

/// The status of a Git request with these credentials.
fn git_status(server: &Server, repository: &str, authorization: &str) -> u16 {
    let path = format!("/v1/repos/{repository}/info/refs?service=git-upload-pack");
    http::request(server.address(), "GET", &path, &[("Authorization", authorization)], b"").status
}

fn developer(journey: &Journey) -> User {
    journey.server.create_repository("demo");
    journey.server.create_user("dora", &["AWSCodeCommitPowerUser"])
}

#[test]
fn a_session_may_do_what_its_user_may() {
    let journey = Journey::begin();
    let (server, dora) = (&journey.server, developer(&journey));
    let session = server.session(&dora, &[("DurationSeconds", "900")]);
    assert!(session.access_key_id.starts_with("CFKS") && session.secret_access_key.starts_with("cfs_"), "{session:?}");
    assert!(session.session_token.len() <= 1200, "{} bytes", session.session_token.len());
    let listed = server.api_in_session(&session, "ListRepositories", json!({})).unwrap();
    assert_eq!(listed["repositories"][0]["repositoryName"], "demo");
    let told = server.sts(session.keys(), "GetCallerIdentity", &[]).text();
    assert_eq!(element(&told, "Arn"), dora.arn);
    let error = server.api_in_session(&session, "DeleteRepository", json!({ "repositoryName": "demo" })).unwrap_err();
    assert_eq!(error.name, "AccessDeniedException");
}

#[test]
fn a_token_belongs_to_its_keys_and_to_no_others() {
    let journey = Journey::begin();
    let (server, dora) = (&journey.server, developer(&journey));
    let (one, other) = (server.session(&dora, &[]), server.session(&dora, &[]));
    let list = |change: &dyn Fn(&mut Call)| {
        let mut call = one.call(server, "ListRepositories", &json!({}));
        change(&mut call);
        call.send(server).expect_err("this should be refused").name
    };
    assert_eq!(list(&|call| call.session_token = None), "UnrecognizedClientException");
    assert_eq!(list(&|call| call.session_token = Some("cfst1.1.AAAA".to_owned())), "UnrecognizedClientException");
    assert_eq!(list(&|call| call.session_token = Some("nonsense".to_owned())), "UnrecognizedClientException");
    let of_other = |call: &mut Call| call.session_token = Some(other.session_token.clone());
    assert_eq!(list(&of_other), "UnrecognizedClientException");
    let with_secret = |call: &mut Call| call.secret_access_key.clone_from(&other.secret_access_key);
    assert_eq!(list(&with_secret), "InvalidSignatureException");
    let tampered = |call: &mut Call| {
        let mut token = one.session_token.clone();
        let last = token.pop().unwrap();
        token.push(if last == 'A' { 'E' } else { 'A' });
        call.session_token = Some(token);
    };
    assert_eq!(list(&tampered), "UnrecognizedClientException");
    // A static key is used without a token.
    let mut call = one.call(server, "ListRepositories", &json!({}));
    call.access_key_id.clone_from(&dora.access_key_id);
    call.secret_access_key.clone_from(&dora.secret_access_key);
    assert_eq!(call.send(server).unwrap_err().name, "UnrecognizedClientException");
}

#[test]
fn a_session_makes_no_sessions_and_changes_no_identities() {
    let journey = Journey::begin();
    let server = &journey.server;
    let root = server.create_user("root", &["AdministratorAccess"]);
    let session = server.session(&root, &[]);
    let again = server.sts(session.keys(), "GetSessionToken", &[]);
    assert_eq!((again.status, element(&again.text(), "Code").as_str()), (403, "AccessDenied"), "{}", again.text());
    let user = ("UserName", "root");
    for (action, parameters) in [
        ("CreateUser", &[("UserName", "more")][..]),
        ("CreateAccessKey", &[user][..]),
        ("DeleteAccessKey", &[user, ("AccessKeyId", root.access_key_id.as_str())][..]),
        ("CreateServiceSpecificCredential", &[user, ("ServiceName", "codecommit.amazonaws.com")][..]),
        ("DetachUserPolicy", &[user, ("PolicyArn", "arn:aws:iam::aws:policy/AdministratorAccess")][..]),
    ] {
        let answer = server.iam_in_session(&session, action, parameters);
        assert_eq!((answer.status, element(&answer.text(), "Code").as_str()), (403, "AccessDenied"), "{action}");
    }
    let read = server.iam_in_session(&session, "GetUser", &[user]);
    assert_eq!((read.status, element(&read.text(), "Arn").as_str()), (200, root.arn.as_str()));
}

#[test]
fn how_long_a_session_lasts_is_within_limits() {
    let journey = Journey::begin();
    let (server, dora) = (&journey.server, developer(&journey));
    for wrong in ["899", "129601", "x", "-1"] {
        let answer = server.sts(dora.keys(), "GetSessionToken", &[("DurationSeconds", wrong)]);
        assert_eq!((answer.status, element(&answer.text(), "Code").as_str()), (400, "ValidationError"), "{wrong}");
    }
    let seconds = |session: &Session| -> i64 {
        let end: jiff::Timestamp = session.expiration.parse().unwrap();
        end.as_second() - jiff::Timestamp::now().as_second()
    };
    assert!((43_000..=43_200).contains(&seconds(&server.session(&dora, &[]))));
    assert!((129_000..=129_600).contains(&seconds(&server.session(&dora, &[("DurationSeconds", "129600")]))));
}

#[test]
fn the_policy_of_a_session_narrows_what_its_user_may() {
    let journey = Journey::begin();
    let (server, dora) = (&journey.server, developer(&journey));
    let policy = |statement: Value| json!({ "Version": "2012-10-17", "Statement": statement }).to_string();
    let read = policy(json!({ "Effect": "Allow", "Action": ["codecommit:Get*", "codecommit:DeleteRepository"],
                              "Resource": "*" }));
    let session = server.session(&dora, &[("Policy", &read)]);
    let input = json!({ "repositoryName": "demo" });
    server.api_in_session(&session, "GetRepository", input.clone()).unwrap();
    for (operation, input) in [
        ("ListRepositories", json!({})),
        // Allowed by the session alone.
        ("DeleteRepository", input.clone()),
    ] {
        let error = server.api_in_session(&session, operation, input).unwrap_err();
        assert_eq!(error.name, "AccessDeniedException", "{operation}");
    }
    for (wrong, code) in
        [("{}", "MalformedPolicyDocument"), (&*policy(json!("x".repeat(900))), "MalformedPolicyDocument")]
    {
        let answer = server.sts(dora.keys(), "GetSessionToken", &[("Policy", wrong)]);
        assert_eq!(element(&answer.text(), "Code"), code);
    }
    let long = policy(json!({ "Sid": "x".repeat(900), "Effect": "Allow", "Action": "*", "Resource": "*" }));
    let answer = server.sts(dora.keys(), "GetSessionToken", &[("Policy", &long)]);
    assert_eq!((answer.status, element(&answer.text(), "Code").as_str()), (400, "PackedPolicyTooLarge"));
}

#[test]
fn a_session_ends_with_its_access_key() {
    let journey = Journey::begin();
    let (server, dora) = (&journey.server, developer(&journey));
    let more = server.iam_ok("CreateAccessKey", &[("UserName", "dora")]);
    let second = User {
        access_key_id: element(&more, "AccessKeyId"),
        secret_access_key: element(&more, "SecretAccessKey"),
        ..dora.clone()
    };
    let (first, other) = (server.session(&dora, &[]), server.session(&second, &[]));
    let status = |status: &str| {
        let key = [("UserName", "dora"), ("AccessKeyId", dora.access_key_id.as_str()), ("Status", status)];
        server.iam_ok("UpdateAccessKey", &key);
    };
    status("Inactive");
    assert_eq!(refusal(server, &first), "UnrecognizedClientException");
    server.api_in_session(&other, "ListRepositories", json!({})).unwrap();
    // Whoever got hold of the session does not get it back with the key.
    status("Active");
    assert_eq!(refusal(server, &first), "UnrecognizedClientException");
    let again = server.session(&dora, &[]);
    server.api_in_session(&again, "ListRepositories", json!({})).unwrap();
    server.iam_ok("DeleteAccessKey", &[("UserName", "dora"), ("AccessKeyId", &dora.access_key_id)]);
    assert_eq!(refusal(server, &again), "UnrecognizedClientException");
    server.api_in_session(&other, "ListRepositories", json!({})).unwrap();
}

#[test]
fn sessions_end_by_the_policy_that_aws_documents_for_it() {
    let journey = Journey::begin();
    let (server, dora) = (&journey.server, developer(&journey));
    let session = server.session(&dora, &[]);
    let time = (jiff::Timestamp::now() + jiff::SignedDuration::from_secs(2)).strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let revoke = json!({ "Effect": "Deny", "Action": "*", "Resource": "*",
                         "Condition": { "DateLessThan": { "aws:TokenIssueTime": time } } });
    server.put_policy("dora", &json!([revoke]));
    assert_eq!(refusal(server, &session), "AccessDeniedException");
    server.api_as(&dora, "ListRepositories", json!({})).unwrap();
}

#[test]
fn a_user_of_the_same_name_is_another_one() {
    let journey = Journey::begin();
    let (server, dora) = (&journey.server, developer(&journey));
    let session = server.session(&dora, &[]);
    let arn = "arn:aws:iam::aws:policy/AWSCodeCommitPowerUser";
    server.iam_ok("DetachUserPolicy", &[("UserName", "dora"), ("PolicyArn", arn)]);
    server.iam_ok("DeleteAccessKey", &[("UserName", "dora"), ("AccessKeyId", &dora.access_key_id)]);
    let listed = server.iam_ok("ListServiceSpecificCredentials", &[("UserName", "dora")]);
    let id = element(&listed, "ServiceSpecificCredentialId");
    server.iam_ok("DeleteServiceSpecificCredential", &[("UserName", "dora"), ("ServiceSpecificCredentialId", &id)]);
    server.iam_ok("DeleteUser", &[("UserName", "dora")]);
    assert_eq!(refusal(server, &session), "UnrecognizedClientException");
    server.create_user("dora", &["AWSCodeCommitPowerUser"]);
    assert_eq!(refusal(server, &session), "UnrecognizedClientException");
}

#[test]
fn the_cli_and_git_work_in_a_session() {
    let journey = Journey::begin();
    let (server, dora) = (&journey.server, developer(&journey));
    let home = journey.path("home");
    let aws = Aws::new(&home, server);
    let mut get = aws.command("aws");
    get.args(["sts", "get-session-token", "--duration-seconds", "900", "--output", "json"])
        .env("AWS_ACCESS_KEY_ID", &dora.access_key_id)
        .env("AWS_SECRET_ACCESS_KEY", &dora.secret_access_key)
        .env_remove("AWS_PROFILE")
        .env("AWS_DEFAULT_REGION", &server.credentials.region)
        .env("AWS_ENDPOINT_URL_STS", &server.credentials.endpoint);
    let output = get.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let keys: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |name: &str| keys["Credentials"][name].as_str().unwrap().to_owned();

    // The profile that the credential helper signs with.
    let config = home.join(".aws/config");
    let profile = std::fs::read_to_string(&config).unwrap();
    let profile = profile
        .replace(&server.credentials.access_key_id, &text("AccessKeyId"))
        .replace(&server.credentials.secret_access_key, &text("SecretAccessKey"))
        .replace("services = cc", &format!("services = cc\naws_session_token = {}", text("SessionToken")));
    std::fs::write(&config, profile).unwrap();
    assert_eq!(aws.ok(&["list-repositories"])["repositories"][0]["repositoryName"], "demo");

    let path = format!("{}:{}", tests::aws::environment().join("bin").display(), std::env::var("PATH").unwrap());
    let helper = format!(
        "[credential \"{}\"]\n\thelper =\n\thelper = \"!f(){{ test \\\"$1\\\" = get && aws --profile cc codecommit \
         credential-helper --ignore-host-check get; }}; f\"\n\tuseHttpPath = true\n",
        server.credentials.endpoint
    );
    let git = Git::new(&home).configure(&helper).with_env("PATH", path);
    let clone = git.clone_to(&server.url("demo"), &journey.path("clone"), &[]);
    clone.commit_file("a", "a\n");
    clone.ok(&["push", "--quiet", "origin", "HEAD:main"]);
    assert!(server.log().contains(&dora.arn), "the log does not name the caller");

    // The same without a helper: what is sent is a key id and a token, and it ends with the key.
    let session = Session {
        access_key_id: text("AccessKeyId"),
        secret_access_key: text("SecretAccessKey"),
        session_token: text("SessionToken"),
        expiration: text("Expiration"),
    };
    let signing = GitSigning::of(server, "demo");
    let with = |token: Option<&str>| signing.authorization(Keys { token, ..session.keys() });
    let with_token = with(Some(&session.session_token));
    assert_eq!(git_status(server, "demo", &with_token), 200);
    assert_eq!(git_status(server, "demo", &with(None)), 401);
    assert_eq!(git_status(server, "demo", &with(Some("x"))), 401);
    server.iam_ok("DeleteAccessKey", &[("UserName", "dora"), ("AccessKeyId", &dora.access_key_id)]);
    assert_eq!(git_status(server, "demo", &with_token), 401);
}
