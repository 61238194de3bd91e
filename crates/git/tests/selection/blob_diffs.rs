//! The lines that differ between two texts are those that `git diff` tells, hunk by hunk.

use crate::repository::Repository;
use git::blob_diff::{BlobDiff, Change, Hunk};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::BTreeMap;
use std::fmt::Write as _;

const PAIRS: usize = if cfg!(feature = "soak") { 20_000 } else { 400 };
const AT_A_TIME: usize = 500;

/// A change to a list of lines.
#[derive(Debug, Clone)]
enum Edit {
    Insert(Index, Vec<String>),
    Remove(Index, u8),
    Replace(Index, String),
    Repeat(Index, u8),
    Move(Index, u8, Index),
    Indent(Index, u8),
}

/// Lines of few words, so that many are alike, indented as programs are.
fn a_line(words: usize) -> impl Strategy<Value = String> {
    let indent = prop_oneof![
        4 => Just(String::new()),
        4 => (0usize..5).prop_map(|depth| "  ".repeat(depth)),
        1 => Just("\t".to_owned()),
    ];
    let word = prop_oneof![1 => Just(String::new()), 6 => (0..words).prop_map(|word| format!("word {word}"))];
    let end = prop_oneof![12 => Just(""), 1 => Just("\r"), 1 => Just(" ")];
    (indent, word, end).prop_map(|(indent, word, end)| format!("{indent}{word}{end}"))
}

fn an_edit(words: usize) -> impl Strategy<Value = Edit> {
    let at = any::<Index>;
    prop_oneof![
        (at(), proptest::collection::vec(a_line(words), 1..5)).prop_map(|(at, lines)| Edit::Insert(at, lines)),
        (at(), 1..6u8).prop_map(|(at, count)| Edit::Remove(at, count)),
        (at(), a_line(words)).prop_map(|(at, line)| Edit::Replace(at, line)),
        (at(), 1..6u8).prop_map(|(at, count)| Edit::Repeat(at, count)),
        (at(), 1..6u8, at()).prop_map(|(at, count, to)| Edit::Move(at, count, to)),
        (at(), 1..6u8).prop_map(|(at, count)| Edit::Indent(at, count)),
    ]
}

/// Two texts, of which one was made from the other.
fn two_texts() -> impl Strategy<Value = (String, String)> {
    proptest::sample::select(vec![2usize, 5, 20, 1000]).prop_flat_map(|words| {
        let length = prop_oneof![0usize..4, 0usize..30, 100usize..300];
        let lines = length.prop_flat_map(move |length| proptest::collection::vec(a_line(words), length));
        let edits = proptest::collection::vec(an_edit(words), 0..12);
        (lines, edits, any::<[bool; 2]>()).prop_map(|(before, edits, ends)| {
            let mut after = before.clone();
            for edit in &edits {
                apply(&mut after, edit);
            }
            let text = |lines: Vec<String>, ended: bool| {
                let text = lines.join("\n");
                if ended || text.is_empty() { text + "\n" } else { text }
            };
            (text(before, ends[0]), text(after, ends[1]))
        })
    })
}

fn apply(lines: &mut Vec<String>, edit: &Edit) {
    let place = |lines: &Vec<String>, at: &Index| at.index(lines.len() + 1);
    let range = |lines: &Vec<String>, at: &Index, count: u8| {
        let start = place(lines, at);
        start..(start + usize::from(count)).min(lines.len())
    };
    match edit {
        Edit::Insert(at, new) => {
            let at = place(lines, at);
            lines.splice(at..at, new.iter().cloned());
        }
        Edit::Remove(at, count) => drop(lines.drain(range(lines, at, *count))),
        Edit::Replace(at, line) => {
            let at = place(lines, at);
            if at < lines.len() {
                lines[at].clone_from(line);
            }
        }
        Edit::Repeat(at, count) => {
            let range = range(lines, at, *count);
            let copies = lines[range.clone()].to_vec();
            lines.splice(range.start..range.start, copies);
        }
        Edit::Move(at, count, to) => {
            let moved: Vec<String> = lines.drain(range(lines, at, *count)).collect();
            let to = place(lines, to);
            lines.splice(to..to, moved);
        }
        Edit::Indent(at, count) => {
            let range = range(lines, at, *count);
            for line in &mut lines[range] {
                line.insert_str(0, "    ");
            }
        }
    }
}

