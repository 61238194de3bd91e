//! The files that differ between two commits are those that git tells, page by page.

use crate::packs::Packs;
use crate::random::a_history;
use crate::repository::{Repository, id, import_all};
use git::ObjectId;
use git::diff::{Difference, Differences};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

const HISTORIES: usize = if cfg!(feature = "soak") { 2500 } else { 60 };
const AT_A_TIME: usize = 100;

/// What `git diff-tree` tells of many pairs of commits.
fn by_git(source: &Repository, pairs: &[(ObjectId, ObjectId)]) -> Vec<Vec<String>> {
    let lines: String = pairs.iter().map(|(before, after)| format!("{after} {before}\n")).collect();
    let told = source.text(&["diff-tree", "--stdin", "-r", "--raw", "--no-abbrev", "--no-renames", "-m"], &lines);
    let mut answers = Vec::new();
    for line in told.lines() {
        match line.strip_prefix(':') {
            None => answers.push((id(line.split(' ').next().unwrap()), Vec::new())),
            Some(raw) => answers.last_mut().unwrap().1.push(raw.to_owned()),
        }
    }
    // Pairs without differences are not told of.
    let mut answers = answers.into_iter().peekable();
    let answer = |(_, after): &(ObjectId, ObjectId)| {
        answers.next_if(|(told, _)| told == after).map(|(_, lines)| lines).unwrap_or_default()
    };
    pairs.iter().map(answer).collect()
}

/// A difference in the words of `git diff-tree --raw`.
fn raw(difference: &Difference) -> String {
    let mode = |side: &Option<git::diff::Side>| side.map_or(0, |side| side.mode.value());
    let id = |side: &Option<git::diff::Side>| side.map_or("0".repeat(40), |side| side.id.to_string());
    let Difference { path, before, after } = difference;
    let kind = |side: &git::diff::Side| side.mode.value() >> 12;
    let status = match (before, after) {
        (None, _) => "A",
        (_, None) => "D",
        (Some(before), Some(after)) if kind(before) != kind(after) => "T",
        _ => "M",
    };
    let path = String::from_utf8_lossy(path);
    format!("{:06o} {:06o} {} {} {status}\t{path}", mode(before), mode(after), id(before), id(after))
}

#[test]
fn the_differences_are_those_of_git_diff_tree() {
    let mut runner = TestRunner::deterministic();
    let histories: Vec<_> = (0..HISTORIES).map(|_| a_history().new_tree(&mut runner).unwrap().current()).collect();
    let mut found = 0;
    for histories in histories.chunks(AT_A_TIME) {
        let source = Repository::new();
        let commits = import_all(&source, histories);
        let packs = Packs::one(&source, &commits.concat());
        let tree = |commit: &ObjectId| packs.odb.commit(commit).unwrap().unwrap().tree;
        // Every commit with the one before it, and the last with the first; never twice the same commit after in a row.
        let pairs: Vec<(ObjectId, ObjectId)> = commits
            .iter()
            .flat_map(|commits| {
                let ends = (commits[commits.len() - 1], commits[0]);
                commits.windows(2).map(|pair| (pair[0], pair[1])).chain([ends]).collect::<Vec<_>>()
            })
            .collect();
        for ((before, after), expected) in pairs.iter().zip(by_git(&source, &pairs)) {
            let (old, new) = (tree(before), tree(after));
            let all: Vec<Difference> =
                Differences::new(&packs.odb, Some(&old), Some(&new), None).unwrap().map(Result::unwrap).collect();
            // git tells paths in the order of the index, which is that of their bytes.
            assert_eq!(all.iter().map(raw).collect::<Vec<_>>(), expected, "{before} {after} in {histories:?}");
            for (place, difference) in all.iter().enumerate() {
                let rest = Differences::new(&packs.odb, Some(&old), Some(&new), Some(difference.path.clone())).unwrap();
                let rest: Vec<Difference> = rest.map(Result::unwrap).collect();
                assert_eq!(rest, all[place + 1..], "behind {:?}", difference.path);
            }
            found += all.len();
        }
    }
    assert!(found > HISTORIES * 5, "only {found} differences were found");
}
