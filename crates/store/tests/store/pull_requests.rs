//! Pull requests follow their branches, in the same commits.

use crate::support::{Fixture, Slow, Yielding, ana, change, create_branches, fixture, fixture_around, head, oid};
use domain::{Actor, EventKind, MergeOption, PullRequestEventType as Type, PullRequestId, PullRequestStatus, RefName};
use ports::decorators::{CallKind, Recorder};
use std::sync::atomic::Ordering;
use store::{
    ChangeError, CreatePullRequestError, MOST_FROM_ONE_BRANCH, NewPullRequest, PullRequest, PullRequestError,
    PullRequestFilter, Repository, RequestToken,
};

pub(crate) fn new(source: &str, destination: &str) -> NewPullRequest {
    NewPullRequest {
        title: "Title".to_owned(),
        description: None,
        source: head(source),
        destination: head(destination),
        token: None,
    }
}

async fn create(repository: &Repository, source: &str, destination: &str) -> PullRequest {
    repository.create_pull_request(&ana(), &new(source, destination)).await.unwrap()
}

pub(crate) async fn reload(pull_request: &PullRequest) -> PullRequest {
    pull_request.reload().await.unwrap().unwrap()
}

/// Moves a branch to `oid(new)`.
async fn push(repository: &Repository, name: &str, new: u32) {
    let old = repository.find_ref(&head(name)).await.unwrap().unwrap().target;
    let mut change = change(repository);
    change.update_ref(head(name), old, oid(new), None, false);
    change.commit().await.unwrap();
}

async fn delete(repository: &Repository, name: &str) {
    let mut change = change(repository);
    change.delete_ref(head(name), None);
    change.commit().await.unwrap();
}

/// What the history tells of.
pub(crate) async fn history(pull_request: &PullRequest) -> Vec<Type> {
    let events = pull_request.history(None, 1000).await.unwrap().events;
    assert!(events.windows(2).all(|two| two[0].id < two[1].id));
    events.iter().map(|event| event.kind.in_history_of().unwrap().1).collect()
}

/// A repository with the branches `main` at `oid(1)` and `topic` at `oid(2)`.
async fn demo(fixture: &Fixture) -> Repository {
    let repository = fixture.repository("demo").await;
    create_branches(&repository, &["main", "topic"]).await;
    push(&repository, "topic", 2).await;
    repository
}

#[tokio::test]
async fn a_pull_request_is_found_as_it_was_made() {
    let fixture = fixture();
    let repository = demo(&fixture).await;
    let made = NewPullRequest { description: Some("text".to_owned()), ..new("topic", "main") };
    let made = repository.create_pull_request(&ana(), &made).await.unwrap();
    let found = fixture.store.find_pull_request(PullRequestId::FIRST).await.unwrap().unwrap();
    for it in [&made, &found] {
        assert_eq!((it.id(), it.title(), it.description()), (PullRequestId::FIRST, "Title", Some("text")));
        assert_eq!((it.source(), it.source_commit()), (&head("topic"), oid(2)));
        assert_eq!((it.destination(), it.closed_at()), (&head("main"), None));
        assert_eq!((it.status(), it.author(), it.merge()), (PullRequestStatus::Open, ana().arn.as_str(), None));
        assert_eq!(it.repository().id(), repository.id());
        assert_eq!(it.created(), it.last_activity());
    }
    assert_eq!(made.revision(), found.revision());
    assert_eq!(create(&repository, "topic", "main").await.id(), PullRequestId::FIRST.next());
    assert!(fixture.store.find_pull_request(PullRequestId::parse("3").unwrap()).await.unwrap().is_none());
    let events = found.history(None, 10).await.unwrap();
    assert_eq!(events.next, None);
    let EventKind::PullRequestCreated { pull_request } = &events.events[0].kind else { panic!() };
    assert_eq!(pull_request.destination_commit, Some(oid(1).to_string()));
}

#[tokio::test]
async fn branches_that_are_not_there_have_no_pull_requests() {
    let fixture = fixture();
    let repository = demo(&fixture).await;
    for (source, destination, missing) in [("none", "main", "none"), ("main", "none", "none")] {
        match repository.create_pull_request(&ana(), &new(source, destination)).await {
            Err(CreatePullRequestError::Missing(name)) => assert_eq!(name, head(missing)),
            other => panic!("{:?}", other.err()),
        }
    }
}

