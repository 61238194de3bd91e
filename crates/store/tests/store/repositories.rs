//! Repositories are created, found, listed, renamed, deleted and swept.

use crate::support::{
    Yielding, ana, branch, change, create_branches, fixture, fixture_around, head, new, oid, repository_name,
};
use domain::EventKind;
use ports::decorators::{CallKind, Recorder};
use std::sync::atomic::Ordering;
use std::time::Duration;
use store::{ChangeError, CreateRepositoryError, Error, NewRepository, PackOrigin, RenameRepositoryError};

#[tokio::test]
async fn what_was_created_is_found_as_it_was_created() {
    let fixture = fixture();
    let new = NewRepository {
        name: repository_name("demo"),
        description: Some("all we know".into()),
        kms_key_id: Some("alias/own".into()),
        tags: [("team".to_owned(), "core".to_owned())].into(),
    };
    let created = fixture.store.create_repository(&ana(), new).await.unwrap();
    let found = fixture.find("demo").await.unwrap();
    for repository in [&created, &found] {
        assert_eq!(repository.id(), created.id());
        assert_eq!(repository.name().as_str(), "demo");
        assert_eq!(repository.description(), Some("all we know"));
        assert_eq!(repository.kms_key_id(), Some("alias/own"));
        assert_eq!(repository.default_branch(), None);
        assert_eq!(repository.created(), ports::Clock::now(&*fixture.clock));
        assert_eq!(repository.last_modified().await.unwrap(), repository.created());
    }
    assert_eq!(found.tags().await.unwrap(), [("team".to_owned(), "core".to_owned())].into());
    assert!(fixture.find("Demo").await.is_none());
}

#[tokio::test]
async fn a_name_is_taken_once() {
    for seed in 0..20 {
        let fixture = fixture_around(Yielding::seeded(seed));
        let tries: Vec<_> = (0..8)
            .map(|_| {
                let store = fixture.store.clone();
                tokio::spawn(async move { store.create_repository(&ana(), new("demo")).await })
            })
            .collect();
        let mut created = Vec::new();
        for outcome in tries {
            match outcome.await.unwrap() {
                Ok(repository) => created.push(repository),
                Err(CreateRepositoryError::AlreadyExists(name)) => assert_eq!(name.as_str(), "demo"),
                Err(error) => panic!("{error}"),
            }
        }
        assert_eq!(created.len(), 1);
        assert_eq!(fixture.find("demo").await.unwrap().id(), created[0].id());
    }
}

#[tokio::test]
async fn finding_costs_two_gets_and_creating_one_commit() {
    let recorder = Recorder::new();
    let fixture = fixture_around(recorder.clone());
    fixture.repository("demo").await;
    let recorded = recorder.reset();
    assert_eq!((recorded.count(CallKind::Commit), recorded.total()), (1, 1));
    fixture.find("demo").await.unwrap();
    let recorded = recorder.reset();
    assert_eq!((recorded.count(CallKind::Get), recorded.total()), (2, 2));
}

