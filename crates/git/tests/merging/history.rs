//! Random histories of two branches that are to be merged, as a stream for `git fast-import`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;

/// Small random numbers that are the same on every machine (`SplitMix64`).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    /// True in `percent` of a hundred throws.
    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Entry {
    File { executable: bool, lines: Vec<String> },
    Binary(u8),
    Link(String),
    Submodule(u8),
}

type Tree = BTreeMap<String, Entry>;

const FOLDERS: [&str; 6] = ["", "a/", "a/b/", "c/", "c/d/", "e/"];
const NAMES: [&str; 6] = ["one", "two", "three", "four", "five", "six"];

/// A history: commits, each with its parents, and the two to be merged.
pub(crate) struct History {
    commits: Vec<(Vec<usize>, Tree)>,
    pub(crate) ours: usize,
    pub(crate) theirs: usize,
}

impl History {
    /// A random history.
    pub(crate) fn new(dice: &mut Dice) -> Self {
        let mut history = Self { commits: Vec::new(), ours: 0, theirs: 0 };
        let root = history.commit(vec![], a_tree(dice));
        (history.ours, history.theirs) = (root, root);
        if dice.chance(2) {
            history.theirs = history.commit(vec![], a_tree(dice));
        }
        history.advance(dice);
        while dice.chance(25) {
            history.cross(dice);
            history.advance(dice);
        }
        history
    }

    fn commit(&mut self, parents: Vec<usize>, tree: Tree) -> usize {
        self.commits.push((parents, tree));
        self.commits.len() - 1
    }

    /// A few commits on both branches.
    fn advance(&mut self, dice: &mut Dice) {
        for theirs in [false, true] {
            for _ in 0..dice.below(3) + usize::from(dice.chance(80)) {
                let tip = if theirs { self.theirs } else { self.ours };
                let mut tree = self.commits[tip].1.clone();
                for _ in 0..=dice.below(2) {
                    change(dice, &mut tree);
                }
                let new = self.commit(vec![tip], tree);
                *(if theirs { &mut self.theirs } else { &mut self.ours }) = new;
            }
        }
    }

    /// Each branch merges the other one, so that they have two merge bases.
    fn cross(&mut self, dice: &mut Dice) {
        let (ours, theirs) = (self.ours, self.theirs);
        let one = a_merge(dice, &self.commits[ours].1, &self.commits[theirs].1);
        let other =
            if dice.chance(50) { one.clone() } else { a_merge(dice, &self.commits[theirs].1, &self.commits[ours].1) };
        self.ours = self.commit(vec![ours, theirs], one);
        self.theirs = self.commit(vec![theirs, ours], other);
    }

    /// Writes the commits; their marks begin behind `mark`. Returns the last mark.
    pub(crate) fn write(&self, stream: &mut Vec<u8>, name: &str, mark: usize) -> usize {
        for (number, (parents, tree)) in self.commits.iter().enumerate() {
            let time = 1_000_000_000 + 60 * number;
            write!(stream, "commit refs/heads/{name}-{number}\nmark :{}\n", mark + number + 1).unwrap();
            write!(stream, "committer C <c@d> {time} +0000\ndata 1\nc\n").unwrap();
            for (index, parent) in parents.iter().enumerate() {
                let word = if index == 0 { "from" } else { "merge" };
                writeln!(stream, "{word} :{}", mark + parent + 1).unwrap();
            }
            stream.extend_from_slice(b"deleteall\n");
            for (path, entry) in tree {
                match entry {
                    Entry::File { executable, lines } => {
                        file(stream, if *executable { "100755" } else { "100644" }, path, lines.concat().as_bytes());
                    }
                    Entry::Binary(number) => file(stream, "100644", path, &[0, *number, 0, *number, 10, 1]),
                    Entry::Link(target) => file(stream, "120000", path, target.as_bytes()),
                    Entry::Submodule(number) => writeln!(stream, "M 160000 {:040x} {path}", 16 + number).unwrap(),
                }
            }
            stream.push(b'\n');
        }
        mark + self.commits.len()
    }
}

fn file(stream: &mut Vec<u8>, mode: &str, path: &str, content: &[u8]) {
    write!(stream, "M {mode} inline {path}\ndata {}\n", content.len()).unwrap();
    stream.extend_from_slice(content);
    stream.push(b'\n');
}

fn a_tree(dice: &mut Dice) -> Tree {
    let mut tree = Tree::new();
    for _ in 0..4 + dice.below(6) {
        let path = a_path(dice);
        if is_free(&tree, &path) {
            let entry = an_entry(dice);
            tree.insert(path, entry);
        }
    }
    tree
}