#[tokio::test]
async fn a_moved_source_makes_another_revision() {
    let fixture = fixture();
    let repository = demo(&fixture).await;
    let made = create(&repository, "topic", "main").await;
    let other = create(&repository, "topic", "main").await;
    push(&repository, "main", 7).await;
    assert_eq!(reload(&made).await.revision(), made.revision());
    push(&repository, "topic", 3).await;
    let moved = reload(&made).await;
    assert_eq!(moved.source_commit(), oid(3));
    assert_ne!(moved.revision(), made.revision());
    assert_ne!(moved.revision(), reload(&other).await.revision());
    assert!(moved.last_activity() > made.last_activity());
    let event = made.history(None, 10).await.unwrap().events.pop().unwrap();
    let EventKind::PullRequestSourceUpdated { pull_request, before } = event.kind else { panic!() };
    assert_eq!(before, oid(2).to_string());
    assert_eq!(pull_request.source_commit, oid(3).to_string());
    assert_eq!(pull_request.destination_commit, Some(oid(7).to_string()));
    assert_eq!(pull_request.revision, *moved.revision());
}

#[tokio::test]
async fn a_deleted_source_or_destination_closes_and_a_new_branch_of_that_name_changes_nothing() {
    for gone in ["topic", "main"] {
        let fixture = fixture();
        let repository = demo(&fixture).await;
        let made = create(&repository, "topic", "main").await;
        let other = create(&repository, "main", "topic").await;
        delete(&repository, gone).await;
        create_branches(&repository, &[gone]).await;
        push(&repository, gone, 9).await;
        for it in [&made, &other] {
            let closed = reload(it).await;
            assert_eq!((closed.status(), closed.merge()), (PullRequestStatus::Closed, None));
            assert_eq!((closed.source_commit(), closed.revision()), (it.source_commit(), it.revision()));
            let destination_was = if it.id() == made.id() { oid(1) } else { oid(2) };
            assert_eq!(closed.closed_at(), Some(destination_was));
            assert_eq!(history(it).await, [Type::Created, Type::StatusChanged]);
        }
        assert_eq!(repository.count_open_pull_requests().await.unwrap(), 0);
        // Names are free for directories again, as nothing was left behind.
        delete(&repository, gone).await;
        create_branches(&repository, &[&format!("{gone}/below")]).await;
    }
}

#[tokio::test]
async fn a_destination_that_is_moved_to_the_source_has_merged_it() {
    let fixture = fixture();
    let repository = demo(&fixture).await;
    create_branches(&repository, &["other"]).await;
    let merged = create(&repository, "topic", "main").await;
    let twin = create(&repository, "topic", "main").await;
    let elsewhere = create(&repository, "topic", "other").await;
    let back = create(&repository, "main", "topic").await;
    push(&repository, "main", 2).await;
    for it in [&merged, &twin] {
        let merged = reload(it).await;
        let merge = merged.merge().unwrap();
        assert_eq!((merge.option, merge.commit.as_str()), (MergeOption::FastForward, oid(2).to_string().as_str()));
        assert_eq!((merge.merged_by.as_str(), merged.closed_at()), (ana().arn.as_str(), Some(oid(1))));
        assert_eq!(history(it).await, [Type::Created, Type::MergeStateChanged, Type::StatusChanged]);
    }
    assert!(reload(&elsewhere).await.is_open());
    assert_eq!(reload(&back).await.source_commit(), oid(2));
    // A push of both branches at once: first the source moves, then it is merged.
    let mut both = change(&repository);
    both.update_ref(head("topic"), oid(2), oid(5), None, false);
    both.update_ref(head("other"), oid(1), oid(5), None, false);
    both.commit().await.unwrap();
    let merged = reload(&elsewhere).await;
    assert_eq!((merged.source_commit(), merged.merge().is_some()), (oid(5), true));
    let told = [Type::Created, Type::SourceReferenceUpdated, Type::MergeStateChanged, Type::StatusChanged];
    assert_eq!(history(&elsewhere).await, told);
    // A destination that is forced to the source's commit leaves something behind: that is no merge.
    let forced = create(&repository, "main", "other").await;
    let mut force = change(&repository);
    force.update_ref(head("other"), oid(5), oid(2), None, true);
    force.commit().await.unwrap();
    assert!(reload(&forced).await.is_open());
}

