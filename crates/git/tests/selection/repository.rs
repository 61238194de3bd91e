//! Repositories made by git: an import stream for histories, and the commands that ask about them.

use git::ObjectId;
use std::collections::{BTreeSet, HashSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// A bare repository in a temporary directory.
pub(crate) struct Repository {
    dir: tempfile::TempDir,
}

impl Repository {
    pub(crate) fn new() -> Self {
        let repository = Self { dir: tempfile::tempdir().unwrap() };
        repository.git(&["init", "-q", "--bare", "."], b"");
        repository
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Runs git and returns its output; it must succeed.
    pub(crate) fn git(&self, args: &[&str], input: &[u8]) -> Vec<u8> {
        let (ok, output, errors) = self.try_git(args, input);
        assert!(ok, "git {args:?} failed: {errors}");
        output
    }

    pub(crate) fn try_git(&self, args: &[&str], input: &[u8]) -> (bool, Vec<u8>, String) {
        let mut child = Command::new("git")
            .args(args)
            .current_dir(self.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .envs([("GIT_AUTHOR_NAME", "A"), ("GIT_AUTHOR_EMAIL", "a@b"), ("GIT_AUTHOR_DATE", "1000000000 +0000")])
            .envs([
                ("GIT_COMMITTER_NAME", "C"),
                ("GIT_COMMITTER_EMAIL", "c@d"),
                ("GIT_COMMITTER_DATE", "1000000000 +0000"),
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        let writer = std::thread::spawn(move || {
            // A program that failed early has closed its end; its exit status tells.
            let _ = stdin.write_all(&input);
        });
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        (output.status.success(), output.stdout, String::from_utf8_lossy(&output.stderr).into_owned())
    }

    pub(crate) fn text(&self, args: &[&str], input: &str) -> String {
        String::from_utf8(self.git(args, input.as_bytes())).unwrap().trim_end().to_owned()
    }

    pub(crate) fn id(&self, rev: &str) -> ObjectId {
        id(&self.text(&["rev-parse", "--verify", rev], ""))
    }

    /// The object ids at the beginning of the lines that `git rev-list` answers.
    pub(crate) fn rev_list(&self, args: &[&str], include: &[ObjectId], exclude: &[ObjectId]) -> BTreeSet<ObjectId> {
        let mut revs = String::new();
        for id in include {
            writeln!(revs, "{id}").unwrap();
        }
        for id in exclude {
            writeln!(revs, "^{id}").unwrap();
        }
        ids(&self.text(&[&["rev-list"], args, &["--stdin"]].concat(), &revs))
    }

    /// All objects reachable from some and not from others.
    pub(crate) fn objects(&self, include: &[ObjectId], exclude: &[ObjectId]) -> BTreeSet<ObjectId> {
        self.rev_list(&["--objects", "--no-object-names"], include, exclude)
    }

    /// The ids of the objects in a pack that stands on its own, as git unpacks it.
    pub(crate) fn objects_of_pack(pack: &[u8]) -> BTreeSet<ObjectId> {
        let elsewhere = Self::new();
        let answer = elsewhere.text_of_bytes(&["index-pack", "--stdin"], pack);
        let hash = answer.split_whitespace().last().unwrap();
        let index = std::fs::read(elsewhere.path().join(format!("objects/pack/pack-{hash}.idx"))).unwrap();
        let listing = elsewhere.text_of_bytes(&["show-index"], &index);
        listing.lines().map(|line| id(line.split(' ').nth(1).unwrap())).collect()
    }

    fn text_of_bytes(&self, args: &[&str], input: &[u8]) -> String {
        String::from_utf8(self.git(args, input)).unwrap()
    }
}

pub(crate) fn id(hex: &str) -> ObjectId {
    ObjectId::from_hex(hex.as_bytes()).unwrap()
}

fn ids(lines: &str) -> BTreeSet<ObjectId> {
    lines.lines().map(|line| id(line.split(' ').next().unwrap())).collect()
}

pub(crate) fn set(ids: &[ObjectId]) -> HashSet<ObjectId> {
    ids.iter().copied().collect()
}

/// One change that a commit makes.
#[derive(Debug, Clone)]
pub(crate) enum Edit {
    /// A file with one of a few contents, so that old content comes back.
    File(&'static str, u8),
    Executable(&'static str, u8),
    /// A file with one of a few contents that no file at another path has or resembles.
    Own(&'static str, u8),
    OwnExecutable(&'static str, u8),
    /// A file with this content.
    Content(&'static str, String),
    Link(&'static str),
    Submodule(&'static str, u8),
    Delete(&'static str),
}

/// A commit to be made.
#[derive(Debug, Clone)]
pub(crate) struct NewCommit {
    /// Earlier commits, by number.
    pub(crate) parents: Vec<usize>,
    pub(crate) edits: Vec<Edit>,
    /// Seconds that the committer's clock is off.
    pub(crate) skew: i32,
}

/// Makes the commits, each with a branch `c<number>` of its own, and returns their ids.
pub(crate) fn import(repository: &Repository, commits: &[NewCommit]) -> Vec<ObjectId> {
    import_all(repository, &[commits]).concat()
}

/// Makes several histories that have nothing in common. All commits are numbered through; each has a branch `c<number>`.
pub(crate) fn import_all<C: AsRef<[NewCommit]>>(repository: &Repository, histories: &[C]) -> Vec<Vec<ObjectId>> {
    let mut stream = Vec::new();
    let mut first = 0;
    for commits in histories {
        write_history(&mut stream, first, commits.as_ref());
        first += commits.as_ref().len();
    }
    repository.git(&["fast-import", "--quiet"], &stream);
    let refs: String = (0..first).map(|number| format!("refs/heads/c{number}\n")).collect();
    let listing = repository.text(&["cat-file", "--batch-check=%(objectname)"], &refs);
    let mut ids = listing.lines().map(id);
    histories.iter().map(|commits| ids.by_ref().take(commits.as_ref().len()).collect()).collect()
}

fn write_history(stream: &mut Vec<u8>, first: usize, commits: &[NewCommit]) {
    for (number, commit) in commits.iter().enumerate() {
        let time = 1_000_000_000 + 60 * number as i64 + i64::from(commit.skew);
        let (number, message) = (first + number, format!("commit {number}"));
        write!(stream, "commit refs/heads/c{number}\nmark :{}\n", number + 1).unwrap();
        write!(stream, "committer C <c@d> {time} +0000\ndata {}\n{message}\n", message.len()).unwrap();
        for (index, parent) in commit.parents.iter().enumerate() {
            let word = if index == 0 { "from" } else { "merge" };
            writeln!(stream, "{word} :{}", first + parent + 1).unwrap();
        }
        for edit in &commit.edits {
            match edit {
                Edit::File(path, content) => file(stream, "100644", path, &text(*content)),
                Edit::Executable(path, content) => file(stream, "100755", path, &text(*content)),
                Edit::Own(path, content) => file(stream, "100644", path, &own_text(path, *content)),
                Edit::OwnExecutable(path, content) => file(stream, "100755", path, &own_text(path, *content)),
                Edit::Content(path, content) => file(stream, "100644", path, content),
                Edit::Link(path) => file(stream, "120000", path, "target"),
                Edit::Submodule(path, number) => writeln!(stream, "M 160000 {:040x} {path}", 16 + number).unwrap(),
                Edit::Delete(path) => writeln!(stream, "D {path}").unwrap(),
            }
        }
        stream.push(b'\n');
    }
}

fn file(stream: &mut Vec<u8>, mode: &str, path: &str, content: &str) {
    write!(stream, "M {mode} inline {path}\ndata {}\n{content}\n", content.len()).unwrap();
}

/// Texts that differ in a line, so that git makes deltas between them.
pub(crate) fn text(number: u8) -> String {
    let changed = usize::from(number) * 7 % 60;
    (0..60).fold(String::new(), |mut text, line| {
        let version = if line == changed { number } else { 0 };
        writeln!(text, "line {line} {:x} of version {version}", (line as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
            .unwrap();
        text
    })
}

/// Texts of the same path differ in a line; texts of different paths have nothing in common.
fn own_text(path: &str, number: u8) -> String {
    text(number).lines().map(|line| format!("{path} {line} of {path}\n")).collect()
}
