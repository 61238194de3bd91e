//! Secrets in the data directory: none can be read, and the key they are sealed under can be changed at any time.
#![allow(clippy::unwrap_used, reason = "functions beside the tests belong to them")]

use serde_json::json;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use tests::server::basic;
use tests::users::element;
use tests::{Journey, Server, User, http};

/// Every file below a directory whose content has `text` in it.
fn files_with(directory: &Path, text: &str, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_with(&path, text, found);
        } else if std::fs::read(&path).unwrap().windows(text.len()).any(|window| window == text.as_bytes()) {
            found.push(path.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
}

fn git_status(server: &Server, user: &User) -> u16 {
    let authorization = basic(&user.git_username, &user.git_password);
    let path = "/v1/repos/demo/info/refs?service=git-upload-pack";
    http::request(server.address(), "GET", path, &[("Authorization", &authorization)], b"").status
}

fn works(server: &Server, user: &User) {
    server.api_as(user, "GetRepository", json!({ "repositoryName": "demo" })).unwrap();
    assert_eq!(git_status(server, user), 200);
}

#[test]
fn the_key_is_changed_while_everybody_works() {
    tests::only_serve!("it looks at files, and starts the process again on them");
    let mut journey = Journey::begin();
    let server = &journey.server;
    server.create_repository("demo");
    let users: Vec<User> =
        (0..4).map(|number| server.create_user(&format!("user-{number}"), &["AWSCodeCommitReadOnly"])).collect();
    let session = server.session(&users[0], &[]);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for user in &users {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    works(server, user);
                }
            });
        }
        for expected in 2..=5 {
            assert_eq!(server.api_ok("RotateSealingKey", json!({}))["keyVersion"], expected);
            let made = server.create_user(&format!("made-under-{expected}"), &["AWSCodeCommitReadOnly"]);
            works(server, &made);
        }
        done.store(true, Ordering::Relaxed);
    });
    // What was sealed under the first version is good as ever, also for a process that starts now.
    server.api_in_session(&session, "GetRepository", json!({ "repositoryName": "demo" })).unwrap();
    assert!(journey.server.terminate().success());
    journey.server.start_again();
    let server = &journey.server;
    server.api_in_session(&session, "GetRepository", json!({ "repositoryName": "demo" })).unwrap();
    users.iter().for_each(|user| works(server, user));
    // And what was used is sealed under the newest by now.
    assert!(journey.server.terminate().success());
    let moved = format!("{{\"id\":\"{}\",\"user\":\"user-0\",\"status\":\"active\",\"key\":5,", users[0].access_key_id);
    let mut found = Vec::new();
    files_with(&journey.server.data_dir, &moved, &mut found);
    assert!(!found.is_empty(), "{moved} is nowhere");
}

#[test]
fn a_copy_of_the_data_has_no_secret_in_it() {
    tests::only_serve!("it looks at files, and starts the process again on them");
    let mut journey = Journey::begin();
    let server = &journey.server;
    server.create_repository("demo");
    let user = server.create_user("dora", &["AWSCodeCommitReadOnly"]);
    works(server, &user);
    let session = server.session(&user, &[]);
    server.api_in_session(&session, "GetRepository", json!({ "repositoryName": "demo" })).unwrap();
    server.api_ok("RotateSealingKey", json!({}));
    works(server, &user);
    let listed = server.iam_ok("ListServiceSpecificCredentials", &[("UserName", "dora")]);
    let id = element(&listed, "ServiceSpecificCredentialId");
    let reset =
        server.iam_ok("ResetServiceSpecificCredential", &[("UserName", "dora"), ("ServiceSpecificCredentialId", &id)]);
    let credentials = server.credentials.clone();
    let secrets = [
        credentials.secret_access_key.clone(),
        credentials.git_password.clone(),
        user.secret_access_key.clone(),
        user.git_password.clone(),
        element(&reset, "ServicePassword"),
        session.secret_access_key.clone(),
        session.session_token.clone(),
    ];
    assert!(journey.server.terminate().success());
    for secret in &secrets {
        let mut found = Vec::new();
        files_with(&journey.server.data_dir, secret, &mut found);
        // The administrator's keys are kept for the administrator, beside the data.
        found.retain(|file| file != "admin-credentials.json");
        assert!(found.is_empty(), "a secret is in {found:?}");
        for told in [journey.server.log(), journey.server.output()] {
            let shown_once = [&credentials.secret_access_key, &credentials.git_password].contains(&secret);
            assert!(shown_once || !told.contains(secret.as_str()), "a secret is in the log");
        }
    }
    // The names are there, so that this looks at the right files.
    let mut found = Vec::new();
    files_with(&journey.server.data_dir, &user.access_key_id, &mut found);
    assert!(found.iter().any(|file| file == "table.redb"), "{found:?}");
}