fn a_path(dice: &mut Dice) -> String {
    format!("{}{}", FOLDERS[dice.below(FOLDERS.len())], NAMES[dice.below(NAMES.len())])
}

fn an_entry(dice: &mut Dice) -> Entry {
    match dice.below(20) {
        0 => Entry::Binary(dice.below(4) as u8),
        1 => Entry::Link(format!("target {}", dice.below(3))),
        2 => Entry::Submodule(dice.below(3) as u8),
        _ => Entry::File { executable: dice.chance(10), lines: (0..dice.below(14)).map(|_| a_line(dice)).collect() },
    }
}

/// Mostly lines that are found only once, and a few that are found often.
fn a_line(dice: &mut Dice) -> String {
    if dice.chance(12) {
        ["}\n", "\n", "end\n"][dice.below(3)].to_owned()
    } else {
        format!("line {:x}\n", dice.next() >> 24)
    }
}

/// Whether a file can stand there without anything else being in the way.
fn is_free(tree: &Tree, path: &str) -> bool {
    let below = format!("{path}/");
    let above = path.match_indices('/').any(|(end, _)| tree.contains_key(&path[..end]));
    !tree.contains_key(path) && !above && !tree.keys().any(|other| other.starts_with(&below))
}

fn pick(dice: &mut Dice, tree: &Tree) -> Option<String> {
    (!tree.is_empty()).then(|| tree.keys().nth(dice.below(tree.len())).unwrap().clone())
}

fn change(dice: &mut Dice, tree: &mut Tree) {
    let Some(path) = pick(dice, tree) else {
        *tree = a_tree(dice);
        return;
    };
    match dice.below(100) {
        0..45 => edit(dice, tree.get_mut(&path).unwrap()),
        45..60 => rename(dice, tree, &path),
        60..66 => rename_folder(dice, tree),
        66..74 => drop(tree.remove(&path)),
        74..86 => {
            let new = a_path(dice);
            if is_free(tree, &new) {
                let entry = an_entry(dice);
                tree.insert(new, entry);
            }
        }
        86..92 => {
            if let Some(Entry::File { executable, .. }) = tree.get_mut(&path) {
                *executable = !*executable;
            }
        }
        92..96 => {
            let entry = an_entry(dice);
            tree.insert(path, entry);
        }
        _ => {
            // A file becomes a folder.
            let entry = tree.remove(&path).unwrap();
            tree.insert(format!("{path}/one"), entry);
        }
    }
}

fn edit(dice: &mut Dice, entry: &mut Entry) {
    match entry {
        Entry::File { lines, .. } => {
            for _ in 0..=dice.below(2) {
                let place = dice.below(lines.len() + 1);
                match dice.below(4) {
                    0 => lines.insert(place, a_line(dice)),
                    1 if place < lines.len() => drop(lines.remove(place)),
                    _ if place < lines.len() => lines[place] = a_line(dice),
                    _ => lines.push(a_line(dice)),
                }
            }
        }
        Entry::Binary(number) => *number = dice.below(4) as u8,
        Entry::Link(target) => *target = format!("target {}", dice.below(3)),
        Entry::Submodule(number) => *number = dice.below(3) as u8,
    }
}

fn rename(dice: &mut Dice, tree: &mut Tree, path: &str) {
    let mut entry = tree.remove(path).unwrap();
    if dice.chance(40) {
        edit(dice, &mut entry);
    }
    let new = a_path(dice);
    let new = if is_free(tree, &new) { new } else { path.to_owned() };
    tree.insert(new, entry);
}

fn rename_folder(dice: &mut Dice, tree: &mut Tree) {
    let from = FOLDERS[1 + dice.below(FOLDERS.len() - 1)];
    let to = ["f/", "g/", "c/h/", "a/", ""][dice.below(5)];
    let moved: BTreeSet<String> = tree.keys().filter(|path| path.starts_with(from)).cloned().collect();
    for path in moved {
        let new = format!("{to}{}", &path[from.len()..]);
        if is_free(tree, &new) {
            let entry = tree.remove(&path).unwrap();
            tree.insert(new, entry);
        }
    }
}

/// A merge as somebody may have made it: of what differs, one side's version, or the other's.
fn a_merge(dice: &mut Dice, one: &Tree, other: &Tree) -> Tree {
    let mut merged = Tree::new();
    let paths: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    for path in paths {
        let (a, b) = (one.get(path), other.get(path));
        let taken = if a == b || dice.chance(50) { a } else { b };
        if let Some(entry) = taken.or(if dice.chance(50) { a.or(b) } else { None })
            && is_free(&merged, path)
        {
            merged.insert(path.clone(), entry.clone());
        }
    }
    merged
}
