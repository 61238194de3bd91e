//! What is on record of what was done and tried, and how it is looked up.
#![allow(clippy::unwrap_used, reason = "functions beside the tests belong to them")]

use serde_json::{Value, json};
use std::process::Command;
use tests::server::program;
use tests::signing::Call;
use tests::{Journey, Server, http};

/// The records that are found, from the newest to the oldest.
fn look_up(server: &Server, input: Value) -> Vec<Value> {
    let (mut found, mut next) = (Vec::new(), None);
    loop {
        let mut input = input.clone();
        if let Some(token) = next {
            input["nextToken"] = token;
        }
        let page = server.api_ok("LookUpAuditEvents", input);
        for event in page["events"].as_array().unwrap() {
            let record: Value = serde_json::from_str(event["record"].as_str().unwrap()).unwrap();
            assert_eq!(record["eventID"], event["eventId"]);
            found.push(record);
        }
        match page.get("nextToken") {
            Some(token) => next = Some(token.clone()),
            None => return found,
        }
    }
}

/// The only record that is found.
fn one(server: &Server, input: Value) -> Value {
    let found = look_up(server, input.clone());
    assert_eq!(found.len(), 1, "{input}: {found:#?}");
    found.into_iter().next().unwrap()
}

#[test]
fn a_change_is_on_record_with_everything_but_secrets() {
    tests::only_serve!("records go to CloudWatch Logs there, where no operation looks them up");
    let journey = Journey::begin();
    let server = &journey.server;
    server.create_repository("demo");
    let input = json!({ "repositoryName": "demo", "branchName": "main", "filePath": "a", "fileContent": "c2VjcmV0",
                        "commitMessage": "Say it", "name": "A", "email": "a@example.com" });
    let put = server.api_ok("PutFile", input);
    let record = one(server, json!({ "eventName": "PutFile" }));
    let admin = &record["userIdentity"];
    assert_eq!((&admin["type"], &admin["userName"]), (&json!("IAMUser"), &json!("admin")));
    assert_eq!(admin["arn"], "arn:aws:iam::123456789012:user/coldforge/admin");
    assert_eq!(admin["accessKeyId"], server.credentials.access_key_id);
    assert_eq!(record["eventSource"], "codecommit.amazonaws.com");
    assert_eq!((&record["awsRegion"], &record["sourceIPAddress"]), (&json!("eu-west-1"), &json!("127.0.0.1")));
    assert_eq!((&record["readOnly"], &record["recipientAccountId"]), (&json!(false), &json!("123456789012")));
    assert_eq!(record["resources"][0]["ARN"], "arn:aws:codecommit:eu-west-1:123456789012:demo");
    assert_eq!(record["requestParameters"]["commitMessage"], "Say it");
    assert_eq!(record["requestParameters"]["fileContent"], "HIDDEN_DUE_TO_SECURITY_REASONS");
    assert_eq!(record["responseElements"]["commitId"], put["commitId"]);
    assert!(record.get("errorCode").is_none(), "{record}");
    // A look is on record, too, without what was seen.
    server.api_ok("GetFile", json!({ "repositoryName": "demo", "filePath": "a" }));
    let record = one(server, json!({ "eventName": "GetFile" }));
    assert_eq!((&record["readOnly"], &record["responseElements"]), (&json!(true), &Value::Null));
}

