//! The versions of the sealing key: the first is made once, each further one once, and all stay.

use crate::support::{ana, fixture};
use domain::EventKind;
use store::{SealingKeys, WrappedKey};

fn key(version: u32, wrapped: &str) -> WrappedKey {
    WrappedKey { version, wrapped: wrapped.as_bytes().to_vec() }
}

#[tokio::test]
async fn the_first_version_is_made_once() {
    let store = fixture().store;
    assert_eq!(store.sealing_keys().await.unwrap(), None);
    assert!(store.create_first_sealing_key("here", &key(1, "one")).await.unwrap());
    assert!(!store.create_first_sealing_key("there", &key(1, "other")).await.unwrap());
    let stored = store.sealing_keys().await.unwrap().unwrap();
    assert_eq!(stored, SealingKeys { deployment: "here".to_owned(), versions: vec![key(1, "one")] });
    let ids = [store::Store::new_deployment_id().unwrap(), store::Store::new_deployment_id().unwrap()];
    assert!(ids[0] != ids[1] && ids[0].len() == 32);
}

#[tokio::test]
async fn further_versions_are_made_once_and_told() {
    let store = fixture().store;
    store.create_first_sealing_key("here", &key(1, "1")).await.unwrap();
    for version in 2..=12 {
        assert!(store.add_sealing_key(&ana(), &key(version, &version.to_string())).await.unwrap());
        assert!(!store.add_sealing_key(&ana(), &key(version, "other")).await.unwrap());
    }
    let stored = store.sealing_keys().await.unwrap().unwrap();
    let expected: Vec<WrappedKey> = (1..=12).map(|version| key(version, &version.to_string())).collect();
    assert_eq!(stored.versions, expected);
    let told = store.event_feed(None, 1000).await.unwrap().entries.into_iter();
    let told: Vec<EventKind> = told.map(|entry| entry.event.unwrap().kind).collect();
    let expected: Vec<EventKind> = (2..=12).map(|key_version| EventKind::SealingKeyRotated { key_version }).collect();
    assert_eq!(told, expected);
}
