//! An opened repository is consistent, and opening it is one scan.

use crate::support::{Yielding, branch, change, create_branches, fixture, fixture_around, head, oid, repository_name};
use git::ObjectId;
use ports::decorators::{CallKind, Recorder};
use std::sync::atomic::Ordering;
use store::PackOrigin;

#[tokio::test]
async fn opening_is_one_scan_and_shows_everything() {
    let recorder = Recorder::new();
    let fixture = fixture_around(recorder.clone());
    let repository = fixture.repository("demo").await;
    let empty = repository.open().await.unwrap();
    assert!(empty.refs.is_empty() && empty.head.is_none() && empty.odb.packs().is_empty() && empty.all_reachable);

    let stored = repository.store_pack(fixture.staged(true), PackOrigin::Push).await.unwrap();
    let record = stored.record().clone();
    let mut push = change(&repository);
    push.register(stored);
    push.create_ref(head("zoo/\u{1f600}"), oid(2), None);
    push.create_ref(head("main"), oid(1), None);
    push.set_default_branch_if_none(branch("main"));
    push.commit().await.unwrap();
    recorder.reset();
    let snapshot = repository.open().await.unwrap();
    assert_eq!((recorder.snapshot().count(CallKind::Scan), recorder.snapshot().total()), (1, 1));
    let refs: Vec<_> = snapshot.refs.iter().map(|found| (found.name.as_str(), found.target)).collect();
    assert_eq!(refs, [("refs/heads/main", oid(1)), ("refs/heads/zoo/\u{1f600}", oid(2))]);
    assert_eq!(snapshot.head.as_deref(), Some("refs/heads/main"));
    assert_eq!(snapshot.odb.packs(), std::slice::from_ref(&record));
    assert_eq!(repository.odb().await.unwrap().packs(), [record]);
}

#[tokio::test]
async fn every_ref_that_is_seen_has_its_pack_also_while_others_push() {
    for seed in 0..30 {
        let fixture = fixture_around(Yielding::seeded(seed));
        fixture.table.page.store(2, Ordering::Relaxed);
        let repository = fixture.repository("demo").await;
        let write = async {
            for number in 0..12 {
                let stored = repository.store_pack(fixture.staged(true), PackOrigin::Push).await.unwrap();
                // The ref tells which pack it needs.
                let mut target = [0; 20];
                target[..16].copy_from_slice(&stored.record().id.0);
                let mut push = change(&repository);
                push.register(stored);
                push.create_ref(head(&format!("x{number}")), ObjectId::Sha1(target), None);
                push.commit().await.unwrap();
            }
        };
        let read = async {
            let mut seen = Vec::new();
            while seen.last() != Some(&12) {
                let snapshot = repository.open().await.unwrap();
                for found in &snapshot.refs {
                    let listed = |pack: &git::PackRecord| pack.id.0 == found.target.as_slice()[..16];
                    assert!(snapshot.odb.packs().iter().any(listed), "{} has no pack", found.name);
                }
                seen.push(snapshot.refs.len());
            }
            seen
        };
        let ((), seen) = futures_util::future::join(write, read).await;
        assert!(seen.iter().any(|count| (1..12).contains(count)), "nothing was read in between: {seen:?}");
    }
}

#[tokio::test]
async fn refs_are_found_by_prefix_and_branches_page_by_page() {
    let fixture = fixture();
    let repository = fixture.repository("demo").await;
    create_branches(&repository, &["a/x", "b", "a/y", "ab"]).await;
    let mut tag = change(&repository);
    tag.create_ref(domain::RefName::parse("refs/tags/v1").unwrap(), oid(9), None);
    tag.commit().await.unwrap();

    let names = async |prefix: &str| {
        repository.refs(prefix).await.unwrap().into_iter().map(|found| found.name).collect::<Vec<_>>()
    };
    assert_eq!(names("refs/heads/a/").await, ["refs/heads/a/x", "refs/heads/a/y"]);
    assert_eq!(names("refs/tags/").await, ["refs/tags/v1"]);
    assert_eq!(names("").await.len(), 5);
    assert_eq!(names(&"x".repeat(5000)).await, [""; 0]);
    for limit in 1..6 {
        let (mut branches, mut after) = (Vec::new(), None::<String>);
        loop {
            let page = repository.list_branches(after.as_deref(), limit).await.unwrap();
            branches.extend(page.branches);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(branches, ["a/x", "a/y", "ab", "b"].map(|name| (name.to_owned(), oid(1))));
    }
    assert_eq!(fixture.store.find_repository(&repository_name("other")).await.unwrap().map(|_| ()), None);
}
