//! Protections hold for every change that is committed after them, and what they demand is true when it is committed.

use crate::support::{Yielding, ana, change, create_branches, fixture, fixture_around, head, oid};
use domain::{
    Actor, BrokenRule, EventKind, Protection, ProtectionName, RefPattern, StatusContext, StatusFacts, StatusState,
};
use std::collections::BTreeSet;
use store::{ChangeError, PutProtectionError, RefusalReason, Repository, Store};

fn name(text: &str) -> ProtectionName {
    ProtectionName::parse(text).unwrap()
}

fn context(text: &str) -> StatusContext {
    StatusContext::parse(text).unwrap()
}

/// A protection of `main` that keeps its history.
fn history() -> Protection {
    Protection {
        patterns: vec![RefPattern::parse("refs/heads/main").unwrap()],
        fast_forward_only: true,
        deletion_forbidden: true,
        creation_forbidden: false,
        pull_request_required: false,
        required_approvals: 0,
        required_statuses: BTreeSet::new(),
        bypass: BTreeSet::new(),
    }
}

fn requiring(contexts: &[&str]) -> Protection {
    Protection { required_statuses: contexts.iter().map(|text| context(text)).collect(), ..history() }
}

fn facts(state: StatusState) -> StatusFacts {
    StatusFacts { state, description: None, target_url: None }
}

/// Moves `main` from `oid(1)` to `oid(2)`.
async fn advance(repository: &Repository, forced: bool) -> Result<(), ChangeError> {
    let mut change = change(repository);
    change.update_ref(head("main"), oid(1), oid(2), None, forced);
    change.commit().await
}

fn broken(refused: Result<(), ChangeError>) -> BrokenRule {
    match refused {
        Err(ChangeError::Refused(refusals)) => match &refusals[..] {
            [refusal] => match &refusal.reason {
                RefusalReason::Protected { rule, .. } => rule.clone(),
                other => panic!("{other}"),
            },
            more => panic!("{more:?}"),
        },
        other => panic!("{other:?}"),
    }
}

async fn told(store: &Store) -> Vec<EventKind> {
    let feed = store.event_feed(None, 1000).await.unwrap();
    feed.entries.into_iter().map(|entry| entry.event.unwrap().kind).collect()
}

/// Where the first event is that `is` says yes to.
fn place(events: &[EventKind], is: impl Fn(&EventKind) -> bool) -> Option<usize> {
    events.iter().position(is)
}

fn is_move(kind: &EventKind) -> bool {
    matches!(kind, EventKind::ReferencesChanged { references, .. } if references[0].before.is_some())
}

#[tokio::test]
async fn a_change_with_an_older_view_is_refused_all_the_same() {
    let fixture = fixture();
    let repository = fixture.repository("demo").await;
    create_branches(&repository, &["main"]).await;
    // The repository as it was found before the protection was put.
    let older = fixture.find("demo").await.unwrap();
    repository.put_protection(&ana(), &name("main"), &history()).await.unwrap();
    assert_eq!(broken(advance(&older, true).await), BrokenRule::FastForward);
    let mut deletion = change(&older);
    deletion.delete_ref(head("main"), None);
    assert_eq!(broken(deletion.commit().await), BrokenRule::Deletion);
    advance(&older, false).await.unwrap();
}

#[tokio::test]
async fn no_ref_moves_after_a_protection_that_forbids_it() {
    for seed in 0..40 {
        let fixture = fixture_around(Yielding::seeded(seed));
        let repository = fixture.repository("demo").await;
        create_branches(&repository, &["main"]).await;
        let repository = fixture.find("demo").await.unwrap();
        let strict = Protection { pull_request_required: true, ..history() };
        let put = {
            let repository = repository.clone();
            tokio::spawn(async move { repository.put_protection(&ana(), &name("main"), &strict).await.map(drop) })
        };
        let pushed = tokio::spawn(async move { advance(&repository, false).await });
        put.await.unwrap().unwrap();
        let pushed = pushed.await.unwrap();
        let events = told(&fixture.store).await;
        let protected = place(&events, |kind| matches!(kind, EventKind::RefProtectionChanged { .. })).unwrap();
        match place(&events, is_move) {
            Some(moved) => assert!(moved < protected, "seed {seed}"),
            None => assert_eq!(broken(pushed), BrokenRule::PullRequest, "seed {seed}"),
        }
    }
}