#[tokio::test]
async fn a_merge_is_one_change_of_branch_and_pull_request() {
    let fixture = fixture();
    let repository = demo(&fixture).await;
    let made = create(&repository, "topic", "main").await;
    let merge = |at: &PullRequest, old: u32| {
        let mut change = repository.change(Actor::new("arn:aws:iam::123456789012:user/ben"));
        change.update_ref(head("main"), oid(old), oid(8), None, false);
        change.merge_pull_request(at.clone(), MergeOption::Squash, oid(8));
        change
    };
    assert!(matches!(merge(&made, 7).commit().await, Err(ChangeError::Refused(_))));
    assert!(reload(&made).await.is_open());
    push(&repository, "topic", 3).await;
    let stale = merge(&made, 1).commit().await;
    assert!(matches!(stale, Err(ChangeError::PullRequestChanged(id)) if id == made.id()), "{stale:?}");
    let made = made.set_title(&ana(), "Another").await.unwrap();
    merge(&made, 1).commit().await.unwrap();
    let merged = reload(&made).await;
    let told = merged.merge().unwrap();
    assert_eq!((told.option, told.commit.as_str()), (MergeOption::Squash, oid(8).to_string().as_str()));
    assert!(told.merged_by.ends_with("/ben"));
    assert_eq!(merged.closed_at(), Some(oid(1)));
    assert_eq!(repository.find_ref(&head("main")).await.unwrap().unwrap().target, oid(8));
    for at in [&made, &merged] {
        assert!(matches!(merge(at, 8).commit().await, Err(ChangeError::PullRequestChanged(_))));
    }
    assert!(matches!(merged.set_title(&ana(), "x").await, Err(PullRequestError::Closed)));
    // The branch has forgotten it.
    push(&repository, "topic", 4).await;
    assert_eq!(reload(&made).await.source_commit(), oid(3));
}

#[tokio::test]
async fn only_one_of_many_merges_happens_whatever_else_does() {
    for seed in 0..100 {
        let fixture = fixture_around(Yielding::seeded(seed));
        let repository = demo(&fixture).await;
        let made = create(&repository, "topic", "main").await;
        let merge = async |commit: u32| {
            let at = reload(&made).await;
            let mut change = change(&repository);
            change.update_ref(head("main"), oid(1), oid(commit), None, false);
            change.merge_pull_request(at.clone(), MergeOption::ThreeWay, oid(commit));
            change.commit().await.is_ok().then(|| at.source_commit())
        };
        let close = async {
            let at = reload(&made).await;
            let mut change = change(&repository);
            change.close_pull_request(at);
            _ = change.commit().await;
        };
        let push = async {
            let mut change = change(&repository);
            change.update_ref(head("topic"), oid(2), oid(3), None, false);
            change.commit().await.unwrap();
        };
        let author = ana();
        let (one, two, (), (), title) =
            tokio::join!(merge(11), merge(12), close, push, made.set_title(&author, "Another"));
        assert!(title.is_ok() || matches!(title, Err(PullRequestError::Closed)));
        let after = reload(&made).await;
        let tip = repository.find_ref(&head("main")).await.unwrap().unwrap().target;
        match (one, two) {
            (Some(merged_commit), None) | (None, Some(merged_commit)) => {
                assert_eq!(after.merge().map(|merge| merge.commit.clone()), Some(tip.to_string()));
                assert_eq!(after.source_commit(), merged_commit);
            }
            (None, None) => assert_eq!((after.merge(), tip), (None, oid(1))),
            (Some(_), Some(_)) => panic!("two merges"),
        }
        let told = history(&made).await;
        assert_eq!(told.iter().filter(|it| **it == Type::MergeStateChanged).count(), after.merge().iter().count());
        assert_eq!(told.iter().filter(|it| **it == Type::StatusChanged).count(), usize::from(!after.is_open()));
    }
}

