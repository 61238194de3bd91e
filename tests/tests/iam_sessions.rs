//! Signing in with an identity of AWS IAM: keys of a session, and no keys of the service before them.
//!
//! The address is one of API Gateway, so this is seen in the rehearsal only.
#![allow(clippy::unwrap_used, reason = "functions beside the tests belong to them")]

use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tests::rehearsal::iam::{Principal, VARIABLE};
use tests::server::{Options, program, rehearsal};
use tests::users::{Session, element};
use tests::{Git, Journey, http};

const ACCOUNT: &str = "123456789012";

/// The role that the deployment names as its administrator.
const ROOT: &str = "arn:aws:iam::123456789012:role/admins/Root";

/// Somebody who has assumed a role: `Root` with the key id `ASIAROOT`, say.
fn in_role(role: &str, unique_id: &str, key: &str) -> Principal {
    Principal {
        access_key_id: format!("ASIA{key}"),
        secret_access_key: format!("secret of {key}"),
        arn: format!("arn:aws:sts::{ACCOUNT}:assumed-role/{role}/ana@example.com"),
        unique_id: format!("{unique_id}:ana@example.com"),
    }
}

/// An account with some principals.
fn begin() -> Journey {
    let principals = [
        in_role("Root", "AROAROOT", "ROOT"),
        in_role("Developers", "AROADEVELOPERS", "DEVELOPERS"),
        // The same role, deleted and made again.
        in_role("Developers", "AROAOTHERS", "OTHERS"),
        in_role("Strangers", "AROASTRANGERS", "STRANGERS"),
    ];
    let principals = serde_json::to_string(&principals).unwrap();
    let options = Options {
        program: Some(rehearsal()),
        arguments: vec!["--admin-principal-arn".to_owned(), ROOT.to_owned()],
        environment: vec![(VARIABLE.to_owned(), principals)],
    };
    Journey::begin_with(&options)
}

/// `coldforge credential-process --iam` with the AWS keys of this name.
fn process(journey: &Journey, key: &str, secret: &str, arguments: &[&str]) -> Output {
    let endpoint = format!("http://{}/live", journey.server.address().replace("127.0.0.1", "localhost"));
    let mut command = Command::new(program());
    command.env_clear().env("HOME", journey.directory()).env("AWS_REGION", "eu-west-1");
    command.env("AWS_ACCESS_KEY_ID", format!("ASIA{key}")).env("AWS_SECRET_ACCESS_KEY", secret);
    command.args(["credential-process", "--iam", "--endpoint", &endpoint]).args(arguments);
    command.stdin(Stdio::null()).output().unwrap()
}

