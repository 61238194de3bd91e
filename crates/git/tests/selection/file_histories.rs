//! The history of a file is the one that git tells.

use crate::packs::Packs;
use crate::repository::{Edit, NewCommit, Repository, id, import, import_all};
use git::file_history::{FileHistory, Place, Step, Version};
use git::{ObjectId, Odb};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// How many histories are compared, so many in one repository at a time.
const HISTORIES: usize = if cfg!(feature = "soak") { 3000 } else { 40 };
const AT_A_TIME: usize = 100;

/// Paths of which none is inside another, so that each is a file or nothing.
const PATHS: [&str; 4] = ["a", "d/a", "d/e/f/a", "z/b"];

/// Histories with merges, octopus merges, several roots and clocks that are off, in which nothing is renamed.
fn a_history_without_renames() -> impl Strategy<Value = Vec<NewCommit>> {
    let path = proptest::sample::select(&PATHS[..]);
    let edit = prop_oneof![
        8 => (path.clone(), 0u8..3).prop_map(|(path, content)| Edit::Own(path, content)),
        2 => (path.clone(), 0u8..3).prop_map(|(path, content)| Edit::OwnExecutable(path, content)),
        2 => path.prop_map(Edit::Delete),
    ];
    let parents = prop_oneof![
        1 => Just(Vec::new()),
        8 => proptest::collection::vec(any::<Index>(), 1..2),
        6 => proptest::collection::vec(any::<Index>(), 2..4),
    ];
    let skew = prop_oneof![4 => Just(0), 1 => -1000..1000];
    let commit = (parents, proptest::collection::vec(edit, 0..3), skew);
    proptest::collection::vec(commit, 2..20).prop_map(|commits| {
        let commit = |(number, (parents, edits, skew)): (usize, (Vec<Index>, Vec<Edit>, i32))| {
            let recent = |parent: &Index| number - 1 - parent.index(number.min(4));
            let earlier: BTreeSet<usize> = parents.iter().filter(|_| number > 0).map(recent).collect();
            NewCommit { parents: earlier.into_iter().collect(), edits, skew }
        };
        commits.into_iter().enumerate().map(commit).collect()
    })
}

