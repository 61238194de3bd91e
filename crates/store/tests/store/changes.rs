//! Changes happen whole and only as expected, whatever else happens at the same time.

use crate::support::{
    Slow, Yielding, ana, branch, change, create_branches, fixture, fixture_around, head, oid, ref_names,
};
use domain::{EventKind, RefName};
use ports::decorators::{CallKind, Failure, Failures, Recorder};
use std::time::Duration;
use store::{ChangeError, Error, PackOrigin, RefusalReason, RepositoryChange};

/// The refs at fault and what is in the way of each.
fn refusals(outcome: Result<(), ChangeError>) -> Vec<(String, RefusalReason)> {
    match outcome {
        Err(ChangeError::Refused(refusals)) => refusals.into_iter().map(|it| (it.name.into(), it.reason)).collect(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn refs_are_created_moved_and_deleted() {
    let fixture = fixture();
    let repository = fixture.repository("demo").await;
    let tag = RefName::parse("refs/tags/v1").unwrap();
    let mut first = change(&repository);
    first.create_ref(head("main"), oid(1), None);
    first.create_ref(head("old"), oid(1), None);
    first.create_ref(tag.clone(), oid(8), Some(oid(1)));
    first.commit().await.unwrap();
    let found = repository.find_ref(&tag).await.unwrap().unwrap();
    assert_eq!((found.name.as_str(), found.target, found.peeled), ("refs/tags/v1", oid(8), Some(oid(1))));

    let mut second = change(&repository);
    second.update_ref(head("main"), oid(1), oid(2), None, false);
    second.delete_ref(head("old"), None);
    second.delete_ref(tag.clone(), Some(oid(8)));
    second.commit().await.unwrap();
    assert_eq!(repository.find_ref(&head("main")).await.unwrap().unwrap().target, oid(2));
    assert_eq!(ref_names(&repository).await, ["refs/heads/main"]);
}

#[tokio::test]
async fn all_refs_at_fault_are_named_and_the_rest_can_go_without_them() {
    let fixture = fixture();
    let repository = fixture.repository("demo").await;
    create_branches(&repository, &["dir/x", "main", "moved", "taken"]).await;
    let mut default = change(&repository);
    default.set_default_branch(branch("main"));
    default.commit().await.unwrap();

    let mut push = change(&repository);
    push.create_ref(head("dir"), oid(2), None);
    push.create_ref(head("good"), oid(2), None);
    push.delete_ref(head("main"), Some(oid(1)));
    push.update_ref(head("missing"), oid(1), oid(2), None, false);
    push.update_ref(head("moved"), oid(7), oid(2), None, false);
    push.create_ref(head("new"), oid(2), None);
    push.create_ref(head("new/below"), oid(2), None);
    push.create_ref(head("taken"), oid(2), None);
    push.create_ref(head("taken/below"), oid(2), None);
    push.create_ref(head("twice"), oid(2), None);
    push.delete_ref(head("twice"), None);
    let refused = refusals(push.commit().await);
    let conflict = |with: &str| RefusalReason::Conflict { with: head(with) };
    assert_eq!(
        refused,
        [
            ("refs/heads/dir".to_owned(), conflict("dir/x")),
            ("refs/heads/main".to_owned(), RefusalReason::DefaultBranch),
            ("refs/heads/missing".to_owned(), RefusalReason::Missing),
            ("refs/heads/moved".to_owned(), RefusalReason::Moved { expected: oid(7), actual: oid(1) }),
            ("refs/heads/new/below".to_owned(), conflict("new")),
            ("refs/heads/taken".to_owned(), RefusalReason::Exists { current: oid(1) }),
            ("refs/heads/taken/below".to_owned(), conflict("taken")),
            ("refs/heads/twice".to_owned(), RefusalReason::Repeated),
        ]
    );
    assert_eq!(ref_names(&repository).await.len(), 4);

    for (name, _) in refused {
        push.drop_ref(&RefName::parse(name).unwrap());
    }
    push.commit().await.unwrap();
    assert_eq!(
        ref_names(&repository).await,
        ["dir/x", "good", "main", "moved", "new", "taken"].map(|name| format!("refs/heads/{name}"))
    );
}

#[tokio::test]
async fn a_name_becomes_a_directory_and_a_ref_again_when_it_is_free() {
    let fixture = fixture();
    let repository = fixture.repository("demo").await;
    for _ in 0..2 {
        create_branches(&repository, &["a"]).await;
        let mut below = change(&repository);
        below.create_ref(head("a/b/c"), oid(1), None);
        assert_eq!(refusals(below.commit().await)[0].1, RefusalReason::Conflict { with: head("a") });
        let mut free = change(&repository);
        free.delete_ref(head("a"), None);
        free.commit().await.unwrap();

        create_branches(&repository, &["a/b/c", "a/d"]).await;
        for name in ["a", "a/b"] {
            let mut above = change(&repository);
            above.create_ref(head(name), oid(1), None);
            assert_eq!(refusals(above.commit().await)[0].1, RefusalReason::Conflict { with: head("a/b/c") });
        }
        let mut free = change(&repository);
        free.delete_ref(head("a/b/c"), None);
        free.delete_ref(head("a/d"), None);
        free.commit().await.unwrap();
        create_branches(&repository, &["a"]).await;
        let mut free = change(&repository);
        free.delete_ref(head("a"), None);
        free.commit().await.unwrap();
    }
}

#[tokio::test]
async fn a_neighbour_whose_name_only_begins_alike_is_in_nobodys_way() {
    let fixture = fixture();
    let repository = fixture.repository("demo").await;
    create_branches(&repository, &["a/b", "a-b", "a.b", "ab", "a/bc", "a/b-c/d"]).await;
    assert_eq!(ref_names(&repository).await.len(), 6);
}

#[tokio::test]
async fn a_name_is_never_a_ref_and_a_directory_at_the_same_time() {
    // The directory is new, or left behind by a ref that was deleted, or deeper.
    for (left_behind, name, below) in [
        (None, "a", "a/b"),
        (Some("a/x"), "a", "a/b"),
        (Some("a/b/x"), "a", "a/b/c"),
        (Some("a/b/x"), "a/b", "a/b/c/d"),
    ] {
        let mut winners = [0, 0];
        for seed in 0..150 {
            let fixture = fixture_around(Yielding::seeded(seed));
            let repository = fixture.repository("demo").await;
            if let Some(left_behind) = left_behind {
                create_branches(&repository, &[left_behind]).await;
                let mut delete = change(&repository);
                delete.delete_ref(head(left_behind), None);
                delete.commit().await.unwrap();
            }
            let create = async |name: &str| {
                let mut create = change(&repository);
                create.create_ref(head(name), oid(1), None);
                create.commit().await
            };
            let (first, second) = futures_util::future::join(create(name), create(below)).await;
            assert_eq!(first.is_ok() as u32 + second.is_ok() as u32, 1, "{name} {below} {seed}");
            winners[usize::from(second.is_ok())] += 1;
            let (winner, loser) = if first.is_ok() { (name, second) } else { (below, first) };
            assert_eq!(refusals(loser)[0].1, RefusalReason::Conflict { with: head(winner) });
            assert_eq!(ref_names(&repository).await, [format!("refs/heads/{winner}")]);
        }
        assert!(winners[0] > 0 && winners[1] > 0, "the interleavings are all alike: {winners:?}");
    }
}

#[tokio::test]
async fn of_many_updates_of_one_ref_just_one_succeeds_for_each_old_value() {
    let fixture = fixture_around(Yielding::seeded(7));
    let repository = fixture.repository("demo").await;
    create_branches(&repository, &["main"]).await;
    let mut current = oid(1);
    for round in 1..6 {
        let update = async |new| {
            let mut change = change(&repository);
            change.update_ref(head("main"), current, new, None, false);
            (new, change.commit().await)
        };
        let tries = (0..32).map(|number| update(oid(round * 100 + number)));
        let mut winners = Vec::new();
        for (new, outcome) in futures_util::future::join_all(tries).await {
            match outcome {
                Ok(()) => winners.push(new),
                lost => assert!(matches!(refusals(lost)[0].1, RefusalReason::Moved { .. })),
            }
        }
        assert_eq!(winners.len(), 1);
        current = repository.find_ref(&head("main")).await.unwrap().unwrap().target;
        assert_eq!(winners, [current]);
    }
}

#[tokio::test]
async fn unrelated_changes_at_the_same_time_all_succeed() {
    let fixture = fixture_around(Yielding::seeded(3));
    let repository = fixture.repository("demo").await;
    let tries: Vec<_> = (0..32)
        .map(|number| {
            let mut change = change(&repository);
            let name = format!("feature/x{number}");
            change.create_ref(head(&name), oid(number), None);
            change.set_default_branch_if_none(branch(&name));
            if number % 8 == 0 {
                change.set_description(Some(format!("version {number}")));
            }
            tokio::spawn(async move { change.commit().await })
        })
        .collect();
    for outcome in tries {
        outcome.await.unwrap().unwrap();
    }
    assert_eq!(ref_names(&repository).await.len(), 32);
    let default = fixture.find("demo").await.unwrap().default_branch().unwrap().full_name();
    assert!(repository.find_ref(&default).await.unwrap().is_some());
    let feed = fixture.store.event_feed(None, 1000).await.unwrap();
    let defaults = feed
        .entries
        .iter()
        .filter(|entry| matches!(entry.event.as_ref().unwrap().kind, EventKind::DefaultBranchChanged { .. }))
        .count();
    assert_eq!(defaults, 1);
}

#[tokio::test]
async fn the_first_branch_becomes_the_default_and_stays_until_another_is_set() {
    let fixture = fixture();
    let repository = fixture.repository("demo").await;
    for name in ["main", "other"] {
        let mut push = change(&repository);
        push.create_ref(head(name), oid(1), None);
        push.set_default_branch_if_none(branch(name));
        push.commit().await.unwrap();
    }
    assert_eq!(fixture.find("demo").await.unwrap().default_branch(), Some(&branch("main")));

    let mut missing = change(&repository);
    missing.set_default_branch(branch("missing"));
    assert_eq!(refusals(missing.commit().await), [("refs/heads/missing".to_owned(), RefusalReason::Missing)]);

    let mut switch = change(&repository);
    switch.set_default_branch(branch("other"));
    switch.delete_ref(head("main"), None);
    switch.commit().await.unwrap();
    assert_eq!(fixture.find("demo").await.unwrap().default_branch(), Some(&branch("other")));
}

#[tokio::test]
async fn the_default_branch_always_exists() {
    for seed in 0..100 {
        let fixture = fixture_around(Yielding::seeded(seed));
        let repository = fixture.repository("demo").await;
        create_branches(&repository, &["main", "other"]).await;
        let mut set = change(&repository);
        set.set_default_branch(branch("other"));
        let mut delete = change(&repository);
        delete.delete_ref(head("other"), None);
        let (set, delete) = futures_util::future::join(set.commit(), delete.commit()).await;
        assert!(set.is_ok() != delete.is_ok(), "{set:?} {delete:?}");
        let default = fixture.find("demo").await.unwrap().default_branch().cloned();
        assert_eq!(default.is_some(), repository.find_ref(&head("other")).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn what_may_leave_objects_unreachable_is_marked_in_the_same_commit() {
    type Act = fn(&mut RepositoryChange);
    let table: [(Act, Option<bool>, bool); 8] = [
        (|it| it.update_ref(head("main"), oid(1), oid(2), None, false), None, true),
        (|it| it.update_ref(head("main"), oid(1), oid(2), None, true), None, false),
        (|it| it.delete_ref(head("main"), None), None, false),
        (|it| it.mark_unreachable(), None, false),
        (|it| it.create_ref(head("new"), oid(2), None), Some(true), true),
        (|it| it.create_ref(head("new"), oid(2), None), Some(false), false),
        (|_| {}, Some(true), false),
        (
            |it| {
                it.create_ref(head("new"), oid(2), None);
                it.create_ref(head("dropped"), oid(2), None);
                it.drop_ref(&head("dropped"));
            },
            Some(true),
            false,
        ),
    ];
    for (number, (act, pack, all_reachable)) in table.into_iter().enumerate() {
        let fixture = fixture();
        let repository = fixture.repository("demo").await;
        create_branches(&repository, &["main"]).await;
        assert!(repository.open().await.unwrap().all_reachable);
        let mut change = change(&repository);
        if let Some(closed) = pack {
            change.register(repository.store_pack(fixture.staged(closed), PackOrigin::Push).await.unwrap());
        }
        act(&mut change);
        change.commit().await.unwrap();
        assert_eq!(repository.open().await.unwrap().all_reachable, all_reachable, "case {number}");
    }
}

#[tokio::test]
async fn a_change_that_fails_leaves_nothing_behind_and_one_whose_answer_is_lost_has_happened_whole() {
    let failures = Failures::new();
    let fixture = fixture_around(failures.clone());
    let repository = fixture.repository("demo").await;
    create_branches(&repository, &["main"]).await;
    let mut change = change(&repository);
    change.register(repository.store_pack(fixture.staged(true), PackOrigin::Push).await.unwrap());
    change.update_ref(head("main"), oid(1), oid(2), None, false);
    change.create_ref(head("a/b/c"), oid(2), None);
    change.set_default_branch_if_none(branch("main"));

    let before = fixture.table.keys().await;
    for kind in [CallKind::Commit, CallKind::Get] {
        failures.add(Failure::before().of(kind));
        assert!(matches!(change.commit().await, Err(ChangeError::Store(Error::Table(_)))));
        assert_eq!(fixture.table.keys().await, before);
        failures.clear();
    }
    failures.add(Failure::after().of(CallKind::Commit));
    assert!(matches!(change.commit().await, Err(ChangeError::Store(Error::Table(_)))));
    failures.clear();
    let snapshot = repository.open().await.unwrap();
    assert_eq!(snapshot.head.as_deref(), Some("refs/heads/main"));
    assert_eq!(snapshot.odb.packs().len(), 1);
    assert_eq!(snapshot.refs.iter().map(|found| found.target).collect::<Vec<_>>(), [oid(2), oid(2)]);
    let event = fixture.store.event_feed(None, 1000).await.unwrap().entries.into_iter().rev().nth(1).unwrap();
    assert!(
        matches!(event.event.unwrap().kind, EventKind::ReferencesChanged { references, .. } if references.len() == 2)
    );
}

#[tokio::test]
async fn the_most_refs_that_surely_fit_do_fit() {
    let fixture = fixture();
    let repository = fixture.repository("demo").await;
    let mut change = change(&repository);
    change.register(repository.store_pack(fixture.staged(true), PackOrigin::Push).await.unwrap());
    for number in 0..RepositoryChange::MAX_REFS {
        assert!(change.has_room());
        change.create_ref(head(&format!("{number}/of/many/directories/x")), oid(1), None);
    }
    change.set_default_branch_if_none(branch("0/of/many/directories/x"));
    change.commit().await.unwrap();
    assert_eq!(ref_names(&repository).await.len(), RepositoryChange::MAX_REFS);
}

#[tokio::test]
async fn while_there_is_room_one_more_ref_fits() {
    let names: [fn(usize) -> String; 3] =
        [|number| format!("flat{number}"), |number| format!("one/directory/{number}"), |number| format!("{number}/x")];
    for name in names {
        let fixture = fixture();
        let repository = fixture.repository("demo").await;
        let mut change = change(&repository);
        let mut created = 0;
        while change.has_room() {
            change.create_ref(head(&name(created)), oid(1), None);
            created += 1;
        }
        assert!(created >= RepositoryChange::MAX_REFS);
        change.commit().await.unwrap();
        for number in 0..200 {
            change.create_ref(head(&name(created + number)), oid(1), None);
        }
        assert!(!change.has_room());
    }
}

#[tokio::test]
async fn what_does_not_fit_is_refused_whole() {
    let fixture = fixture();
    let repository = fixture.repository("demo").await;
    let mut change = change(&repository);
    for number in 0..101 {
        change.create_ref(head(&format!("x{number}")), oid(1), None);
    }
    assert!(matches!(change.commit().await, Err(ChangeError::TooManyChanges { most: 100, .. })));
    assert!(ref_names(&repository).await.is_empty());
}

#[tokio::test]
async fn the_deepest_name_there_can_be_is_created_and_its_directories_are_freed_again() {
    let fixture = fixture();
    let repository = fixture.repository("demo").await;
    let deepest = RefName::parse(format!("refs/heads/{}x", "d/".repeat(494))).unwrap();
    let mut create = change(&repository);
    create.create_ref(deepest.clone(), oid(1), None);
    create.commit().await.unwrap();
    let mut delete = change(&repository);
    delete.delete_ref(deepest, None);
    delete.commit().await.unwrap();
    create_branches(&repository, &["d"]).await;
    assert_eq!(ref_names(&repository).await, ["refs/heads/d"]);
}

#[tokio::test]
async fn a_change_of_one_ref_costs_few_calls() {
    let recorder = Recorder::new();
    let fixture = fixture_around(Slow(recorder.clone()));
    let repository = fixture.repository("demo").await;
    let cost = async |act: &dyn Fn(&mut RepositoryChange)| {
        let mut change = change(&repository);
        act(&mut change);
        recorder.reset();
        change.commit().await.unwrap();
        let recorded = recorder.reset();
        let calls = [CallKind::Get, CallKind::Scan, CallKind::Commit].map(|kind| recorded.count(kind));
        assert_eq!(calls.iter().sum::<u64>(), recorded.total());
        (calls, recorded.sequential_depth)
    };
    assert_eq!(cost(&|it| it.create_ref(head("main"), oid(1), None)).await, ([0, 0, 1], 1));
    assert_eq!(cost(&|it| it.update_ref(head("main"), oid(1), oid(2), None, false)).await, ([1, 0, 1], 2));
    assert_eq!(cost(&|it| it.create_ref(head("a/b"), oid(1), None)).await, ([1, 0, 1], 2));
    assert_eq!(cost(&|it| it.create_ref(head("a/c"), oid(1), None)).await, ([1, 0, 1], 2));
    let many = |it: &mut RepositoryChange| (0..30).for_each(|n| it.create_ref(head(&format!("n{n}")), oid(1), None));
    assert_eq!(cost(&many).await, ([0, 0, 1], 1));
    let move_many = |it: &mut RepositoryChange| {
        (0..30).for_each(|n| it.update_ref(head(&format!("n{n}")), oid(1), oid(2), None, false));
    };
    assert_eq!(cost(&move_many).await, ([30, 0, 1], 2));
}

#[tokio::test]
async fn changes_of_refs_and_of_settings_move_the_time_of_the_last_change() {
    let fixture = fixture();
    let repository = fixture.repository("demo").await;
    let start = repository.created();
    fixture.clock.advance(Duration::from_secs(10));
    create_branches(&repository, &["main"]).await;
    let found = fixture.find("demo").await.unwrap();
    assert_eq!(found.settings_modified(), start);
    assert_eq!(found.last_modified().await.unwrap(), start + Duration::from_secs(10));
    fixture.clock.advance(Duration::from_secs(10));
    let mut describe = repository.change(ana());
    describe.set_description(Some("text".into()));
    describe.commit().await.unwrap();
    let found = fixture.find("demo").await.unwrap();
    assert_eq!(found.description(), Some("text"));
    assert_eq!(found.settings_modified(), start + Duration::from_secs(20));
    assert_eq!(found.last_modified().await.unwrap(), start + Duration::from_secs(20));
}
