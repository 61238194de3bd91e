//! The keys that repositories may be encrypted under.
#![allow(clippy::unwrap_used, reason = "functions beside the tests belong to them")]

use serde_json::{Value, json};
use tests::Journey;

/// Adds a key to the key file, which is read when the server starts.
fn add_key(file: &mut Value, id: &str, enabled: bool) {
    use base64::Engine;
    let key = base64::engine::general_purpose::STANDARD.encode([7; 32]);
    file["keys"].as_array_mut().unwrap().push(json!({"id": id, "enabled": enabled, "key": key}));
}

#[test]
fn a_repository_is_given_any_key_that_is_enabled() {
    tests::only_serve!("it writes the key file of one machine");
    let mut journey = Journey::begin();
    journey.server.terminate();
    let (enabled, disabled) = ("1c1d2f3a-4b5c-4d6e-8f70-8192a3b4c5d6", "2c1d2f3a-4b5c-4d6e-8f70-8192a3b4c5d6");
    let path = journey.server.data_dir.join("keys.json");
    let mut file: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    add_key(&mut file, enabled, true);
    add_key(&mut file, disabled, false);
    std::fs::write(&path, file.to_string()).unwrap();
    journey.server.start_again();

    let server = &journey.server;
    server.create_repository("demo");
    let update =
        |key: &str| server.api("UpdateRepositoryEncryptionKey", json!({"repositoryName": "demo", "kmsKeyId": key}));
    let shown =
        || server.api_ok("GetRepository", json!({"repositoryName": "demo"}))["repositoryMetadata"]["kmsKeyId"].clone();
    let own = "alias/aws/codecommit";
    let changed = update(enabled).unwrap();
    assert_eq!((&changed["kmsKeyId"], &changed["originalKmsKeyId"]), (&json!(enabled), &json!(own)));
    assert_eq!(shown(), enabled);
    let arn = |resource: &str| format!("arn:aws:kms:eu-west-1:{}:{resource}", server.credentials.account_id);
    let changed = update(&arn(&format!("key/{enabled}"))).unwrap();
    assert_eq!((&changed["kmsKeyId"], &changed["originalKmsKeyId"]), (&json!(enabled), &json!(enabled)));
    let changed = update(&arn(own)).unwrap();
    assert_eq!((&changed["kmsKeyId"], &changed["originalKmsKeyId"]), (&json!(own), &json!(enabled)));
    assert_eq!(shown(), Value::Null);

    assert_eq!(update(disabled).unwrap_err().name, "EncryptionKeyDisabledException");
    assert_eq!(update("3c1d2f3a-4b5c-4d6e-8f70-8192a3b4c5d6").unwrap_err().name, "EncryptionKeyNotFoundException");
    assert_eq!(
        update(&format!("arn:aws:kms:us-east-1:123456789012:key/{enabled}")).unwrap_err().name,
        "EncryptionKeyNotFoundException"
    );

    let create =
        |name: &str, key: &str| server.api("CreateRepository", json!({"repositoryName": name, "kmsKeyId": key}));
    assert_eq!(create("a", enabled).unwrap()["repositoryMetadata"]["kmsKeyId"], enabled);
    assert_eq!(create("b", own).unwrap()["repositoryMetadata"]["kmsKeyId"], Value::Null);
    assert_eq!(create("c", disabled).unwrap_err().name, "EncryptionKeyDisabledException");
    assert_eq!(create("c", "alias/mine").unwrap_err().name, "EncryptionKeyNotFoundException");
    assert_eq!(server.api_error("GetRepository", json!({"repositoryName": "c"})), "RepositoryDoesNotExistException");
}
