//! Every change is told once, whole, in the feed, and nothing else is.

use crate::support::{ana, branch, change, fixture, head, oid, repository_name};
use domain::{ConflictDetailLevel, ConflictResolutionStrategy, EventKind, MergeFacts, MergeOption, ReferenceChange};
use std::collections::BTreeSet;
use std::time::{Duration, UNIX_EPOCH};
use store::Error;

#[tokio::test]
async fn a_push_is_one_event_with_all_its_references() {
    let fixture = fixture();
    let repository = fixture.repository("demo").await;
    let mut push = change(&repository);
    push.create_ref(head("main"), oid(1), None);
    push.create_ref(head("old"), oid(1), None);
    push.set_default_branch_if_none(branch("main"));
    push.pushed(vec!["ci.skip".into()]);
    push.commit().await.unwrap();
    let mut by_api = change(&repository);
    by_api.update_ref(head("main"), oid(1), oid(2), None, true);
    by_api.delete_ref(head("old"), None);
    by_api.set_description(Some("text".into()));
    by_api.commit().await.unwrap();
    fixture.store.delete_repository(&ana(), &repository_name("demo")).await.unwrap();

    let feed = fixture.store.event_feed(None, 1000).await.unwrap();
    let events: Vec<_> = feed.entries.into_iter().map(|entry| entry.event.unwrap()).collect();
    for event in &events {
        let about = event.repository.as_ref().unwrap();
        assert_eq!((&event.actor, &about.id, about.name.as_str()), (&ana(), repository.id(), "demo"));
        assert_eq!(event.time, ports::Clock::now(&*fixture.clock));
    }
    assert_eq!(events.iter().map(|event| &event.id).collect::<BTreeSet<_>>().len(), events.len());
    let told = |name: &str, before: Option<u32>, after: Option<u32>, forced| ReferenceChange {
        name: head(name),
        before: before.map(|id| oid(id).to_string()),
        after: after.map(|id| oid(id).to_string()),
        forced,
    };
    let kinds: Vec<_> = events.into_iter().map(|event| event.kind).collect();
    assert_eq!(
        kinds,
        [
            EventKind::RepositoryCreated {},
            EventKind::ReferencesChanged {
                references: vec![told("main", None, Some(1), false), told("old", None, Some(1), false)],
                pushed: true,
                push_options: vec!["ci.skip".into()],
                merge: None,
                part: None,
            },
            EventKind::DefaultBranchChanged { before: None, after: branch("main") },
            EventKind::ReferencesChanged {
                references: vec![told("main", Some(1), Some(2), true), told("old", Some(1), None, false)],
                pushed: false,
                push_options: vec![],
                merge: None,
                part: None,
            },
            EventKind::RepositoryDescriptionChanged { before: None, after: Some("text".into()) },
            EventKind::RepositoryDeleted {},
        ]
    );
}

#[tokio::test]
async fn a_merge_is_told_with_what_was_merged_and_one_without_a_ref_can_be_found_by_its_id() {
    let fixture = fixture();
    let repository = fixture.repository("demo").await;
    let facts = MergeFacts {
        base_commit: Some(oid(1).to_string()),
        source_commit: oid(2).to_string(),
        destination_commit: oid(3).to_string(),
        option: MergeOption::Squash,
        conflict_detail_level: Some(ConflictDetailLevel::Line),
        conflict_resolution_strategy: Some(ConflictResolutionStrategy::None),
    };
    let mut create = change(&repository);
    create.create_ref(head("main"), oid(3), None);
    create.commit().await.unwrap();
    let mut merge = change(&repository);
    merge.update_ref(head("main"), oid(3), oid(4), None, false);
    merge.merged(facts.clone());
    merge.commit().await.unwrap();
    assert!(repository.open().await.unwrap().all_reachable);
    let mut trial = change(&repository);
    trial.made_unreferenced_merge(oid(5), facts.clone());
    trial.commit().await.unwrap();

    let feed = fixture.store.event_feed(None, 1000).await.unwrap();
    let kinds: Vec<_> = feed.entries.into_iter().map(|entry| entry.event.unwrap().kind).collect();
    let is_told =
        |kind: &EventKind| matches!(kind, EventKind::ReferencesChanged { merge: Some(merge), .. } if *merge == facts);
    assert!(is_told(&kinds[2]), "{kinds:?}");
    let made = EventKind::UnreferencedMergeCommitCreated { commit: oid(5).to_string(), merge: facts.clone() };
    assert_eq!(kinds[3], made);
    assert!(!repository.open().await.unwrap().all_reachable);
    assert_eq!(repository.unreferenced_merges(&[oid(4), oid(5)]).await.unwrap(), [oid(5)]);
}

#[tokio::test]
async fn what_changes_nothing_is_not_told() {
    let fixture = fixture();
    let repository = fixture.repository("demo").await;
    let mut nothing = change(&repository);
    nothing.set_description(None);
    nothing.commit().await.unwrap();
    let mut refused = change(&repository);
    refused.delete_ref(head("main"), None);
    refused.commit().await.unwrap_err();
    assert_eq!(fixture.store.event_feed(None, 1000).await.unwrap().entries.len(), 1);
}

#[tokio::test]
async fn the_feed_can_be_read_on_from_any_place() {
    let fixture = fixture();
    for number in 0..5 {
        fixture.repository(&format!("r{number}")).await;
    }
    for limit in 1..8 {
        let (mut names, mut after) = (Vec::new(), None);
        loop {
            let page = fixture.store.event_feed(after, limit).await.unwrap();
            let repositories = page.entries.into_iter().map(|entry| entry.event.unwrap().repository.unwrap());
            names.extend(repositories.map(|repository| repository.name.to_string()));
            if page.resume.is_none() {
                break;
            }
            after = page.resume;
        }
        assert_eq!(names, ["r0", "r1", "r2", "r3", "r4"]);
    }
}

#[tokio::test]
async fn event_rows_expire_after_seven_days_to_the_second() {
    let fixture = fixture();
    fixture.repository("demo").await;
    let end = UNIX_EPOCH + Duration::from_secs(1_700_000_000 + 7 * 86_400);
    let (events, others): (Vec<_>, Vec<_>) =
        fixture.table.rows().await.into_iter().partition(|row| row.key.partition.starts_with("EVENT#"));
    assert_eq!(events.into_iter().map(|row| row.expires_at).collect::<Vec<_>>(), [Some(end)]);
    assert!(others.into_iter().all(|row| row.expires_at.is_none()));
}

#[tokio::test]
async fn a_damaged_event_does_not_hide_the_ones_behind_it() {
    let fixture = fixture();
    fixture.repository("a").await;
    fixture.table.damage("EVENT#", "{").await;
    fixture.repository("b").await;
    let entries = fixture.store.event_feed(None, 1000).await.unwrap().entries;
    assert!(matches!(entries[1].event, Err(Error::Damaged { .. })));
    assert_eq!(entries[2].event.as_ref().unwrap().repository.as_ref().unwrap().name.as_str(), "b");
}