/// Many random values, always the same.
fn many<T>(strategy: impl Strategy<Value = T>, count: usize) -> Vec<T> {
    let mut runner = TestRunner::deterministic();
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

/// The whole history; begun anew from its places after each `page` steps.
fn history(odb: &Odb, tip: ObjectId, path: &str, page: usize) -> Vec<Version> {
    let mut places = vec![Place { commit: tip, path: path.as_bytes().to_vec(), children: Vec::new() }];
    let mut versions = Vec::new();
    while !places.is_empty() {
        let mut history = FileHistory::new(odb, places).unwrap();
        for _ in 0..page {
            match history.step().unwrap() {
                Step::Version(version) => versions.push(version),
                Step::Unchanged => {}
                Step::End => break,
            }
        }
        places = history.places();
    }
    versions
}

type Dag = BTreeMap<ObjectId, BTreeSet<ObjectId>>;

/// The commits that git tells, each with those that it tells to be its children.
fn git_dag(source: &Repository, tip: &ObjectId, path: &str) -> Dag {
    let listing = source.text(&["log", "--parents", "--format=%H %P", &tip.to_string(), "--", path], "");
    let lines: Vec<Vec<ObjectId>> =
        listing.lines().map(|line| line.split_whitespace().map(id).collect::<Vec<_>>()).collect();
    let mut dag: Dag = lines.iter().map(|line| (line[0], BTreeSet::new())).collect();
    for line in &lines {
        for parent in &line[1..] {
            if let Some(children) = dag.get_mut(parent) {
                children.insert(line[0]);
            }
        }
    }
    dag
}

#[test]
fn the_commits_and_their_order_are_those_of_git_log() {
    let histories = many(a_history_without_renames(), HISTORIES);
    for histories in histories.chunks(AT_A_TIME) {
        let source = Repository::new();
        let commits = import_all(&source, histories);
        let packs = Packs::one(&source, &commits.concat());
        for (number, (told, commits)) in histories.iter().zip(&commits).enumerate() {
            let tip = commits[commits.len() - 1];
            for path in PATHS {
                let versions = history(&packs.odb, tip, path, usize::MAX);
                let dag: Dag = versions
                    .iter()
                    .map(|version| (version.commit, version.children.iter().copied().collect()))
                    .collect();
                assert_eq!(dag, git_dag(&source, &tip, path), "{path} in {told:?}: {commits:?}");
                assert_eq!(dag.len(), versions.len(), "a commit is told twice: {path} in {told:?}");
                let places: BTreeMap<ObjectId, usize> =
                    versions.iter().enumerate().map(|(place, version)| (version.commit, place)).collect();
                let is_behind =
                    |version: &Version| version.children.iter().all(|child| places[child] < places[&version.commit]);
                assert!(versions.iter().all(is_behind), "out of order: {path} in {told:?}");
                assert_eq!(
                    history(&packs.odb, tip, path, 1 + number % 3),
                    versions,
                    "pages differ: {path} in {told:?}"
                );
            }
        }
    }
}

/// A life of one file in a straight line of commits: what becomes of it, beside other files that come and go.
#[derive(Debug, Clone)]
enum Event {
    /// So many of its lines become others.
    Change(u8),
    /// It moves to this path, and so many of its lines become others.
    Rename(&'static str, u8),
    /// Another file, which resembles no other, is put here if nothing is there.
    Other(&'static str),
    /// The other file here goes away.
    RemoveOther(&'static str),
}

/// How many lines a file has.
const LINES: u8 = 40;

const PLACES: [&str; 6] = ["a", "b", "d/a", "d/b", "d/e/a", "x/y/z"];

fn a_life() -> impl Strategy<Value = Vec<Event>> {
    let place = proptest::sample::select(&PLACES[..]);
    let event = prop_oneof![
        3 => (1..5u8).prop_map(Event::Change),
        2 => (place.clone(), 0..LINES).prop_map(|(path, lines)| Event::Rename(path, lines)),
        2 => (place.clone(), Just(0)).prop_map(|(path, lines)| Event::Rename(path, lines)),
        2 => place.clone().prop_map(Event::Other),
        2 => place.prop_map(Event::RemoveOther),
    ];
    proptest::collection::vec(event, 2..16)
}

/// The commits of a life, and the path of the file at its end.
fn commits_of(life: &[Event]) -> (Vec<NewCommit>, &'static str) {
    let mut lines: Vec<String> = (0..LINES).map(|line| format!("line {line} of the file as it was at first")).collect();
    let text = |lines: &[String]| lines.iter().fold(String::new(), |text, line| text + line + "\n");
    let mut here = "a";
    let mut others = BTreeSet::new();
    let mut commits = vec![vec![Edit::Content(here, text(&lines))]];
    for (number, event) in life.iter().enumerate() {
        let change = |lines: &mut Vec<String>, count: u8| {
            for (place, line) in lines.iter_mut().take(count.into()).enumerate() {
                *line = format!("line {place} as it was changed by commit {number}");
            }
        };
        let edits = match event {
            Event::Change(count) => {
                change(&mut lines, *count);
                vec![Edit::Content(here, text(&lines))]
            }
            Event::Rename(path, count) if *path != here && !others.contains(path) => {
                change(&mut lines, *count);
                vec![Edit::Delete(std::mem::replace(&mut here, *path)), Edit::Content(path, text(&lines))]
            }
            Event::Other(path) if *path != here && others.insert(*path) => {
                let mut content = String::new();
                for line in 0..LINES {
                    writeln!(content, "{number} was the commit that brought {line} and nothing like it").unwrap();
                }
                vec![Edit::Content(path, content)]
            }
            Event::RemoveOther(path) if others.remove(path) => vec![Edit::Delete(path)],
            _ => continue,
        };
        commits.push(edits);
    }
    let commit = |(number, edits): (usize, Vec<Edit>)| NewCommit {
        parents: number.checked_sub(1).into_iter().collect(),
        edits,
        skew: 0,
    };
    (commits.into_iter().enumerate().map(commit).collect(), here)
}

/// The commits that `git log --follow` tells, with the path that the file has in each.
fn followed(source: &Repository, tip: &ObjectId, path: &str) -> Vec<(ObjectId, String)> {
    let arguments = ["log", "--follow", "--name-status", "--format=commit %H", &tip.to_string(), "--", path];
    let mut versions = Vec::new();
    for line in source.text(&arguments, "").lines().filter(|line| !line.is_empty()) {
        match line.strip_prefix("commit ") {
            Some(commit) => versions.push((id(commit), String::new())),
            None => versions.last_mut().unwrap().1 = line.rsplit('\t').next().unwrap().to_owned(),
        }
    }
    versions
}

#[test]
fn a_file_is_followed_through_renames_as_git_log_follows_it() {
    let lives = many(a_life(), HISTORIES);
    let mut renames = 0;
    for lives in lives.chunks(AT_A_TIME) {
        let source = Repository::new();
        let (histories, paths): (Vec<_>, Vec<_>) = lives.iter().map(|life| commits_of(life)).unzip();
        let commits = import_all(&source, &histories);
        let packs = Packs::one(&source, &commits.concat());
        for ((life, path), commits) in lives.iter().zip(paths).zip(&commits) {
            let tip = commits[commits.len() - 1];
            let versions = history(&packs.odb, tip, path, 5);
            let told: Vec<_> = versions
                .iter()
                .map(|version| (version.commit, String::from_utf8(version.path.clone()).unwrap()))
                .collect();
            assert_eq!(told, followed(&source, &tip, path), "{life:?}: {commits:?}");
            renames += versions.windows(2).filter(|pair| pair[0].path != pair[1].path).count();
        }
    }
    assert!(renames > HISTORIES / 2, "only {renames} renames were followed");
}

#[test]
fn both_sides_of_a_merge_are_followed_under_the_names_they_had() {
    let source = Repository::new();
    let text = |changed: &[usize]| {
        let line = |line| format!("line {line}{}\n", if changed.contains(&line) { " changed" } else { "" });
        (0..20).map(line).collect::<String>()
    };
    let commit = |parents: &[usize], edits| NewCommit { parents: parents.to_vec(), edits, skew: 0 };
    let commits = import(
        &source,
        &[
            commit(&[], vec![Edit::Content("old", text(&[]))]),
            commit(&[0], vec![Edit::Delete("old"), Edit::Content("new", text(&[]))]),
            commit(&[0], vec![Edit::Content("old", text(&[3]))]),
            commit(&[1, 2], vec![Edit::Delete("old"), Edit::Content("new", text(&[3]))]),
            commit(&[3], vec![Edit::Delete("new")]),
        ],
    );
    let packs = Packs::one(&source, &commits);
    let versions = history(&packs.odb, commits[4], "new", usize::MAX);
    let told: Vec<_> = versions
        .iter()
        .map(|version| (version.commit, &version.path[..], version.file.is_some(), version.children.clone()))
        .collect();
    assert_eq!(
        told,
        [
            (commits[4], &b"new"[..], false, vec![]),
            (commits[3], b"new", true, vec![commits[4]]),
            (commits[2], b"old", true, vec![commits[3]]),
            (commits[1], b"new", true, vec![commits[3]]),
            (commits[0], b"old", true, vec![commits[2], commits[1]]),
        ]
    );
}

#[test]
fn what_is_no_file_has_no_history() {
    let source = Repository::new();
    let edits = vec![Edit::Own("d/a", 0), Edit::Submodule("module", 0)];
    let commits = import(&source, &[NewCommit { parents: vec![], edits, skew: 0 }]);
    let packs = Packs::one(&source, &commits);
    for path in ["d", "module", "nowhere", "d/a/b"] {
        assert_eq!(history(&packs.odb, commits[0], path, 1), [], "{path}");
    }
}

#[test]
fn a_page_reads_only_what_it_tells_of() {
    let source = Repository::new();
    let commit = |number: usize| NewCommit {
        parents: number.checked_sub(1).into_iter().collect(),
        edits: vec![Edit::Content("d/a", format!("{number}\n")), Edit::Content("d/b", format!("other {number}\n"))],
        skew: 0,
    };
    let commits = import(&source, &(0..2000).map(commit).collect::<Vec<_>>());
    let packs = Packs::one(&source, &commits);
    let reads = |steps: usize| {
        let before = packs.reads();
        let place = Place { commit: commits[1999], path: b"d/a".to_vec(), children: Vec::new() };
        let mut history = FileHistory::new(&packs.odb, vec![place]).unwrap();
        for _ in 0..steps {
            assert!(matches!(history.step().unwrap(), Step::Version(_)));
        }
        packs.reads() - before
    };
    let few = reads(10);
    let many = reads(200);
    assert!(few * 5 < many, "10 versions take {few} reads, 200 take {many}");
}
