//! Random histories, random clients, random questions: every client ends complete, and none gets what it did not ask for.

use crate::client::{Fetch, client_with, refs_of, take_in};
use crate::packs::Packs;
use crate::repository::{Edit, NewCommit, Repository, import};
use git::upload::Filter;
use git::{Kind, ObjectId, walk};
use proptest::prelude::*;
use proptest::sample::Index;
use std::collections::BTreeSet;

const PATHS: [&str; 9] = ["a", "b", "d/a", "d/b", "d/e/a", "d/e/f/a", "d", "d-x", "z/a"];

fn an_edit() -> impl Strategy<Value = Edit> {
    let path = proptest::sample::select(&PATHS[..]);
    prop_oneof![
        8 => (path.clone(), 0u8..6).prop_map(|(path, content)| Edit::File(path, content)),
        1 => (path.clone(), 0u8..6).prop_map(|(path, content)| Edit::Executable(path, content)),
        1 => path.clone().prop_map(Edit::Link),
        1 => (path.clone(), 0u8..3).prop_map(|(path, number)| Edit::Submodule(path, number)),
        3 => path.prop_map(Edit::Delete),
    ]
}

/// Histories with merges, octopus merges, several roots, and clocks that are off.
pub(crate) fn a_history() -> impl Strategy<Value = Vec<NewCommit>> {
    let parents = prop_oneof![
        1 => Just(Vec::new()),
        8 => proptest::collection::vec(any::<Index>(), 1..2),
        4 => proptest::collection::vec(any::<Index>(), 2..5),
    ];
    let skew = prop_oneof![4 => Just(0), 1 => -1000..1000];
    let commit = (parents, proptest::collection::vec(an_edit(), 1..5), skew);
    proptest::collection::vec(commit, 2..14).prop_map(|commits| {
        let commit = |(number, (parents, edits, skew)): (usize, (Vec<Index>, Vec<Edit>, i32))| {
            let mut earlier: Vec<usize> = Vec::new();
            for parent in parents.iter().filter(|_| number > 0) {
                // Mostly recent parents, so that lines of history form.
                let parent = number - 1 - parent.index(number.min(3));
                if !earlier.contains(&parent) {
                    earlier.push(parent);
                }
            }
            NewCommit { parents: earlier, edits, skew }
        };
        commits.into_iter().enumerate().map(commit).collect()
    })
}

/// The history in up to four packs, as if pushed in parts, with some objects in several of them.
fn in_packs(repository: &Repository, commits: &[ObjectId], pushes: usize, duplicates: u8) -> Packs {
    let mut packs = Packs::none();
    let mut before = BTreeSet::new();
    for push in 1..=pushes {
        let all = repository.objects(&commits[..(commits.len() * push).div_ceil(pushes)], &[]);
        let again = |id: &&ObjectId| duplicates > 0 && id.as_bytes()[3].is_multiple_of(duplicates);
        let new = all.difference(&before).chain(before.iter().filter(again)).copied().collect();
        packs.add(repository, &new);
        before = all;
    }
    packs
}

fn pick(from: &[ObjectId], indices: &[Index]) -> Vec<ObjectId> {
    let picked: BTreeSet<_> = indices.iter().map(|index| from[index.index(from.len())]).collect();
    picked.into_iter().collect()
}

#[derive(Debug, Clone)]
struct Question {
    haves: Vec<Index>,
    had_depth: Option<u32>,
    wants: Vec<Index>,
    depth: Option<u32>,
    thin: bool,
    ofs_delta: bool,
}

fn a_question() -> impl Strategy<Value = Question> {
    let indices = |range| proptest::collection::vec(any::<Index>(), range);
    let depth = || proptest::option::weighted(0.4, 1u32..5);
    (indices(0..3), depth(), indices(1..4), depth(), any::<bool>(), any::<bool>()).prop_map(
        |(haves, had_depth, wants, depth, thin, ofs_delta)| Question {
            haves,
            had_depth,
            wants,
            depth,
            thin,
            ofs_delta,
        },
    )
}

fn a_filter() -> impl Strategy<Value = Filter> {
    let simple = prop_oneof![
        Just(Filter::BlobNone),
        proptest::sample::select(vec![0, 6, 7, 3000, 10_000]).prop_map(Filter::BlobLimit),
        (0u64..5).prop_map(Filter::TreeDepth),
        proptest::sample::select(vec![Kind::Commit, Kind::Tree, Kind::Blob, Kind::Tag]).prop_map(Filter::ObjectType),
    ];
    prop_oneof![
        4 => simple.clone(),
        1 => proptest::collection::vec(simple, 2..3).prop_map(Filter::Combine),
    ]
}

