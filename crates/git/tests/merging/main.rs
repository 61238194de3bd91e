//! Merges have the results of git's own: the same merge bases, the same trees, the same paths in conflict.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says by panicking what does not hold")]

mod decisions;
mod history;
#[expect(dead_code, reason = "it is shared with other tests")]
#[path = "../selection/packs.rs"]
mod packs;
#[expect(dead_code, reason = "it is shared with other tests")]
#[path = "../selection/repository.rs"]
mod repository;

use git::ObjectId;
use git::merge::{Decisions, Detail, Merge, MergeLimits, PathConflict};
use history::{Dice, History};
use packs::Packs;
use repository::{Repository, id};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// What a merge comes to.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Clean(ObjectId),
    Conflicts(BTreeSet<String>),
}

/// What git says of merging each pair (`git merge-tree`).
fn merged_by_git(repository: &Repository, pairs: &[(ObjectId, ObjectId)]) -> Vec<Outcome> {
    let mut input = String::new();
    for (ours, theirs) in pairs {
        writeln!(input, "{ours} {theirs}").unwrap();
    }
    let args = ["merge-tree", "--stdin", "--name-only", "--no-messages", "--allow-unrelated-histories"];
    let output = String::from_utf8(repository.git(&args, input.as_bytes())).unwrap();
    let mut words = output.split('\0');
    let mut outcomes = Vec::new();
    for _ in pairs {
        let status = words.next().unwrap();
        let tree = words.next().unwrap();
        let mut paths = BTreeSet::new();
        for path in words.by_ref().take_while(|word| !word.is_empty()) {
            // Git moves files aside that cannot stay, and names the side they are of.
            paths.insert(path.split('~').next().unwrap().to_owned());
        }
        outcomes.push(match status {
            "1" => Outcome::Clean(id(tree)),
            "0" => Outcome::Conflicts(paths),
            other => panic!("git says {other:?}"),
        });
    }
    outcomes
}

/// The best common ancestors (`git merge-base`).
fn bases_by_git(repository: &Repository, ours: &ObjectId, theirs: &ObjectId) -> BTreeSet<ObjectId> {
    // Without any, git fails and says nothing.
    let (_, told, _) = repository.try_git(&["merge-base", "--all", &ours.to_string(), &theirs.to_string()], b"");
    String::from_utf8(told).unwrap().lines().map(id).collect()
}

fn merged_here(merge: &mut Merge<'_>) -> (Outcome, BTreeSet<String>) {
    let paths = |only_location: bool| -> BTreeSet<String> {
        let conflicts = merge.contested().filter(|contested| contested.is_conflict(Detail::Line));
        let conflicts =
            conflicts.filter(|contested| !only_location || contested.path_conflict == Some(PathConflict::Location));
        conflicts.map(|contested| String::from_utf8(contested.path.clone()).unwrap()).collect()
    };
    let (conflicts, moved) = (paths(false), paths(true));
    if conflicts.is_empty() {
        (Outcome::Clean(merge.write_tree(&Decisions::new()).unwrap()), moved)
    } else {
        (Outcome::Conflicts(conflicts), moved)
    }
}

/// Git names no path when it does not know where to put a file of a renamed folder, or cannot put it there; here that file is in
/// conflict.
fn agree(found: &Outcome, moved: &BTreeSet<String>, expected: &Outcome) -> bool {
    match (found, expected) {
        (Outcome::Conflicts(found), Outcome::Conflicts(expected)) => {
            expected.is_subset(found) && found.difference(expected).all(|path| moved.contains(path))
        }
        _ => found == expected,
    }
}

/// Compares `count` random histories, and returns how many merges were clean.
fn compare(first_seed: u64, count: usize) -> usize {
    let repository = Repository::new();
    let (mut stream, mut mark, mut tips) = (Vec::new(), 0, String::new());
    for number in 0..count {
        let history = History::new(&mut Dice::new(first_seed + number as u64));
        mark = history.write(&mut stream, &number.to_string(), mark);
        writeln!(tips, "refs/heads/{number}-{}\nrefs/heads/{number}-{}", history.ours, history.theirs).unwrap();
    }
    repository.git(&["fast-import", "--quiet"], &stream);
    let listing = repository.text(&["cat-file", "--batch-check=%(objectname)"], &tips);
    let tips: Vec<ObjectId> = listing.lines().map(id).collect();
    let packs = Packs::one(&repository, &tips);
    let pairs: Vec<_> = tips.chunks(2).map(|pair| (pair[0], pair[1])).collect();

    let expected = merged_by_git(&repository, &pairs);
    let (mut wrong, mut several) = (Vec::new(), 0);
    for (number, ((ours, theirs), expected)) in pairs.iter().zip(&expected).enumerate() {
        let seed = first_seed + number as u64;
        let mut merge = Merge::new(&packs.odb, ours, theirs, MergeLimits::default()).unwrap();
        // Asking git costs a process for each pair.
        if number % 4 == 0 {
            let bases: BTreeSet<ObjectId> = merge.bases().iter().copied().collect();
            several += usize::from(bases.len() > 1);
            assert_eq!(bases, bases_by_git(&repository, ours, theirs), "seed {seed}");
        }
        let (found, moved) = merged_here(&mut merge);
        if !agree(&found, &moved, expected) {
            wrong.push(format!("seed {seed}: git {expected:?}, here {found:?}"));
        }
    }
    if let Ok(dir) = std::env::var("KEEP_REPOSITORY") {
        std::process::Command::new("cp").args(["-r", repository.path().to_str().unwrap(), &dir]).status().unwrap();
    }
    assert!(several > 0, "no two histories have more than one merge base");
    assert!(wrong.is_empty(), "{} of {count} differ:\n{}", wrong.len(), wrong.join("\n"));
    expected.iter().filter(|outcome| matches!(outcome, Outcome::Clean(_))).count()
}

#[test]
fn random_histories_merge_as_git_merges_them() {
    let count = std::env::var("MERGE_HISTORIES").map_or(400, |count| count.parse().unwrap());
    let first = std::env::var("FIRST_SEED").map_or(1, |seed| seed.parse().unwrap());
    let clean = compare(first, count);
    assert!(clean > count / 5 && clean < count * 4 / 5, "{clean} of {count} merges are clean");
}