#[test]
fn what_was_refused_is_on_record() {
    tests::only_serve!("records go to CloudWatch Logs there, where no operation looks them up");
    let journey = Journey::begin();
    let server = &journey.server;
    server.create_repository("demo");
    let bob = server.create_user("bob", &[]);
    server.api_as(&bob, "DeleteRepository", json!({ "repositoryName": "demo" })).unwrap_err();
    let record = one(server, json!({ "principal": "bob", "errorsOnly": true }));
    assert_eq!(
        (&record["eventName"], &record["errorCode"]),
        (&json!("DeleteRepository"), &json!("AccessDeniedException"))
    );
    assert!(record["errorMessage"].as_str().unwrap().contains("codecommit:DeleteRepository"), "{record}");
    assert_eq!(one(server, json!({ "principal": bob.arn, "repositoryName": "demo" })), record);

    let mut call = Call::new(server, "CreateRepository", &json!({ "repositoryName": "mine" }));
    call.secret_access_key.push('x');
    call.send(server).unwrap_err();
    let record = one(server, json!({ "eventName": "CreateRepository", "errorsOnly": true }));
    assert_eq!(record["errorCode"], "InvalidSignatureException");
    assert_eq!(record["userIdentity"], json!({ "type": "Unknown", "accessKeyId": server.credentials.access_key_id }));
    assert_eq!(record["requestParameters"], Value::Null);
    // A request without credentials tries nothing.
    let path = "/v1/repos/demo/info/refs?service=git-upload-pack";
    assert_eq!(http::request(server.address(), "GET", path, &[], b"").status, 401);
    assert!(look_up(server, json!({ "eventName": "GitPull" })).is_empty());
    let form = ("content-type", "application/x-www-form-urlencoded");
    let unsigned = http::request(server.address(), "POST", "/", &[form], b"Action=ListUsers&Version=2010-05-08");
    assert_eq!(unsigned.status, 403);
    assert!(look_up(server, json!({ "eventName": "ListUsers" })).is_empty());
    let denied = server.iam((&bob.access_key_id, &bob.secret_access_key), "ListUsers", &[]);
    assert_eq!(denied.status, 403);
    assert_eq!(one(server, json!({ "eventName": "ListUsers" }))["errorCode"], "AccessDenied");
}

#[test]
fn pushes_and_fetches_are_on_record_with_their_refs() {
    tests::only_serve!("records go to CloudWatch Logs there, where no operation looks them up");
    let journey = Journey::begin();
    let server = &journey.server;
    let repo = journey.repo_with_origin("demo");
    repo.commit_file("a", "a\n");
    repo.ok(&["push", "--quiet", "origin", "main"]);
    let first = repo.id("main");
    repo.commit_file("a", "b\n");
    repo.ok(&["push", "--quiet", "origin", "main", "main:other"]);
    let second = repo.id("main");
    journey.git.clone_to(&server.url("demo"), &journey.path("clone"), &[]);

    let transferred = |name: &str| -> Vec<Value> {
        let all = look_up(server, json!({ "eventName": name, "repositoryName": "demo" }));
        all.into_iter().filter(|record| record["additionalEventData"]["dataTransferred"] == true).collect()
    };
    let pushes = transferred("GitPush");
    assert_eq!(pushes.len(), 2, "{pushes:#?}");
    let (newer, older) = (&pushes[0], &pushes[1]);
    assert_eq!(older["requestParameters"]["references"], json!([{ "ref": "refs/heads/main", "commit": first }]));
    let moved = json!({ "ref": "refs/heads/main", "commit": second, "previousCommit": first });
    assert_eq!(
        newer["requestParameters"]["references"],
        json!([moved, { "ref": "refs/heads/other", "commit": second }])
    );
    assert_eq!(newer["readOnly"], false);
    assert!(newer["additionalEventData"]["bytesIn"].as_u64().unwrap() > 100, "{newer}");
    assert!(newer["userAgent"].as_str().unwrap().starts_with("git/"), "{newer}");
    let pulls = transferred("GitPull");
    assert_eq!(pulls.len(), 1, "{pulls:#?}");
    assert!(pulls[0]["requestParameters"]["references"].as_array().unwrap().iter().any(|one| one["commit"] == second));
    assert!(pulls[0]["additionalEventData"]["bytesOut"].as_u64().unwrap() > 100);
    // What asks for refs alone transfers nothing.
    let all = look_up(server, json!({ "eventName": "GitPull", "repositoryName": "demo" }));
    assert!(all.len() > pulls.len(), "{all:#?}");
}

