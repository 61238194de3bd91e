//! Made-up histories of many files: folders five deep, of which each commit changes one file. What is in them is known, so that
//! questions about them have known answers.

use crate::git::Repo;
use crate::random::Random;
use std::io::{BufWriter, Write};
use std::process::Stdio;

/// How many files a folder has.
const IN_A_FOLDER: usize = 10;

/// The file that every tenth commit changes.
pub const OFTEN: &str = "often.txt";

/// The file that only the first commit has made.
pub const SELDOM: &str = "seldom.txt";

/// What a history is like.
#[derive(Debug, Clone)]
pub struct Wide {
    /// How many files there are, besides [`OFTEN`] and [`SELDOM`].
    pub files: usize,
    /// How many commits.
    pub commits: usize,
    /// What makes it differ from another one with the same settings.
    pub seed: u64,
}

impl Wide {
    /// The path of a file, which is in a folder five deep.
    pub fn path(number: usize) -> String {
        let folder = number / IN_A_FOLDER;
        let name = |place: u32| folder / 10usize.pow(place) % 10;
        format!("a{}/b{}/c{}/d{}/e{}/file{number}.txt", name(4), name(3), name(2), name(1), name(0))
    }

    /// Writes the history into an empty repository, as branch `main`.
    pub fn import(&self, repo: &Repo) {
        let mut command = repo.git().command(&repo.path, &["fast-import", "--quiet", "--force"]);
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        let mut out = BufWriter::with_capacity(1 << 20, child.stdin.take().unwrap());
        self.write(&mut out).unwrap();
        out.flush().unwrap();
        drop(out);
        assert!(child.wait().unwrap().success(), "git fast-import failed");
    }

    fn write(&self, out: &mut dyn Write) -> std::io::Result<()> {
        let mut random = Random::new(self.seed);
        for commit in 0..self.commits {
            let (time, message) = (1_500_000_000 + 60 * commit, format!("commit {commit}"));
            writeln!(out, "commit refs/heads/main")?;
            writeln!(out, "committer Keeper <keeper@example.com> {time} +0000\ndata {}\n{message}", message.len())?;
            if commit == 0 {
                file(out, SELDOM, "as it was at first\n")?;
                for number in 0..self.files {
                    file(out, &Self::path(number), &content(number, 0))?;
                }
            }
            if commit % 10 == 0 {
                file(out, OFTEN, &content(0, commit))?;
            } else {
                let number = random.below(self.files);
                file(out, &Self::path(number), &content(number, commit))?;
            }
        }
        writeln!(out, "done")
    }
}

fn content(number: usize, version: usize) -> String {
    let line = |line: usize| {
        let changed = if line == version % 8 { version } else { 0 };
        format!("line {line} of file {number}, changed by commit {changed}\n")
    };
    (0..8).map(line).collect()
}

fn file(out: &mut dyn Write, path: &str, content: &str) -> std::io::Result<()> {
    writeln!(out, "M 100644 inline {path}\ndata {}\n{content}", content.len())
}