/// The hunks in the words of a unified diff, without its remarks.
fn unified(diff: &BlobDiff<'_>, context: u32) -> Vec<String> {
    let side = |range: &std::ops::Range<u32>| match range.len() {
        0 => format!("{},0", range.start),
        1 => format!("{}", range.start + 1),
        count => format!("{},{count}", range.start + 1),
    };
    let mut told = Vec::new();
    for hunk in diff.hunks(context) {
        let Hunk { before, after, .. } = &hunk;
        told.push(format!("@@ -{} +{} @@", side(before), side(after)));
        for line in diff.lines(&hunk) {
            let sign = match line.change {
                Change::Context => ' ',
                Change::Added => '+',
                Change::Deleted => '-',
            };
            told.push(format!("{sign}{}", String::from_utf8_lossy(line.content)));
        }
    }
    told
}

/// What git tells of the files of two folders, by name.
fn by_git(scratch: &Repository, options: &[&str]) -> BTreeMap<usize, Vec<String>> {
    let arguments = [&["diff", "--no-index", "--no-color"], options, &["before", "after"]].concat();
    let (_, output, errors) = scratch.try_git(&arguments, b"");
    assert_eq!(errors, "");
    let mut told: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let mut name = 0;
    let mut in_hunks = false;
    for line in String::from_utf8(output).unwrap().split_terminator('\n') {
        if let Some(rest) = line.strip_prefix("diff --git ") {
            name = rest.rsplit('/').next().unwrap().parse().unwrap();
            in_hunks = false;
        } else if line.starts_with("@@ ") {
            in_hunks = true;
            let end = line[2..].find("@@").unwrap() + 4;
            told.entry(name).or_default().push(line[..end].to_owned());
        } else if in_hunks && !line.starts_with('\\') {
            told.entry(name).or_default().push(line.to_owned());
        }
    }
    told
}

#[test]
fn hunks_and_lines_are_those_of_git_diff() {
    let mut runner = TestRunner::deterministic();
    let texts = two_texts();
    let pairs: Vec<(String, String)> = (0..PAIRS).map(|_| texts.new_tree(&mut runner).unwrap().current()).collect();
    for (round, pairs) in pairs.chunks(AT_A_TIME).enumerate() {
        let scratch = Repository::new();
        for folder in ["before", "after"] {
            std::fs::create_dir(scratch.path().join(folder)).unwrap();
        }
        for (number, (before, after)) in pairs.iter().enumerate() {
            std::fs::write(scratch.path().join(format!("before/{number}")), before).unwrap();
            std::fs::write(scratch.path().join(format!("after/{number}")), after).unwrap();
        }
        let contexts = [3, 1 + round as u32 % 20];
        for (context, ignore_whitespace) in [(contexts[0], false), (contexts[1], false), (contexts[0], true)] {
            let mut options = vec![format!("-U{context}")];
            options.extend(ignore_whitespace.then(|| "--ignore-all-space".to_owned()));
            let options: Vec<&str> = options.iter().map(String::as_str).collect();
            let mut expected = by_git(&scratch, &options);
            for (number, (before, after)) in pairs.iter().enumerate() {
                let diff = BlobDiff::new(before.as_bytes(), after.as_bytes(), ignore_whitespace);
                let expected = expected.remove(&number).unwrap_or_default();
                assert_eq!(unified(&diff, context), expected, "{options:?}:\n{before:?}\n{after:?}");
            }
        }
    }
}

/// Without context git cuts equal ends off in whole kilobytes before it compares, which may move a change; here the texts are
/// shorter than that.
#[test]
fn hunks_without_context_are_those_of_git_diff() {
    let scratch = Repository::new();
    let pairs = [("a\nb\nc\n", "a\nx\nc\n"), ("a\nb\n", "b\na\n"), ("a\n", "a"), ("", "a\n"), ("a\nb\nc\n", "a\nc\n")];
    for folder in ["before", "after"] {
        std::fs::create_dir(scratch.path().join(folder)).unwrap();
    }
    for (number, (before, after)) in pairs.iter().enumerate() {
        std::fs::write(scratch.path().join(format!("before/{number}")), before).unwrap();
        std::fs::write(scratch.path().join(format!("after/{number}")), after).unwrap();
    }
    let expected = by_git(&scratch, &["-U0"]);
    for (number, (before, after)) in pairs.iter().enumerate() {
        let diff = BlobDiff::new(before.as_bytes(), after.as_bytes(), false);
        assert_eq!(unified(&diff, 0), expected[&number], "{before:?} {after:?}");
    }
}

#[test]
fn a_change_of_every_line_of_a_long_text_is_told() {
    let text = |word: &str| {
        (0..50_000).fold(String::new(), |mut text, line| {
            writeln!(text, "{word} {line}").unwrap();
            text
        })
    };
    let (before, after) = (text("old"), text("new"));
    let diff = BlobDiff::new(before.as_bytes(), after.as_bytes(), false);
    let hunks = diff.hunks(3);
    assert_eq!((hunks.len(), diff.line_count(&hunks[0])), (1, 100_000));
}