/// What git lets through of the objects that are reachable from the tips.
///
/// The parts of a combined filter are asked one by one: for an object that is met at several depths, git's own combination
/// depends on the order in which it meets them.
fn passing(source: &Repository, filter: &Filter, tips: &[ObjectId]) -> BTreeSet<ObjectId> {
    let spec = match filter {
        Filter::None => return source.objects(tips, &[]),
        Filter::BlobNone => "blob:none".into(),
        Filter::BlobLimit(size) => format!("blob:limit={size}"),
        Filter::TreeDepth(depth) => format!("tree:{depth}"),
        Filter::ObjectType(kind) => format!("object:type={kind}"),
        Filter::Combine(parts) => {
            let all = source.objects(tips, &[]);
            return parts.iter().fold(all, |rest, part| &rest & &passing(source, part, tips));
        }
    };
    source.rev_list(&["--objects", "--no-object-names", &format!("--filter={spec}")], tips, &[])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_client_ends_complete(
        history in a_history(),
        pushes in 1usize..5,
        duplicates in 0u8..4,
        questions in proptest::collection::vec(a_question(), 3),
    ) {
        let source = Repository::new();
        let commits = import(&source, &history);
        let packs = in_packs(&source, &commits, pushes, duplicates);
        let names: Vec<String> = (0..commits.len()).map(|number| format!("c{number}")).collect();
        let refs = refs_of(&source, &names.iter().map(String::as_str).collect::<Vec<_>>());
        for question in questions {
            let branches: BTreeSet<usize> = question.haves.iter().map(|have| have.index(commits.len())).collect();
            let branches: Vec<usize> = branches.into_iter().collect();
            let (client, client_shallow) = client_with(&source, &branches, question.had_depth);
            let mut fetch = Fetch::clone_of(refs.clone());
            fetch.wants = pick(&commits, &question.wants);
            fetch.common = branches.iter().map(|branch| commits[*branch]).collect();
            fetch.client_shallow = client_shallow;
            fetch.thin = question.thin;
            fetch.ofs_delta = question.ofs_delta;
            if let Some(depth) = question.depth {
                let part = walk::to_depth(&packs.odb, &fetch.wants, depth).unwrap();
                fetch.boundary = part.boundary.iter().copied().collect();
                fetch.unshallowed = fetch
                    .client_shallow
                    .iter()
                    .filter(|id| part.contains(&packs.odb, id).unwrap() && !fetch.boundary.contains(*id))
                    .copied()
                    .collect();
            }
            let (pack, _) = fetch.answer(&packs);
            if !fetch.thin {
                let reachable = source.objects(&fetch.wants, &[]);
                prop_assert!(Repository::objects_of_pack(&pack).is_subset(&reachable));
            }
            take_in(&client, &fetch, &pack);
        }
    }

    #[test]
    fn every_filter_lets_through_what_git_lets_through(
        history in a_history(),
        pushes in 1usize..3,
        questions in proptest::collection::vec((a_question(), a_filter(), any::<bool>()), 5),
    ) {
        let source = Repository::new();
        let commits = import(&source, &history);
        let packs = in_packs(&source, &commits, pushes, 2);
        for (question, filter, everything) in questions {
            let names: Vec<String> = (0..commits.len()).map(|number| format!("c{number}")).collect();
            let refs = refs_of(&source, &names.iter().map(String::as_str).collect::<Vec<_>>());
            let mut fetch = Fetch::clone_of(refs);
            if !everything {
                fetch.wants = pick(&commits, &question.wants);
                fetch.common = pick(&commits, &question.haves);
                fetch.common.truncate(question.haves.len());
            }
            fetch.filter = filter;
            let (pack, _) = fetch.answer(&packs);
            let sent = Repository::objects_of_pack(&pack);
            let wanted = passing(&source, &fetch.filter, &fetch.wants);
            let filter = &fetch.filter;
            prop_assert!(sent.is_subset(&wanted), "{filter:?} sends {:?}", sent.difference(&wanted).collect::<Vec<_>>());
            if fetch.common.is_empty() {
                prop_assert_eq!(sent, wanted, "{:?}", filter);
            } else {
                let had = &passing(&source, filter, &fetch.common) | &source.rev_list(&[], &fetch.common, &[]);
                let ends = &sent | &had;
                prop_assert!(wanted.is_subset(&ends), "{filter:?} lacks {:?}", wanted.difference(&ends).collect::<Vec<_>>());
            }
        }
    }
}
