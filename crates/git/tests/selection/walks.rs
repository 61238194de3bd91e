//! Walks over random histories answer what git answers.

use crate::client::client_with;
use crate::packs::Packs;
use crate::random::a_history;
use crate::repository::{NewCommit, Repository, import};
use git::ObjectId;
use git::walk::{self, Side, Walk};
use proptest::prelude::*;
use proptest::sample::Index;
use std::collections::{BTreeSet, HashSet};

fn straight(commits: usize) -> Vec<NewCommit> {
    let commit =
        |number: usize| NewCommit { parents: number.checked_sub(1).into_iter().collect(), edits: vec![], skew: 0 };
    (0..commits).map(commit).collect()
}

fn difference(packs: &Packs, shown: &[ObjectId], hidden: &[ObjectId]) -> Vec<ObjectId> {
    let nowhere = HashSet::new();
    Walk::new(&packs.odb, Side { tips: shown, cut: &nowhere }, Side { tips: hidden, cut: &nowhere })
        .unwrap()
        .map(|step| step.unwrap().node.id)
        .collect()
}

#[test]
fn a_cut_side_ends_where_it_is_cut() {
    let source = Repository::new();
    let commits = import(&source, &straight(6));
    let packs = Packs::one(&source, &commits);
    let (nowhere, cut) = (HashSet::new(), HashSet::from([commits[3]]));
    let walk = |cut_shown, cut_hidden| -> Vec<ObjectId> {
        let shown = Side { tips: &[commits[5], commits[2]], cut: cut_shown };
        let hidden = Side { tips: &commits[4..5], cut: cut_hidden };
        Walk::new(&packs.odb, shown, hidden).unwrap().map(|step| step.unwrap().node.id).collect()
    };
    assert_eq!(walk(&nowhere, &nowhere), [commits[5]]);
    assert_eq!(walk(&nowhere, &cut), [commits[5], commits[2], commits[1], commits[0]]);
    let cut_lower = HashSet::from([commits[1]]);
    assert_eq!(walk(&cut_lower, &cut), [commits[5], commits[2], commits[1]]);
}

#[test]
fn a_tip_that_is_no_commit_is_an_error() {
    let source = Repository::new();
    let commits = import(&source, &straight(2));
    let packs = Packs::one(&source, &commits);
    let tree = packs.odb.commit(&commits[0]).unwrap().unwrap().tree;
    assert!(matches!(walk::is_ancestor(&packs.odb, &tree, &commits[1]), Err(git::Error::Missing(id)) if id == tree));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn walks_answer_what_git_answers(history in a_history(), picks in proptest::collection::vec(any::<Index>(), 4)) {
        let source = Repository::new();
        let commits = import(&source, &history);
        let packs = Packs::one(&source, &commits);
        let odb = &packs.odb;
        let picks: Vec<ObjectId> = picks.iter().map(|index| commits[index.index(commits.len())]).collect();

        let found = difference(&packs, &picks[..2], &picks[2..]);
        prop_assert_eq!(found.iter().copied().collect::<BTreeSet<_>>(), source.rev_list(&[], &picks[..2], &picks[2..]));
        prop_assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), found.len());

        let [one, other] = [picks[0], picks[1]];
        let (_, bases, _) = source.try_git(&["merge-base", "--all", &one.to_string(), &other.to_string()], b"");
        let bases: BTreeSet<_> = String::from_utf8(bases).unwrap().lines().map(crate::repository::id).collect();
        let found: BTreeSet<_> = walk::merge_bases(odb, &one, &other).unwrap().into_iter().collect();
        prop_assert_eq!(found, bases);

        let reachable = source.rev_list(&[], &picks[..1], &[]);
        for commit in &commits {
            prop_assert_eq!(walk::is_ancestor(odb, commit, &picks[0]).unwrap(), reachable.contains(commit));
        }

        let part = walk::bounded(odb, &picks[..2], None, &picks[2..]).unwrap();
        let within = source.rev_list(&[], &picks[..2], &picks[2..]);
        prop_assert_eq!(part.len(), within.len());
        for id in &within {
            let parents = odb.commit(id).unwrap().unwrap().parents;
            let is_edge = parents.iter().any(|parent| !within.contains(parent));
            prop_assert_eq!(part.boundary.contains(id), is_edge);
        }
    }

    #[test]
    fn depth_and_time_limits_are_those_of_git(mut history in a_history(), depth in 1u32..6, since in 0usize..10) {
        // With clocks that are off, git's answer to a time limit depends on the order in which it meets commits.
        history.iter_mut().for_each(|commit| commit.skew = 0);
        let source = Repository::new();
        let commits = import(&source, &history);
        let packs = Packs::one(&source, &commits);
        let tip = commits.len() - 1;

        let part = walk::to_depth(&packs.odb, &commits[tip..], depth).unwrap();
        let (client, shallow) = client_with(&source, &[tip], Some(depth));
        let with_parents = |id: &ObjectId| !packs.odb.commit(id).unwrap().unwrap().parents.is_empty();
        let shallow: BTreeSet<ObjectId> = shallow.into_iter().filter(with_parents).collect();
        prop_assert_eq!(part.boundary.iter().copied().collect::<BTreeSet<_>>(), shallow);
        prop_assert_eq!(part.len(), client.rev_list(&["--all"], &[], &[]).len());

        let since = 1_000_000_000 + 60 * since as i64;
        let part = walk::bounded(&packs.odb, &commits[tip..], Some(since), &[]).unwrap();
        let within = source.rev_list(&[&format!("--max-age={since}")], &commits[tip..], &[]);
        prop_assert_eq!(part.len(), within.len());
        for id in &within {
            prop_assert!(part.contains(&packs.odb, id).unwrap());
        }
    }
}