#[tokio::test]
async fn a_list_has_all_names_in_order_whatever_the_size_of_its_pages() {
    let fixture = fixture();
    for name in ["b", "a", "B", "a-1", "z", "a.b"] {
        fixture.repository(name).await;
    }
    for limit in 1..8 {
        let (mut names, mut after) = (Vec::new(), None);
        loop {
            let page = fixture.store.list_repositories(after.as_ref(), limit).await.unwrap();
            assert!(page.repositories.len() <= limit);
            names.extend(page.repositories.into_iter().map(|(name, _)| name.to_string()));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(names, ["B", "a", "a-1", "a.b", "b", "z"]);
    }
}

#[tokio::test]
async fn a_rename_moves_the_name_and_keeps_the_rest() {
    let fixture = fixture();
    let before = fixture.repository("demo").await;
    create_branches(&before, &["main"]).await;
    fixture.clock.advance(Duration::from_secs(5));
    let (from, to) = (repository_name("demo"), repository_name("demo-2"));
    let renamed = fixture.store.rename_repository(&ana(), &from, &to).await.unwrap();
    assert!(fixture.find("demo").await.is_none());
    let after = fixture.find("demo-2").await.unwrap();
    assert_eq!((after.id(), renamed.id()), (before.id(), before.id()));
    assert_eq!(after.settings_modified(), before.created() + Duration::from_secs(5));
    assert!(after.find_ref(&head("main")).await.unwrap().is_some());
    let feed = fixture.store.event_feed(None, 1000).await.unwrap();
    let last = feed.entries.into_iter().last().unwrap().event.unwrap();
    assert_eq!(last.kind, EventKind::RepositoryRenamed { previous_name: from });
    assert_eq!(last.repository.as_ref().unwrap().name, to);
}

#[tokio::test]
async fn a_rename_needs_an_existing_and_a_free_name() {
    let fixture = fixture();
    fixture.repository("a").await;
    fixture.repository("b").await;
    let rename =
        async |from, to| fixture.store.rename_repository(&ana(), &repository_name(from), &repository_name(to)).await;
    assert!(matches!(rename("a", "b").await, Err(RenameRepositoryError::AlreadyExists(_))));
    assert!(matches!(rename("a", "a").await, Err(RenameRepositoryError::AlreadyExists(_))));
    assert!(matches!(rename("c", "d").await, Err(RenameRepositoryError::Missing(_))));
}

#[tokio::test]
async fn two_renames_to_one_name_do_not_both_succeed() {
    for seed in 0..40 {
        let fixture = fixture_around(Yielding::seeded(seed));
        let mut tries = Vec::new();
        for name in ["a", "b"] {
            fixture.repository(name).await;
            let store = fixture.store.clone();
            tries.push(async move {
                store.rename_repository(&ana(), &repository_name(name), &repository_name("c")).await.is_ok()
            });
        }
        let succeeded = futures_util::future::join_all(tries).await;
        assert_eq!(succeeded.iter().filter(|succeeded| **succeeded).count(), 1);
        assert_eq!(fixture.store.list_repositories(None, 10).await.unwrap().repositories.len(), 2);
    }
}

#[tokio::test]
async fn a_deletion_beats_a_push_that_is_under_way() {
    let fixture = fixture();
    let repository = fixture.repository("demo").await;
    create_branches(&repository, &["main"]).await;
    let deleted = fixture.store.delete_repository(&ana(), repository.name()).await.unwrap();
    assert_eq!(deleted.as_ref(), Some(repository.id()));
    assert!(fixture.find("demo").await.is_none());

    let keys = fixture.table.keys().await;
    let mut late = change(&repository);
    late.update_ref(head("main"), oid(1), oid(2), None, false);
    assert!(matches!(late.commit().await, Err(ChangeError::RepositoryGone)));
    let mut late = change(&repository);
    late.create_ref(head("other"), oid(2), None);
    assert!(matches!(late.commit().await, Err(ChangeError::RepositoryGone)));
    assert!(matches!(repository.open().await, Err(Error::RepositoryGone)));
    assert_eq!(fixture.table.keys().await, keys);
}

#[tokio::test]
async fn deleting_what_is_not_there_is_no_error() {
    let fixture = fixture();
    assert_eq!(fixture.store.delete_repository(&ana(), &repository_name("demo")).await.unwrap(), None);
}

#[tokio::test]
async fn the_name_of_a_deleted_repository_can_be_used_again() {
    let fixture = fixture();
    let first = fixture.repository("demo").await;
    create_branches(&first, &["main"]).await;
    fixture.store.delete_repository(&ana(), first.name()).await.unwrap();
    let second = fixture.repository("demo").await;
    assert_ne!(first.id(), second.id());
    assert_eq!(second.refs("").await.unwrap(), []);
}

#[tokio::test]
async fn a_sweep_leaves_nothing_of_a_deleted_repository_and_everything_of_others() {
    let fixture = fixture();
    fixture.table.page.store(3, Ordering::Relaxed);
    let (doomed, other) = (fixture.repository("doomed").await, fixture.repository("other").await);
    for repository in [&doomed, &other] {
        for number in 0..4 {
            let stored = repository.store_pack(fixture.staged(true), PackOrigin::Push).await.unwrap();
            let mut change = change(repository);
            change.register(stored);
            change.create_ref(head(&format!("x/y{number}")), oid(1), None);
            change.set_default_branch_if_none(branch("x/y0"));
            change.commit().await.unwrap();
        }
    }
    assert!(matches!(fixture.store.sweep_deleted_repository(doomed.id()).await, Err(Error::NotDeleted)));
    fixture.store.delete_repository(&ana(), doomed.name()).await.unwrap();
    let to_sweep: Vec<_> = fixture.store.deleted_repositories().await.unwrap().into_iter().map(|(id, _)| id).collect();
    assert_eq!(to_sweep, [doomed.id().clone()]);
    for _ in 0..2 {
        fixture.store.sweep_deleted_repository(doomed.id()).await.unwrap();
    }
    assert_eq!(fixture.store.deleted_repositories().await.unwrap(), []);
    let of_doomed = |name: &String| name.contains(doomed.id().as_str()) && !name.starts_with("EVENT#");
    assert_eq!(fixture.table.keys().await.into_iter().find(of_doomed), None);
    assert_eq!(fixture.blob_names().await.into_iter().find(of_doomed), None);
    assert_eq!(fixture.blob_names().await.len(), 12);
    assert_eq!(other.open().await.unwrap().refs.len(), 4);
}

#[tokio::test]
async fn a_damaged_row_is_an_error() {
    for (sort, body) in [
        ("/ META", "{"),
        ("/ META", "{\"v\":2}"),
        ("/ META", "{\"v\":10,\"n\":\"demo\",\"c\":0,\"m\":0}"),
        ("ACCOUNT /", "{\"v\":1,\"i\":\"x\"}"),
    ] {
        let fixture = fixture();
        fixture.repository("demo").await;
        fixture.table.damage(sort, body).await;
        let found = fixture.store.find_repository(&repository_name("demo")).await;
        assert!(matches!(found, Err(Error::Damaged { .. })), "{body}");
    }
    for (sort, body) in [("/ REF#", "{\"v\":1,\"t\":\"12\"}"), ("/ PACK#", "{\"v\":1}"), ("/ META", "no json")] {
        let fixture = fixture();
        let repository = fixture.repository("demo").await;
        let stored = repository.store_pack(fixture.staged(true), PackOrigin::Push).await.unwrap();
        let mut change = change(&repository);
        change.register(stored);
        change.create_ref(head("main"), oid(1), None);
        change.commit().await.unwrap();
        fixture.table.damage(sort, body).await;
        assert!(matches!(repository.open().await, Err(Error::Damaged { .. })), "{sort}");
    }
}
