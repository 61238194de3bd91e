//! Tags, triggers and the encryption key of a repository.

use crate::support::{Yielding, ana, fixture, fixture_around, new, repository_name};
use domain::{Destination, EventKind, Trigger, TriggerEvent, TriggerName};
use std::collections::{BTreeMap, BTreeSet};
use store::{Error, SetTagsError, Store, TriggerConfiguration};

fn tags(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn keys(keys: &[&str]) -> BTreeSet<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

/// What happened since the repository was created.
async fn told(store: &Store) -> Vec<EventKind> {
    let feed = store.event_feed(None, 1000).await.unwrap();
    feed.entries.into_iter().skip(1).map(|entry| entry.event.unwrap().kind).collect()
}

#[tokio::test]
async fn tags_are_set_and_removed_one_by_one() {
    let fixture = fixture();
    let repository = fixture.repository("demo").await;
    assert_eq!(repository.tags().await.unwrap(), tags(&[]));
    repository.set_tags(&ana(), &tags(&[("team", "core"), ("stage", "test")])).await.unwrap();
    repository.set_tags(&ana(), &tags(&[("team", "web"), ("stage", "test")])).await.unwrap();
    repository.remove_tags(&ana(), &keys(&["stage", "nothing"])).await.unwrap();
    assert_eq!(repository.tags().await.unwrap(), tags(&[("team", "web")]));
    let changed = |set: &[(&str, &str)], removed: &[&str]| EventKind::RepositoryTagsChanged {
        set: tags(set),
        removed: keys(removed),
    };
    let expected = [
        changed(&[("team", "core"), ("stage", "test")], &[]),
        changed(&[("team", "web")], &[]),
        changed(&[], &["stage"]),
    ];
    assert_eq!(told(&fixture.store).await, expected);
}

#[tokio::test]
async fn what_leaves_the_tags_as_they_are_is_not_told() {
    let fixture = fixture();
    let repository = fixture.repository("demo").await;
    repository.set_tags(&ana(), &tags(&[("team", "core")])).await.unwrap();
    repository.set_tags(&ana(), &tags(&[("team", "core")])).await.unwrap();
    repository.remove_tags(&ana(), &keys(&["nothing"])).await.unwrap();
    assert_eq!(told(&fixture.store).await.len(), 1);
}

#[tokio::test]
async fn a_repository_has_at_most_fifty_tags_whoever_sets_them() {
    let numbered = |from: usize, count: usize| -> BTreeMap<String, String> {
        (from..from + count).map(|number| (format!("key{number}"), String::new())).collect()
    };
    for seed in 0..20 {
        let fixture = fixture_around(Yielding::seeded(seed));
        let repository = fixture.repository("demo").await;
        let tries = (0..4).map(|number| {
            let (repository, tags) = (repository.clone(), numbered(number * 20, 20));
            tokio::spawn(async move { repository.set_tags(&ana(), &tags).await })
        });
        let mut refused = 0;
        for each in tries.collect::<Vec<_>>() {
            match each.await.unwrap() {
                Ok(()) => {}
                Err(SetTagsError::TooMany(60)) => refused += 1,
                Err(error) => panic!("{error}"),
            }
        }
        assert_eq!((refused, repository.tags().await.unwrap().len()), (2, 40), "seed {seed}");
        repository.set_tags(&ana(), &numbered(200, 10)).await.unwrap();
    }
}

#[tokio::test]
async fn tags_go_with_their_repository() {
    let fixture = fixture();
    let mut new = new("demo");
    new.tags = tags(&[("team", "core")]);
    let repository = fixture.store.create_repository(&ana(), new).await.unwrap();
    assert_eq!(repository.tags().await.unwrap(), tags(&[("team", "core")]));
    fixture.store.delete_repository(&ana(), &repository_name("demo")).await.unwrap();
    let error = repository.set_tags(&ana(), &tags(&[("team", "web")])).await.unwrap_err();
    assert!(matches!(error, SetTagsError::Store(Error::RepositoryGone)));
    fixture.store.sweep_deleted_repository(repository.id()).await.unwrap();
    assert_eq!(repository.tags().await.unwrap(), tags(&[]));
}

#[tokio::test]
async fn triggers_are_replaced_together() {
    let fixture = fixture();
    let repository = fixture.repository("demo").await;
    assert_eq!(repository.triggers().await.unwrap(), None);
    let trigger = |name: &str| Trigger {
        name: TriggerName::parse(name).unwrap(),
        destination: Destination::parse("arn:aws:sns:eu-west-1:123456789012:topic").unwrap(),
        custom_data: Some("x".into()),
        branches: vec![crate::support::branch("main")],
        events: vec![TriggerEvent::All],
    };
    let first = TriggerConfiguration::new(vec![trigger("a"), trigger("b")]).unwrap();
    let second = TriggerConfiguration::new(vec![]).unwrap();
    assert_ne!(first.id, second.id);
    let mut expected = Vec::new();
    for configuration in [first, second] {
        repository.put_triggers(&ana(), &configuration).await.unwrap();
        assert_eq!(repository.triggers().await.unwrap().as_ref(), Some(&configuration));
        let triggers = configuration.triggers.into_iter().map(|trigger| trigger.name).collect();
        expected.push(EventKind::RepositoryTriggersChanged { configuration_id: configuration.id, triggers });
    }
    assert_eq!(told(&fixture.store).await, expected);
}

#[tokio::test]
async fn a_repository_gets_another_key_and_back() {
    let fixture = fixture();
    let repository = fixture.repository("demo").await;
    assert_eq!(repository.set_encryption_key(&ana(), Some("k1")).await.unwrap(), None);
    // The repository as it was found knows nothing of the first change; the second one looks again.
    assert_eq!(repository.set_encryption_key(&ana(), Some("k2")).await.unwrap().as_deref(), Some("k1"));
    let found = fixture.find("demo").await.unwrap();
    assert_eq!(found.kms_key_id(), Some("k2"));
    assert_eq!(found.set_encryption_key(&ana(), Some("k2")).await.unwrap().as_deref(), Some("k2"));
    assert_eq!(found.set_encryption_key(&ana(), None).await.unwrap().as_deref(), Some("k2"));
    assert_eq!(fixture.find("demo").await.unwrap().kms_key_id(), None);
    let changed = |before: Option<&str>, after: Option<&str>| EventKind::RepositoryEncryptionKeyChanged {
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
    };
    let expected = [changed(None, Some("k1")), changed(Some("k1"), Some("k2")), changed(Some("k2"), None)];
    assert_eq!(told(&fixture.store).await, expected);
}