#[tokio::test]
async fn no_ref_moves_to_a_commit_that_has_just_failed() {
    for seed in 0..40 {
        let fixture = fixture_around(Yielding::seeded(seed));
        let repository = fixture.repository("demo").await;
        create_branches(&repository, &["main"]).await;
        let ci = context("ci");
        repository.put_commit_status(&ana(), oid(2), &ci, &facts(StatusState::Success)).await.unwrap();
        repository.put_protection(&ana(), &name("main"), &requiring(&["ci"])).await.unwrap();
        let repository = fixture.find("demo").await.unwrap();
        let failed = {
            let repository = repository.clone();
            tokio::spawn(async move {
                repository.put_commit_status(&ana(), oid(2), &ci, &facts(StatusState::Failure)).await.map(drop)
            })
        };
        let pushed = tokio::spawn(async move { advance(&repository, false).await });
        failed.await.unwrap().unwrap();
        let pushed = pushed.await.unwrap();
        let events = told(&fixture.store).await;
        let failure = |kind: &EventKind| matches!(kind, EventKind::CommitStatusChanged { after, .. } if after.state == StatusState::Failure);
        let failed = place(&events, failure).unwrap();
        match place(&events, is_move) {
            Some(moved) => assert!(moved < failed, "seed {seed}"),
            None => {
                let states = vec![(context("ci"), Some(StatusState::Failure))];
                assert_eq!(broken(pushed), BrokenRule::Statuses { commit: oid(2).to_string(), states }, "seed {seed}");
            }
        }
    }
}

#[tokio::test]
async fn statuses_are_the_newest_of_each_context() {
    let fixture = fixture();
    let repository = fixture.repository("demo").await;
    let bob = Actor::new("arn:aws:iam::123456789012:user/bob");
    repository.put_commit_status(&ana(), oid(1), &context("a"), &facts(StatusState::Pending)).await.unwrap();
    let newest = repository.put_commit_status(&bob, oid(1), &context("a"), &facts(StatusState::Success)).await.unwrap();
    repository.put_commit_status(&ana(), oid(2), &context("a"), &facts(StatusState::Error)).await.unwrap();
    let page = repository.list_commit_statuses(oid(1), None, 10).await.unwrap();
    assert_eq!((page.statuses, page.next), (vec![newest.clone()], None));
    assert_eq!(newest.author, bob.arn);
}

#[tokio::test]
async fn the_statuses_that_a_repository_requires_are_counted_together() {
    let fixture = fixture();
    let repository = fixture.repository("demo").await;
    let many: Vec<String> = (0..8).map(|number| format!("ci/{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    repository.put_protection(&ana(), &name("a"), &requiring(&many)).await.unwrap();
    repository.put_protection(&ana(), &name("b"), &requiring(&["ci/0", "x", "y"])).await.unwrap();
    let error = repository.put_protection(&ana(), &name("b"), &requiring(&["x", "y", "z"])).await.unwrap_err();
    assert!(matches!(error, PutProtectionError::TooManyStatuses(11)), "{error}");
    let found = fixture.find("demo").await.unwrap();
    let deleted = found.delete_protection(&ana(), &name("b")).await.unwrap().unwrap();
    assert_eq!(deleted.rules, requiring(&["ci/0", "x", "y"]));
    let found = fixture.find("demo").await.unwrap();
    assert_eq!(found.delete_protection(&ana(), &name("b")).await.unwrap(), None);
    let kept = fixture.find("demo").await.unwrap().protections();
    assert_eq!(kept.iter().map(|kept| kept.name.as_str()).collect::<Vec<_>>(), ["a"]);
}