#[tokio::test]
async fn a_branch_that_is_deleted_at_the_same_moment_leaves_no_open_pull_request() {
    for seed in 0..100 {
        let fixture = fixture_around(Yielding::seeded(seed));
        let repository = demo(&fixture).await;
        for gone in ["main", "topic"] {
            let made = async { repository.create_pull_request(&ana(), &new("topic", "main")).await.ok() };
            let (made, ()) = tokio::join!(made, delete(&repository, gone));
            if let Some(made) = made {
                assert!(!reload(&made).await.is_open());
            }
            create_branches(&repository, &[gone]).await;
        }
        assert_eq!(repository.count_open_pull_requests().await.unwrap(), 0);
    }
}

#[tokio::test]
async fn as_many_as_one_branch_may_have_follow_it_in_one_commit() {
    let fixture = fixture();
    let repository = demo(&fixture).await;
    create_branches(&repository, &["other", "third"]).await;
    let mut made = Vec::new();
    for _ in 0..MOST_FROM_ONE_BRANCH {
        made.push(create(&repository, "topic", "main").await);
    }
    let more = repository.create_pull_request(&ana(), &new("topic", "main")).await;
    assert!(matches!(more, Err(CreatePullRequestError::TooManyFromOneBranch(name)) if name == head("topic")));
    let back = create(&repository, "other", "topic").await;
    push(&repository, "topic", 3).await;
    for it in &made {
        assert_eq!(reload(it).await.source_commit(), oid(3));
    }
    // One merge of them, into a branch that is the source of as many.
    for _ in 0..MOST_FROM_ONE_BRANCH {
        create(&repository, "main", "third").await;
    }
    let mut merge = change(&repository);
    merge.update_ref(head("main"), oid(1), oid(9), None, false);
    merge.merge_pull_request(reload(&made[0]).await, MergeOption::ThreeWay, oid(9));
    merge.commit().await.unwrap();
    delete(&repository, "topic").await;
    for it in made.iter().chain([&back]) {
        assert!(!reload(it).await.is_open());
    }
    assert_eq!(repository.count_open_pull_requests().await.unwrap(), MOST_FROM_ONE_BRANCH);
}

#[tokio::test]
async fn a_destination_of_very_many_is_deleted_all_the_same() {
    let fixture = fixture();
    let repository = demo(&fixture).await;
    for number in 0..60 {
        let name = format!("b{number}");
        create_branches(&repository, &[&name]).await;
        create(&repository, &name, "main").await;
    }
    delete(&repository, "main").await;
    assert_eq!(repository.count_open_pull_requests().await.unwrap(), 0);
    push(&repository, "b7", 4).await;
}

#[tokio::test]
async fn what_a_branch_is_moved_to_merges_only_what_has_room() {
    let fixture = fixture();
    let repository = demo(&fixture).await;
    for number in 0..30 {
        let name = format!("b{number}");
        create_branches(&repository, &[&name]).await;
        push(&repository, &name, 5).await;
        create(&repository, &name, "main").await;
    }
    push(&repository, "main", 5).await;
    assert_eq!(repository.find_ref(&head("main")).await.unwrap().unwrap().target, oid(5));
    assert_eq!(repository.count_open_pull_requests().await.unwrap(), 30);
}