#[test]
fn identities_and_sessions_are_on_record() {
    tests::only_serve!("records go to CloudWatch Logs there, where no operation looks them up");
    let journey = Journey::begin();
    let server = &journey.server;
    let dora = server.create_user("dora", &["AWSCodeCommitReadOnly"]);
    let created = one(server, json!({ "eventName": "CreateUser" }));
    assert_eq!(
        (&created["eventSource"], &created["requestParameters"]["UserName"]),
        (&json!("iam.amazonaws.com"), &json!("dora"))
    );
    let session = server.session(&dora, &[]);
    let issued = one(server, json!({ "eventName": "GetSessionToken" }));
    assert_eq!(
        (&issued["eventSource"], &issued["userIdentity"]["userName"]),
        (&json!("sts.amazonaws.com"), &json!("dora"))
    );
    server.api_in_session(&session, "ListRepositories", json!({})).unwrap();
    let listed = one(server, json!({ "eventName": "ListRepositories" }));
    assert_eq!(listed["userIdentity"]["accessKeyId"], session.access_key_id);
    assert!(listed["userIdentity"]["sessionContext"]["attributes"]["creationDate"].is_string(), "{listed}");
    for secret in [&session.session_token, &session.secret_access_key, &dora.secret_access_key, &dora.git_password] {
        let all = look_up(server, json!({}));
        assert!(all.iter().all(|record| !record.to_string().contains(secret.as_str())));
    }
}

#[test]
fn records_are_found_by_time_and_page_by_page() {
    tests::only_serve!("records go to CloudWatch Logs there, where no operation looks them up");
    let journey = Journey::begin();
    let server = &journey.server;
    for number in 0..7 {
        server.create_repository(&format!("demo-{number}"));
    }
    let created = look_up(server, json!({ "eventName": "CreateRepository" }));
    assert_eq!(look_up(server, json!({ "eventName": "CreateRepository", "maxResults": 2 })), created);
    assert_eq!(created[0]["requestParameters"]["repositoryName"], "demo-6");
    let now = jiff::Timestamp::now().as_second();
    let during = |start: i64, end: i64| {
        look_up(server, json!({ "eventName": "CreateRepository", "startTime": start, "endTime": end })).len()
    };
    assert_eq!((during(now - 3600, now + 60), during(now - 7200, now - 3600), during(now + 60, now + 120)), (7, 0, 0));
    let page = server.api_ok("LookUpAuditEvents", json!({ "eventName": "CreateRepository", "maxResults": 2 }));
    let foreign = json!({ "eventName": "ListBranches", "nextToken": page["nextToken"] });
    assert_eq!(server.api_error("LookUpAuditEvents", foreign), "InvalidContinuationTokenException");
    let bob = server.create_user("bob", &["AWSCodeCommitFullAccess"]);
    let error = server.api_as(&bob, "LookUpAuditEvents", json!({})).unwrap_err();
    assert_eq!(error.name, "AccessDeniedException");
}

#[test]
fn records_outlive_the_process_however_it_ends() {
    tests::only_serve!("records go to CloudWatch Logs there, where no operation looks them up");
    let mut journey = Journey::begin();
    journey.server.create_repository("demo");
    journey.server.kill();
    journey.server.start_again();
    one(&journey.server, json!({ "eventName": "CreateRepository" }));
}

#[test]
fn the_command_shows_records() {
    tests::only_serve!("records go to CloudWatch Logs there, where no operation looks them up");
    let journey = Journey::begin();
    let server = &journey.server;
    server.create_repository("demo");
    server.api_error("GetRepository", json!({ "repositoryName": "nowhere" }));
    let audit = |arguments: &[&str]| {
        let mut command = Command::new(program());
        command.env_clear().env("HOME", "/nonexistent").arg("audit").arg("--data-dir").arg(&server.data_dir);
        let output = command.args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let errors = audit(&["--errors"]);
    assert_eq!(errors.lines().count(), 1, "{errors}");
    for word in ["GetRepository", "user/coldforge/admin", "nowhere", "RepositoryDoesNotExistException"] {
        assert!(errors.contains(word), "{word} is not in {errors}");
    }
    let json = audit(&["--event", "CreateRepository", "--since", "1h", "--format", "json"]);
    let record: Value = serde_json::from_str(json.trim()).unwrap();
    assert_eq!(record["requestParameters"]["repositoryName"], "demo");
    assert_eq!(audit(&["--until", "1h"]), "");
    assert_eq!(audit(&["--max", "1"]).lines().count(), 1);
}
