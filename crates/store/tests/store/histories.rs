//! Random histories of refs: one after the other they agree with a model, side by side they keep the rules of names.

use crate::support::{TestTable, Yielding, change, fixture, fixture_around, head, oid};
use domain::RefName;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use store::{ChangeError, RefusalReason, Repository, RepositoryChange};

/// Names that are in each other's way in every possible manner.
const NAMES: [&str; 9] = ["a", "a/b", "a/b/c", "a/b/d", "a/e", "a-b", "f", "f/g/h/i", "f/g/j"];

#[derive(Debug, Clone, Copy)]
enum Act {
    Create(u32),
    Update { old: u32, new: u32 },
    Delete,
}

fn acts() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => (0..3u32).prop_map(Act::Create),
        1 => (0..3u32, 0..3u32).prop_map(|(old, new)| Act::Update { old, new }),
        3 => Just(Act::Delete),
    ]
}

/// A change of up to three refs.
fn changes() -> impl Strategy<Value = BTreeMap<usize, Act>> {
    proptest::collection::btree_map(0..NAMES.len(), acts(), 1..4)
}

fn add(change: &mut RepositoryChange, name: RefName, act: Act) {
    match act {
        Act::Create(target) => change.create_ref(name, oid(target), None),
        Act::Update { old, new } => change.update_ref(name, oid(old), oid(new), None, false),
        Act::Delete => change.delete_ref(name, None),
    }
}

fn change_of(repository: &Repository, acts: &BTreeMap<usize, Act>) -> RepositoryChange {
    let mut all = change(repository);
    for (name, act) in acts {
        add(&mut all, head(NAMES[*name]), *act);
    }
    all
}

/// The refs as they should be, and the names that a change is refused for.
fn refused(refs: &BTreeMap<&str, u32>, acts: &BTreeMap<usize, Act>) -> BTreeSet<&'static str> {
    let is_below = |name: &str, directory: &str| name.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/'));
    let in_the_way = |name: &str, other: &str| is_below(name, other) || is_below(other, name);
    let changes = |name: &&str| acts.keys().any(|act| NAMES[*act] == *name);
    let mut refused = BTreeSet::new();
    for (name, act) in acts {
        let name = NAMES[*name];
        let good = match *act {
            Act::Create(_) => {
                let free_of_refs = !refs.contains_key(name) && !refs.keys().any(|other| in_the_way(name, other));
                let free_of_changes = !NAMES.iter().filter(|other| changes(other)).any(|other| is_below(name, other));
                free_of_refs && free_of_changes
            }
            Act::Update { old, .. } => refs.get(name) == Some(&old),
            Act::Delete => refs.contains_key(name),
        };
        if !good {
            refused.insert(name);
        }
    }
    refused
}

async fn check_names(table: &TestTable) {
    let (refs, guards) = (table.behind("REF#").await, table.behind("DIR#").await);
    assert_eq!(refs.intersection(&guards).next(), None, "refs {refs:?}, guards {guards:?}");
    for name in refs.iter().chain(&guards) {
        for directory in RefName::parse(name.as_str()).unwrap().directories() {
            assert!(guards.contains(directory.as_str()), "{directory} has no guard: refs {refs:?}, guards {guards:?}");
        }
    }
}

fn run(future: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future);
}

proptest! {
    #[test]
    fn a_history_agrees_with_the_model(
        history in proptest::collection::vec(changes(), 1..30),
        found_anew in proptest::collection::vec(any::<bool>(), 30),
    ) {
        run(async {
            let fixture = fixture();
            let mut repository = fixture.repository("demo").await;
            let mut model: BTreeMap<&str, u32> = BTreeMap::new();
            for (acts, found_anew) in history.iter().zip(found_anew) {
                if found_anew {
                    repository = fixture.find("demo").await.unwrap();
                }
                let expected = refused(&model, acts);
                match change_of(&repository, acts).commit().await {
                    Ok(()) => assert_eq!(expected, BTreeSet::new()),
                    Err(ChangeError::Refused(refusals)) => {
                        let refused: BTreeSet<_> = refusals.iter().filter_map(|refusal| refusal.name.branch()).collect();
                        assert_eq!(refused, expected);
                    }
                    Err(error) => panic!("{error}"),
                }
                if expected.is_empty() {
                    for (name, act) in acts {
                        match *act {
                            Act::Create(target) | Act::Update { new: target, .. } => model.insert(NAMES[*name], target),
                            Act::Delete => model.remove(NAMES[*name]),
                        };
                    }
                }
                let refs = repository.refs("refs/heads/").await.unwrap();
                let refs: Vec<_> = refs.iter().map(|found| (&found.name["refs/heads/".len()..], found.target)).collect();
                let modelled: Vec<_> = model.iter().map(|(name, target)| (*name, oid(*target))).collect();
                assert_eq!(refs, modelled);
                check_names(&fixture.table).await;
            }
        });
    }

    #[test]
    fn histories_side_by_side_keep_names_apart(
        histories in proptest::collection::vec(proptest::collection::vec(changes(), 1..12), 2..5),
        seed: u64,
    ) {
        run(async {
            let fixture = fixture_around(Yielding::seeded(seed));
            let repository = fixture.repository("demo").await;
            let play = async |history: &Vec<BTreeMap<usize, Act>>| {
                for acts in history {
                    match change_of(&repository, acts).commit().await {
                        Ok(()) => {}
                        Err(ChangeError::Refused(refusals)) => {
                            assert!(refusals.iter().all(|refusal| refusal.reason != RefusalReason::DefaultBranch));
                        }
                        Err(error) => panic!("{error}"),
                    }
                    check_names(&fixture.table).await;
                }
            };
            futures_util::future::join_all(histories.iter().map(play)).await;
        });
    }
}
