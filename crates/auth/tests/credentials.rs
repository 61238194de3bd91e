//! Stored credentials open with the right secret only, and give nothing away.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use auth::{AccessKey, Credential, GitCredentials, GitPassword, Status};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue};

fn keys() -> (tempfile::TempDir, embedded::FileKeys) {
    let folder = tempfile::tempdir().unwrap();
    let keys = embedded::FileKeys::open(folder.path().join("keys.json")).unwrap();
    (folder, keys)
}

#[tokio::test]
async fn an_access_key_gives_its_secret_back() {
    let (_folder, keys) = keys();
    let key = AccessKey::generate().unwrap();
    let stored = Credential::of_access_key(&key, "alice", &keys).await.unwrap();
    let json = serde_json::to_vec(&stored).unwrap();
    assert!(!String::from_utf8_lossy(&json).contains(key.secret.expose()));
    let read = Credential::from_json(&key.id, &json).unwrap();
    assert_eq!(read.secret(&keys).await.unwrap().unwrap().expose(), key.secret.expose());
    let inactive = Credential::from_json(&key.id, &read.with_status(Status::Inactive).to_json().unwrap()).unwrap();
    assert!(inactive.secret(&keys).await.unwrap().is_none());
}

#[tokio::test]
async fn only_the_right_password_is_the_password() {
    let (_folder, keys) = keys();
    let (right, wrong) = (GitPassword::generate().unwrap(), GitPassword::generate().unwrap());
    let stored = Credential::of_git_password(&right, "alice", &keys).await.unwrap();
    assert!(stored.is_password(&right, &keys).await.unwrap());
    assert!(!stored.is_password(&wrong, &keys).await.unwrap());
    assert!(stored.secret(&keys).await.unwrap().is_none());
    let json = serde_json::to_string(&stored).unwrap();
    assert!(!json.contains(right.secret.expose()));
}

#[tokio::test]
async fn a_sealed_secret_cannot_be_given_to_another_user() {
    let (_folder, keys) = keys();
    let key = AccessKey::generate().unwrap();
    let stored = Credential::of_access_key(&key, "alice", &keys).await.unwrap();
    let json = serde_json::to_string(&stored).unwrap().replace("alice", "admin");
    let moved = Credential::from_json(&key.id, json.as_bytes()).unwrap();
    assert!(moved.secret(&keys).await.is_err());
}

fn basic(pair: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let value = format!("Basic {}", STANDARD.encode(pair));
    headers.insert("authorization", HeaderValue::from_str(&value).unwrap());
    headers
}

#[test]
fn basic_credentials_are_told_apart_by_their_form() {
    let password = GitPassword::generate().unwrap();
    let parsed = GitCredentials::parse(&basic(&format!("anybody:{}", password.secret.expose())));
    assert!(matches!(parsed, Ok(GitCredentials::Password(found)) if found.id == password.id));
    let signature = format!("CFKAABCDEFGHIJKLMNOP:20261123T165904Z{}", "a".repeat(64));
    assert!(matches!(GitCredentials::parse(&basic(&signature)), Ok(GitCredentials::Signed(_))));
    for wrong in ["admin:password", "admin:", "", "CFKAABCDEFGHIJKLMNOP:20261123T165904Zabc", ":"] {
        assert!(GitCredentials::parse(&basic(wrong)).is_err(), "{wrong}");
    }
    assert!(GitCredentials::parse(&HeaderMap::new()).is_err());
}
