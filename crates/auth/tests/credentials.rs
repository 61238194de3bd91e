//! Stored credentials open with the right secret only, and give nothing away.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use auth::{AccessKey, ClaimedKey, Credential, GitCredentials, GitPassword, PasswordKind, Reason, SealingKey, Status};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue};
use zeroize::Zeroizing;

fn sealing(version: u32) -> SealingKey {
    SealingKey::new(version, "here", Zeroizing::new([version as u8; 32]))
}

#[test]
fn an_access_key_gives_its_secret_back() {
    let key = AccessKey::generate().unwrap();
    let stored = Credential::of_access_key(&key, "alice", &sealing(1)).unwrap();
    let json = stored.to_json().unwrap();
    assert!(!String::from_utf8_lossy(&json).contains(key.secret.expose()));
    let read = Credential::from_json(&key.id, &json).unwrap();
    assert_eq!(read, stored);
    assert_eq!(read.secret(&sealing(1)).unwrap().unwrap().expose(), key.secret.expose());
    let inactive = Credential::from_json(&key.id, &read.with_status(Status::Inactive).to_json().unwrap()).unwrap();
    assert!(inactive.secret(&sealing(1)).unwrap().is_none());
}

#[test]
fn only_the_right_password_is_the_password() {
    let (right, wrong) =
        (GitPassword::generate(PasswordKind::Git).unwrap(), GitPassword::generate(PasswordKind::Git).unwrap());
    let stored = Credential::of_git_password(&right, "alice", &sealing(1)).unwrap();
    assert!(stored.is_password(&right, &sealing(1)).unwrap());
    assert!(!stored.is_password(&wrong, &sealing(1)).unwrap());
    assert!(!stored.clone().with_status(Status::Inactive).is_password(&right, &sealing(1)).unwrap());
    assert!(stored.secret(&sealing(1)).unwrap().is_none());
    let json = String::from_utf8(stored.to_json().unwrap()).unwrap();
    assert!(!json.contains(right.secret.expose()));
}

#[test]
fn a_credential_moves_to_a_newer_version_of_the_key_as_it_is() {
    let (old, new) = (sealing(1), sealing(2));
    let key = AccessKey::generate().unwrap();
    let stored = Credential::of_access_key(&key, "alice", &old).unwrap();
    let moved = stored.resealed(&stored.secret(&old).unwrap().unwrap(), &new).unwrap();
    assert_eq!((stored.key_version(), moved.key_version()), (1, 2));
    assert_eq!(moved.secret(&new).unwrap().unwrap().expose(), key.secret.expose());
    assert!(moved.secret(&old).is_err() && stored.secret(&new).is_err());

    let password = GitPassword::generate(PasswordKind::Git).unwrap();
    let stored = Credential::of_git_password(&password, "alice", &old).unwrap();
    let moved = stored.rehashed(&password, &new).unwrap();
    assert!(moved.is_password(&password, &new).unwrap() && !moved.is_password(&password, &old).unwrap());
}

#[test]
fn a_credential_cannot_be_given_to_another_user() {
    let key = AccessKey::generate().unwrap();
    let password = GitPassword::generate(PasswordKind::Git).unwrap();
    let moved = |stored: Credential| {
        let json = String::from_utf8(stored.to_json().unwrap()).unwrap().replace("alice", "admin");
        Credential::from_json("id", json.as_bytes()).unwrap()
    };
    let moved_key = moved(Credential::of_access_key(&key, "alice", &sealing(1)).unwrap());
    assert!(moved_key.secret(&sealing(1)).is_err());
    let moved_password = moved(Credential::of_git_password(&password, "alice", &sealing(1)).unwrap());
    assert!(!moved_password.is_password(&password, &sealing(1)).unwrap());
}

fn basic(pair: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let value = format!("Basic {}", STANDARD.encode(pair));
    headers.insert("authorization", HeaderValue::from_str(&value).unwrap());
    headers
}

#[test]
fn basic_credentials_are_told_apart_by_their_form() {
    let password = GitPassword::generate(PasswordKind::Git).unwrap();
    let parsed = GitCredentials::parse(&basic(&format!("anybody:{}", password.secret.expose())));
    assert!(matches!(parsed, Ok(GitCredentials::Password(found)) if found.id == password.id));
    let signature = format!("CFKAABCDEFGHIJKLMNOP:20261123T165904Z{}", "a".repeat(64));
    assert!(matches!(GitCredentials::parse(&basic(&signature)), Ok(GitCredentials::Signed(_))));
    for wrong in ["admin:password", "admin:", "", "CFKAABCDEFGHIJKLMNOP:20261123T165904Zabc", ":"] {
        assert!(GitCredentials::parse(&basic(wrong)).is_err(), "{wrong}");
    }
    assert!(GitCredentials::parse(&HeaderMap::new()).is_err());
}

#[test]
fn the_keys_of_a_session_come_with_its_token_and_no_others_do() {
    let claimed = |user: &str| {
        let headers = basic(&format!("{user}:20261123T165904Z{}", "a".repeat(64)));
        let Ok(GitCredentials::Signed(signature)) = GitCredentials::parse(&headers) else {
            return Err(Reason::Invalid);
        };
        let key = signature.claimed_key().map_err(|failure| failure.reason)?;
        Ok(matches!(key, ClaimedKey::Session { id: "CFKSABCDEFGHIJKLMNOP", token: "a%b" }))
    };
    assert_eq!(claimed("CFKAABCDEFGHIJKLMNOP"), Ok(false));
    assert_eq!(claimed("CFKSABCDEFGHIJKLMNOP%a%b"), Ok(true));
    assert_eq!(claimed("CFKAABCDEFGHIJKLMNOP%token"), Err(Reason::Unknown));
    assert_eq!(claimed("CFKSABCDEFGHIJKLMNOP"), Err(Reason::Unknown));
    assert_eq!(claimed("AKIAABCDEFGHIJKLMNOP"), Err(Reason::Invalid));
}
