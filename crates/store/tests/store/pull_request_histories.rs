//! Random histories of branches and pull requests, side by side.

use crate::pull_requests::{history, new, reload};
use crate::support::{Yielding, ana, change, create_branches, fixture_around, head, oid};
use domain::{MergeOption, PullRequestEventType as Type, PullRequestStatus};
use proptest::prelude::*;
use std::sync::Mutex;
use store::{ChangeError, CreatePullRequestError, PullRequest, PullRequestError, PullRequestFilter, Repository};

#[derive(Debug, Clone, Copy)]
enum Act {
    Push { branch: usize, to: u32 },
    Delete { branch: usize },
    Create { source: usize, destination: usize },
    Merge { pull_request: usize, to: u32 },
    Close { pull_request: usize },
    Title { pull_request: usize },
}

const BRANCHES: [&str; 3] = ["a", "b", "c"];

fn acts() -> impl Strategy<Value = Act> {
    let (branch, to) = (0..BRANCHES.len(), 1..5u32);
    prop_oneof![
        4 => (branch.clone(), to.clone()).prop_map(|(branch, to)| Act::Push { branch, to }),
        1 => branch.clone().prop_map(|branch| Act::Delete { branch }),
        4 => (branch.clone(), branch).prop_map(|(source, destination)| Act::Create { source, destination }),
        2 => (0..8usize, to).prop_map(|(pull_request, to)| Act::Merge { pull_request, to }),
        1 => (0..8usize).prop_map(|pull_request| Act::Close { pull_request }),
        1 => (0..8usize).prop_map(|pull_request| Act::Title { pull_request }),
    ]
}

/// Does what can be done as things are; what others do meanwhile may be in the way, but only in the ways that are told.
async fn act(repository: &Repository, act: Act, made: &Mutex<Vec<PullRequest>>) {
    let some = |number: usize| {
        let made = made.lock().unwrap();
        (!made.is_empty()).then(|| made[number % made.len()].clone())
    };
    let mut change = change(repository);
    match act {
        Act::Push { branch, to } => match repository.find_ref(&head(BRANCHES[branch])).await.unwrap() {
            Some(found) if found.target == oid(to) => return,
            Some(found) => change.update_ref(head(BRANCHES[branch]), found.target, oid(to), None, to == 1),
            None => change.create_ref(head(BRANCHES[branch]), oid(to), None),
        },
        Act::Delete { branch } => change.delete_ref(head(BRANCHES[branch]), None),
        Act::Create { source, destination } if source != destination => {
            let new = new(BRANCHES[source], BRANCHES[destination]);
            match repository.create_pull_request(&ana(), &new).await {
                Ok(pull_request) => made.lock().unwrap().push(pull_request),
                Err(CreatePullRequestError::Missing(_) | CreatePullRequestError::TooManyFromOneBranch(_)) => {}
                Err(error) => panic!("{error}"),
            }
            return;
        }
        Act::Create { .. } => return,
        Act::Merge { pull_request, to } => {
            let Some(found) = some(pull_request) else { return };
            let found = reload(&found).await;
            let Some(tip) = repository.find_ref(found.destination()).await.unwrap() else { return };
            if tip.target != oid(to) {
                change.update_ref(found.destination().clone(), tip.target, oid(to), None, false);
            }
            change.merge_pull_request(found, MergeOption::Squash, oid(to));
        }
        Act::Close { pull_request } => {
            let Some(found) = some(pull_request) else { return };
            change.close_pull_request(reload(&found).await);
        }
        Act::Title { pull_request } => {
            let Some(found) = some(pull_request) else { return };
            let titled = found.set_title(&ana(), &format!("{pull_request}")).await;
            assert!(matches!(titled, Ok(_) | Err(PullRequestError::Closed)));
            return;
        }
    }
    match change.commit().await {
        Ok(()) | Err(ChangeError::Refused(_) | ChangeError::PullRequestChanged(_)) => {}
        Err(error) => panic!("{error}"),
    }
}

/// What holds of every pull request at any time.
async fn check_all(repository: &Repository, made: &[PullRequest]) {
    let mut open = Vec::new();
    for it in made {
        let now = reload(it).await;
        let told = history(it).await;
        let count = |wanted: Type| told.iter().filter(|it| **it == wanted).count();
        assert_eq!(count(Type::StatusChanged), usize::from(!now.is_open()), "{told:?}");
        assert_eq!(count(Type::MergeStateChanged), now.merge().iter().count(), "{told:?}");
        if now.is_open() {
            open.push(now.id());
            let source = repository.find_ref(now.source()).await.unwrap().map(|found| found.target);
            assert_eq!(source, Some(now.source_commit()));
            assert!(repository.find_ref(now.destination()).await.unwrap().is_some());
        } else {
            assert!(now.closed_at().is_some());
        }
    }
    open.sort_unstable();
    let filter = PullRequestFilter { status: Some(PullRequestStatus::Open), author: None };
    assert_eq!(repository.list_pull_requests(&filter, None, 1000).await.unwrap().ids, open);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_happens_side_by_side_open_pull_requests_stand_on_their_branches(
        histories in proptest::collection::vec(proptest::collection::vec(acts(), 1..16), 1..4),
        seed: u64,
    ) {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
            let fixture = fixture_around(Yielding::seeded(seed));
            let repository = fixture.repository("demo").await;
            create_branches(&repository, &BRANCHES).await;
            let made = Mutex::new(Vec::new());
            let play = async |history: &Vec<Act>| {
                for step in history {
                    act(&repository, *step, &made).await;
                }
            };
            futures_util::future::join_all(histories.iter().map(play)).await;
            let made = made.into_inner().unwrap();
            check_all(&repository, &made).await;
        });
    }
}