#[tokio::test]
async fn a_list_can_be_filtered_and_its_pages_are_stable() {
    let fixture = fixture();
    let repository = demo(&fixture).await;
    let ben = Actor::new("arn:aws:iam::123456789012:user/ben");
    for number in 0..12 {
        let author = if number % 3 == 0 { &ben } else { &ana() };
        let made = repository.create_pull_request(author, &new("topic", "main")).await.unwrap();
        if number % 2 == 0 {
            let mut close = change(&repository);
            close.close_pull_request(made);
            close.commit().await.unwrap();
        }
    }
    let list = async |status: Option<PullRequestStatus>, author: Option<&Actor>| {
        let filter = PullRequestFilter { status, author: author.map(|author| author.arn.clone()) };
        let (mut ids, mut after): (Vec<u32>, _) = (Vec::new(), None);
        loop {
            let page = repository.list_pull_requests(&filter, after, 2).await.unwrap();
            assert!(page.ids.len() <= 2);
            ids.extend(page.ids.iter().map(|id| id.to_string().parse::<u32>().unwrap()));
            after = page.next;
            if after.is_none() {
                return ids;
            }
        }
    };
    for page in [usize::MAX, 3] {
        fixture.table.page.store(page, Ordering::Relaxed);
        assert_eq!(list(None, None).await, (1..=12).collect::<Vec<_>>());
        assert_eq!(list(Some(PullRequestStatus::Open), None).await, [2, 4, 6, 8, 10, 12]);
        assert_eq!(list(Some(PullRequestStatus::Closed), None).await, [1, 3, 5, 7, 9, 11]);
        assert_eq!(list(None, Some(&ben)).await, [1, 4, 7, 10]);
        assert_eq!(list(Some(PullRequestStatus::Open), Some(&ben)).await, [4, 10]);
        assert_eq!(list(Some(PullRequestStatus::Closed), Some(&ana())).await, [3, 5, 9, 11]);
    }
}

#[tokio::test]
async fn a_token_is_remembered_with_what_it_made() {
    let fixture = fixture();
    let repository = demo(&fixture).await;
    let token = RequestToken::new(&ana().arn, "CreatePullRequest", "t", b"request");
    let new = NewPullRequest { token: Some(("t".to_owned(), token.clone())), ..new("topic", "main") };
    let made = repository.create_pull_request(&ana(), &new).await.unwrap();
    assert_eq!(made.request_token(), Some("t"));
    let again = repository.create_pull_request(&ana(), &new).await;
    assert!(matches!(again, Err(CreatePullRequestError::TokenUsed)));
    assert_eq!(fixture.store.find_token(&token).await.unwrap(), store::TokenUse::Same("1".to_owned()));
}

#[tokio::test]
async fn a_deleted_repository_takes_its_pull_requests_along() {
    let fixture = fixture();
    let repository = demo(&fixture).await;
    let made = create(&repository, "topic", "main").await;
    fixture.store.delete_repository(&ana(), repository.name()).await.unwrap();
    assert!(fixture.store.find_pull_request(made.id()).await.unwrap().is_none());
    assert!(matches!(made.set_title(&ana(), "x").await, Err(PullRequestError::Gone)));
    let again = repository.create_pull_request(&ana(), &new("topic", "main")).await;
    assert!(matches!(again, Err(CreatePullRequestError::Store(store::Error::RepositoryGone))));
    fixture.store.sweep_deleted_repository(repository.id()).await.unwrap();
    let left = fixture.table.keys().await;
    assert!(left.iter().all(|key| !key.starts_with("PR#") && !key.starts_with("REPO#")), "{left:?}");
}

#[tokio::test]
async fn branches_without_pull_requests_cost_what_they_did_and_the_others_little_more() {
    let recorder = Recorder::new();
    let fixture = fixture_around(Slow(recorder.clone()));
    let repository = demo(&fixture).await;
    create_branches(&repository, &["plain"]).await;
    create(&repository, "topic", "main").await;
    let cost = async |name: &str, act: &dyn Fn(&mut store::RepositoryChange, RefName)| {
        let mut change = change(&repository);
        act(&mut change, head(name));
        recorder.reset();
        change.commit().await.unwrap();
        let recorded = recorder.reset();
        ([CallKind::Get, CallKind::Scan, CallKind::Commit].map(|kind| recorded.count(kind)), recorded.sequential_depth)
    };
    assert_eq!(cost("plain", &|it, name| it.update_ref(name, oid(1), oid(6), None, false)).await, ([1, 0, 1], 2));
    assert_eq!(cost("main", &|it, name| it.update_ref(name, oid(1), oid(6), None, false)).await, ([1, 1, 1], 3));
    assert_eq!(cost("topic", &|it, name| it.update_ref(name, oid(2), oid(7), None, false)).await, ([3, 0, 1], 4));
    assert_eq!(cost("plain", &|it, name| it.delete_ref(name, None)).await, ([1, 0, 1], 2));
}
