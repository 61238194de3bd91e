//! Credentials are stored once under a key id.

use crate::support::{fixture, fixture_around};
use bytes::Bytes;
use ports::decorators::Recorder;

#[tokio::test]
async fn a_credential_is_stored_once() {
    let fixture = fixture();
    let credentials = fixture.store.credentials();
    assert_eq!(credentials.find("AKIA1").await.unwrap(), None);
    assert!(credentials.create("AKIA1", Bytes::from_static(b"sealed")).await.unwrap());
    assert!(!credentials.create("AKIA1", Bytes::from_static(b"other")).await.unwrap());
    assert_eq!(credentials.find("AKIA1").await.unwrap().map(|stored| stored.body).as_deref(), Some(&b"sealed"[..]));
    assert_eq!(credentials.find("akia1").await.unwrap(), None);
}

#[tokio::test]
async fn what_cannot_be_a_key_id_is_not_looked_up() {
    let recorder = Recorder::new();
    let credentials = fixture_around(recorder.clone()).store.credentials();
    let too_long = "x".repeat(129);
    for wrong in ["", "a#b", "a/b", "caf\u{e9}", too_long.as_str()] {
        assert_eq!(credentials.find(wrong).await.unwrap(), None);
        assert!(!credentials.create(wrong, Bytes::new()).await.unwrap());
    }
    assert_eq!(recorder.snapshot().total(), 0);
}

#[tokio::test]
async fn a_credential_takes_another_form_unless_it_changed_meanwhile() {
    let fixture = fixture();
    let credentials = fixture.store.credentials();
    credentials.create("CFKA1", "one".into()).await.unwrap();
    let first = credentials.find("CFKA1").await.unwrap().unwrap();
    assert!(credentials.replace("CFKA1", &first, "two".into()).await.unwrap());
    assert!(!credentials.replace("CFKA1", &first, "three".into()).await.unwrap());
    assert_eq!(credentials.find("CFKA1").await.unwrap().unwrap().body, "two");
}