/// The keys that it prints.
fn session(journey: &Journey, key: &str, arguments: &[&str]) -> Session {
    let output = process(journey, key, &format!("secret of {key}"), arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let keys: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(keys["Version"], 1);
    let text = |name: &str| keys[name].as_str().unwrap().to_owned();
    Session {
        access_key_id: text("AccessKeyId"),
        secret_access_key: text("SecretAccessKey"),
        session_token: text("SessionToken"),
        expiration: text("Expiration"),
    }
}

/// Why it prints none.
fn refusal(journey: &Journey, key: &str, arguments: &[&str]) -> String {
    let output = process(journey, key, &format!("secret of {key}"), arguments);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Lets a role sign in as a user, or no longer.
fn change(journey: &Journey, root: &Session, operation: &str, user: &str, role: &str) {
    let input = json!({ "userName": user, "principalArn": format!("arn:aws:iam::{ACCOUNT}:role/{role}") });
    let done = journey.server.api_in_session(root, operation, input);
    assert!(done.is_ok(), "{operation}: {done:?}");
}

/// A user who may do what a policy says.
fn create_user(journey: &Journey, root: &Session, user: &str, policy: &str) {
    let arn = format!("arn:aws:iam::aws:policy/{policy}");
    for (action, parameters) in [
        ("CreateUser", &[("UserName", user)][..]),
        ("AttachUserPolicy", &[("UserName", user), ("PolicyArn", arn.as_str())][..]),
    ] {
        let answer = journey.server.iam_in_session(root, action, parameters);
        assert_eq!(answer.status, 200, "{action}: {}", answer.text());
    }
}

/// The git of somebody whose keys `coldforge git-credential` finds in the environment.
fn git(journey: &Journey, home: &Path, session: &Session) -> Git {
    let helper = format!(
        "[credential \"{endpoint}\"]\n\thelper =\n\thelper = \"!{} git-credential --endpoint {endpoint}\"\n\tuseHttpPath = true\n",
        program().display(),
        endpoint = journey.server.credentials.endpoint,
    );
    Git::new(home)
        .configure(&helper)
        .with_env("AWS_REGION", "eu-west-1")
        .with_env("AWS_ACCESS_KEY_ID", &session.access_key_id)
        .with_env("AWS_SECRET_ACCESS_KEY", &session.secret_access_key)
        .with_env("AWS_SESSION_TOKEN", &session.session_token)
}

#[test]
fn the_administrator_and_developers_need_no_keys_of_the_service() {
    let journey = begin();
    let server = &journey.server;
    let root = session(&journey, "ROOT", &[]);
    let told = server.sts(root.keys(), "GetCallerIdentity", &[]).text();
    assert_eq!(element(&told, "Arn"), format!("arn:aws:iam::{ACCOUNT}:user/coldforge/admin"));
    server.api_in_session(&root, "CreateRepository", json!({ "repositoryName": "demo" })).unwrap();
    create_user(&journey, &root, "dora", "AWSCodeCommitPowerUser");
    let told = refusal(&journey, "DEVELOPERS", &[]);
    assert!(told.contains("AccessDeniedException") && told.contains("is nobody here"), "{told}");
    change(&journey, &root, "MapIamPrincipal", "dora", "teams/Developers");

    let dora = session(&journey, "DEVELOPERS", &["--duration", "900"]);
    let end: jiff::Timestamp = dora.expiration.parse().unwrap();
    assert!((800..=900).contains(&(end.as_second() - jiff::Timestamp::now().as_second())), "{end}");
    let listed = server.api_in_session(&dora, "ListRepositories", json!({})).unwrap();
    assert_eq!(listed["repositories"][0]["repositoryName"], "demo");
    let error = server.api_in_session(&dora, "DeleteRepository", json!({ "repositoryName": "demo" })).unwrap_err();
    assert_eq!(error.name, "AccessDeniedException");
    let git = git(&journey, &journey.path("home"), &dora);
    let clone = git.clone_to(&server.url("demo"), &journey.path("clone"), &[]);
    clone.commit_file("a.txt", "a\n");
    clone.ok(&["push", "--quiet", "origin", "HEAD:main"]);

    // A role has no other keys here, so its sessions do what access keys do; unless they were narrowed.
    let key = server.iam_in_session(&root, "CreateAccessKey", &[("UserName", "dora")]);
    assert_eq!(key.status, 200, "{}", key.text());
    let policy = journey.path("policy.json");
    let statement = json!({ "Effect": "Allow", "Action": ["iam:*", "codecommit:Get*"], "Resource": "*" });
    std::fs::write(&policy, json!({ "Version": "2012-10-17", "Statement": statement }).to_string()).unwrap();
    let narrowed = session(&journey, "ROOT", &["--policy", policy.to_str().unwrap()]);
    let key = server.iam_in_session(&narrowed, "CreateAccessKey", &[("UserName", "dora")]);
    assert_eq!((key.status, element(&key.text(), "Code").as_str()), (403, "AccessDenied"), "{}", key.text());
    let error = server.api_in_session(&narrowed, "ListRepositories", json!({})).unwrap_err();
    assert_eq!(error.name, "AccessDeniedException");
    let again = server.sts(root.keys(), "GetSessionToken", &[]);
    assert_eq!((again.status, element(&again.text(), "Code").as_str()), (403, "AccessDenied"), "{}", again.text());

    let records = server.log();
    let records = records.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let records: Vec<Value> = records.filter(|line| line["audit"]["eventName"] == "CreateIamSession").collect();
    let denied = records.iter().find(|line| line["audit"]["errorCode"] == "AccessDeniedException");
    assert!(denied.is_some(), "{records:?}");
    let of_dora = records.iter().find(|line| line["audit"]["userIdentity"]["userName"] == "dora").unwrap();
    let parameters = &of_dora["audit"]["requestParameters"];
    assert_eq!(parameters["iamPrincipal"], "arn:aws:sts::123456789012:assumed-role/Developers/ana@example.com");
}

#[test]
fn a_role_that_was_made_again_and_one_that_is_unmapped_are_nobody() {
    let journey = begin();
    let server = &journey.server;
    let root = session(&journey, "ROOT", &[]);
    create_user(&journey, &root, "dora", "AWSCodeCommitPowerUser");
    change(&journey, &root, "MapIamPrincipal", "dora", "Developers");
    let dora = session(&journey, "DEVELOPERS", &[]);
    let told = refusal(&journey, "OTHERS", &[]);
    assert!(told.contains("it was made again in AWS") && told.contains("AROADEVELOPERS"), "{told}");
    server.api_in_session(&dora, "ListRepositories", json!({})).unwrap();

    change(&journey, &root, "UnmapIamPrincipal", "dora", "Developers");
    // This function has not seen the user before, so there is nothing for it to remember.
    let error = server.api_in_session(&dora, "ListApprovalRuleTemplates", json!({})).unwrap_err();
    assert_eq!(error.name, "UnrecognizedClientException");
    let told = refusal(&journey, "DEVELOPERS", &[]);
    assert!(told.contains("is nobody here"), "{told}");

    // Who maps the role again means the one that there is now.
    change(&journey, &root, "MapIamPrincipal", "dora", "Developers");
    let others = session(&journey, "OTHERS", &[]);
    server.api_in_session(&others, "ListRepositories", json!({})).unwrap();
    let told = refusal(&journey, "DEVELOPERS", &[]);
    assert!(told.contains("it was made again in AWS"), "{told}");
}

#[test]
fn nobody_gets_in_beside_the_gateways_check() {
    let journey = begin();
    let wrong = process(&journey, "ROOT", "a guess", &[]);
    let told = String::from_utf8_lossy(&wrong.stderr).into_owned();
    assert!(wrong.status.code() == Some(1) && told.contains("InvalidSignatureException"), "{told}");
    let unknown = process(&journey, "UNKNOWN", "a guess", &[]);
    assert_eq!(unknown.status.code(), Some(1), "{}", String::from_utf8_lossy(&unknown.stderr));
    let told = refusal(&journey, "STRANGERS", &[]);
    assert!(told.contains("assumed-role/Strangers/ana@example.com is nobody here"), "{told}");
    for (arguments, expected) in [(&["--duration", "60"][..], "900 to 43200"), (&["--duration", "50000"][..], "43200")]
    {
        let told = refusal(&journey, "ROOT", arguments);
        assert!(told.contains("ValidationException") && told.contains(expected), "{told}");
    }

    let address = journey.server.address();
    let api_itself = "rehearsal1.execute-api.eu-west-1.amazonaws.com";
    let forged = [
        ("x-cf-authorization", "AWS4-HMAC-SHA256 Credential=ASIAROOT/20261129/eu-west-1/execute-api/aws4_request"),
        ("x-amzn-iam-user-arn", ROOT),
    ];
    for (host, path) in
        [(api_itself, "/live/auth/iam-session"), (address, "/auth/iam-session"), (address, "/live/auth/iam-session")]
    {
        for method in ["GET", "POST"] {
            let headers: Vec<(&str, &str)> = [("host", host)].into_iter().chain(forged).collect();
            let answer = http::request(address, method, path, &headers, b"{}");
            assert!((400..500).contains(&answer.status), "{method} {host}{path}: {} {}", answer.status, answer.text());
            assert!(!answer.text().contains("cfs_"), "{}", answer.text());
        }
    }
    let log = journey.server.log();
    let invoked = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let invoked =
        invoked.filter(|line| line["rehearsal"] == "invoked" && line["function"] == "CreateIamSession").count();
    // The stranger and the two odd durations: nothing else came past the gateway.
    assert_eq!(invoked, 3);
}

#[test]
fn a_user_is_at_most_twenty_iam_principals() {
    let journey = Journey::begin();
    let server = &journey.server;
    server.create_user("dora", &[]);
    server.create_user("rex", &[]);
    let map = |user: &str, number: usize| {
        let arn = format!("arn:aws:iam::{ACCOUNT}:role/Role{number}");
        server.api("MapIamPrincipal", json!({ "userName": user, "principalArn": arn }))
    };
    for number in 0..20 {
        let mapped = map("dora", number).unwrap();
        assert_eq!(mapped["iamPrincipal"]["principal"], format!("{ACCOUNT}:role/Role{number}"));
    }
    assert_eq!(map("dora", 20).unwrap_err().name, "MaximumIamPrincipalsExceededException");
    map("dora", 7).unwrap();
    assert_eq!(map("rex", 7).unwrap_err().name, "IamPrincipalAlreadyMappedException");
    let listed = server.api_ok("ListIamPrincipals", json!({ "userName": "dora" }));
    assert_eq!(listed["iamPrincipals"].as_array().unwrap().len(), 20);
    // Whose principals are left cannot be deleted, as with access keys.
    let answer = server.iam(
        (&server.credentials.access_key_id, &server.credentials.secret_access_key),
        "DeleteUser",
        &[("UserName", "dora")],
    );
    assert_eq!((answer.status, element(&answer.text(), "Code").as_str()), (409, "DeleteConflict"), "{}", answer.text());
    // Somebody else takes what is free.
    let arn = format!("arn:aws:iam::{ACCOUNT}:role/Role7");
    server.api_ok("UnmapIamPrincipal", json!({ "userName": "dora", "principalArn": arn }));
    map("rex", 7).unwrap();
    let listed = server.api_ok("ListIamPrincipals", json!({ "userName": "rex" }));
    assert_eq!(listed["iamPrincipals"][0]["principal"], format!("{ACCOUNT}:role/Role7"));
    assert!(listed["iamPrincipals"][0].get("uniqueId").is_none(), "{listed}");
}

#[test]
fn the_command_maps_lists_and_unmaps() {
    let journey = Journey::begin();
    journey.server.create_user("dora", &[]);
    let arn = format!("arn:aws:iam::{ACCOUNT}:role/teams/Developers");
    let run = |arguments: &[&str]| {
        let data_dir = journey.server.data_dir.display().to_string();
        let mut command = Command::new(program());
        command.env_clear().env("HOME", journey.directory()).arg("iam-principal").args(arguments);
        command.args(["--data-dir", &data_dir]).stdin(Stdio::null()).output().unwrap()
    };
    let mapped = run(&["map", "dora", &arn]);
    assert!(mapped.status.success(), "{}", String::from_utf8_lossy(&mapped.stderr));
    let listed: Value = serde_json::from_slice(&run(&["list", "dora"]).stdout).unwrap();
    assert_eq!(listed["iamPrincipals"][0]["principal"], format!("{ACCOUNT}:role/Developers"));
    assert!(run(&["unmap", "dora", &arn]).status.success());
    let again = run(&["unmap", "dora", &arn]);
    let told = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(again.status.code() == Some(1) && told.contains("IamPrincipalDoesNotExistException"), "{told}");
    assert_eq!(run(&["map", "dora", "Developers"]).status.code(), Some(1));
}
