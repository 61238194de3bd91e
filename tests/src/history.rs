//! Made-up histories that look like real ones: files of lines that grow and change, folders, merges, tags, some binary files.
//! The same settings give the same object ids on every machine.

use crate::git::Repo;
use crate::random::Random;
use std::io::{BufWriter, Write};
use std::process::Stdio;

/// What a history is like.
#[derive(Debug, Clone)]
pub struct History {
    /// How many commits, merges included.
    pub commits: usize,
    /// How many text files there are at first.
    pub files: usize,
    /// The median size of a text file, in bytes; a few are a hundred times as long.
    pub file_bytes: usize,
    /// How many files an ordinary commit changes, at most.
    pub changes: usize,
    /// Each so many commits a side branch is merged; 0 for a straight line.
    pub merge_every: usize,
    /// Each so many commits there is an annotated tag; 0 for none.
    pub tag_every: usize,
    /// How many bytes of files that do not compress are added in the course of time.
    pub binary_bytes: usize,
    /// What makes it differ from another history with the same settings.
    pub seed: u64,
}

impl Default for History {
    fn default() -> Self {
        Self {
            commits: 60,
            files: 40,
            file_bytes: 1500,
            changes: 4,
            merge_every: 7,
            tag_every: 20,
            binary_bytes: 50_000,
            seed: 1,
        }
    }
}

/// A history being written as a `git fast-import` stream.
struct Writer<'a> {
    out: &'a mut dyn Write,
    random: Random,
    words: Vec<String>,
    files: Vec<TextFile>,
    seconds: u64,
}

struct TextFile {
    path: String,
    lines: Vec<String>,
}

impl History {
    /// Writes the history into `repo`: branch `main`, one side branch that is not merged, tags.
    pub fn import(&self, repo: &Repo) {
        let mut command = repo.git().command(&repo.path, &["fast-import", "--quiet", "--force"]);
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        let mut out = BufWriter::with_capacity(1 << 20, child.stdin.take().unwrap());
        self.write(&mut out).unwrap();
        out.flush().unwrap();
        drop(out);
        assert!(child.wait().unwrap().success(), "git fast-import failed");
        if repo.ok(&["rev-parse", "--is-bare-repository"]) == "false" {
            repo.ok(&["reset", "--quiet", "--hard", "main"]);
        }
    }

    fn write(&self, out: &mut dyn Write) -> std::io::Result<()> {
        let mut random = Random::new(self.seed);
        let words = vocabulary(&mut random);
        let mut writer = Writer { out, random, words, files: Vec::new(), seconds: 1_500_000_000 };
        writer.first_commit(self)?;
        let mut binary_bytes = self.binary_bytes;
        let mut number = 2;
        while number <= self.commits {
            let merge = self.merge_every > 0 && number % self.merge_every == 0 && number < self.commits;
            if merge {
                writer.side_commit(number, self.changes)?;
                number += 1;
                writer.commit("main", number, &format!("Merge branch 'topic-{number}'"), Some(number - 1))?;
                // Without changes of its own on the first parent's side, the merge takes the side branch's files.
                writer.changes(self.changes)?;
            } else {
                let message = writer.sentence(12);
                writer.commit("main", number, &message, None)?;
                writer.changes(self.changes)?;
                if number % 11 == 0 {
                    writer.new_file(self.file_bytes)?;
                }
                let share = binary_bytes / (self.commits - number + 1).max(1);
                if binary_bytes > 0 && (number % 25 == 0 || number == self.commits) {
                    let size = (share * 25).clamp(1, binary_bytes);
                    writer.binary(number, size)?;
                    binary_bytes -= size;
                }
            }
            if self.tag_every > 0 && number % self.tag_every == 0 {
                writer.tag(number)?;
            }
            number += 1;
        }
        writer.commit("side", self.commits + 1, "Left alone", None)?;
        writeln!(writer.out, "from refs/heads/main")?;
        writer.changes(1)?;
        writeln!(writer.out, "done")
    }
}

impl Writer<'_> {
    fn first_commit(&mut self, history: &History) -> std::io::Result<()> {
        self.commit("main", 1, "Begin", None)?;
        for _ in 0..history.files {
            self.new_file(history.file_bytes)?;
        }
        self.inline("run.sh", "100755", b"#!/bin/sh\nexec true\n")?;
        self.inline("latest", "120000", b"run.sh")
    }

    fn commit(&mut self, branch: &str, number: usize, message: &str, merged: Option<usize>) -> std::io::Result<()> {
        self.seconds += 60 + self.random.below(7200) as u64;
        let (person, zone) = (self.random.below(40), if number.is_multiple_of(3) { "+0100" } else { "-0700" });
        writeln!(self.out, "commit refs/heads/{branch}\nmark :{number}")?;
        writeln!(self.out, "author Person {person} <person{person}@example.com> {} {zone}", self.seconds)?;
        writeln!(self.out, "committer Keeper <keeper@example.com> {} {zone}", self.seconds + 30)?;
        writeln!(self.out, "data {}\n{message}", message.len())?;
        if let Some(merged) = merged {
            writeln!(self.out, "merge :{merged}")?;
        }
        Ok(())
    }

    /// A commit on a branch of its own, made from the tip of main.
    fn side_commit(&mut self, number: usize, changes: usize) -> std::io::Result<()> {
        writeln!(self.out, "reset refs/heads/topic\nfrom refs/heads/main\n")?;
        let message = self.sentence(8);
        self.commit("topic", number, &message, None)?;
        self.changes(changes)
    }

    fn tag(&mut self, number: usize) -> std::io::Result<()> {
        let message = format!("Release {number}\n");
        writeln!(self.out, "tag v{number}\nfrom refs/heads/main")?;
        writeln!(self.out, "tagger Keeper <keeper@example.com> {} +0000", self.seconds + 60)?;
        writeln!(self.out, "data {}\n{message}", message.len())
    }

    fn new_file(&mut self, median: usize) -> std::io::Result<()> {
        let number = self.files.len();
        let depth = self.random.below(4);
        let mut path = String::new();
        for level in 0..depth {
            path.push_str(&format!("{}{}/", ["src", "lib", "core", "doc"][level], self.random.below(8)));
        }
        path.push_str(&format!("{}_{number}.txt", self.words[self.random.below(self.words.len())]));
        // Sizes spread over three orders of magnitude, as they do in source trees.
        let spread = (self.random.fraction() + self.random.fraction() + self.random.fraction() - 1.5) * 3.2;
        let size = (median as f64 * spread.exp()) as usize;
        let (mut lines, mut written) = (Vec::new(), 0);
        while written < size {
            let line = self.line();
            written += line.len() + 1;
            lines.push(line);
        }
        self.files.push(TextFile { path, lines });
        self.write_file(number)
    }

    fn changes(&mut self, most: usize) -> std::io::Result<()> {
        for _ in 0..=self.random.below(most) {
            // Some files change far more often than others.
            let reach = self.random.fraction().powi(3);
            let number = (reach * self.files.len() as f64) as usize;
            for _ in 0..=self.random.below(6) {
                let line = self.line();
                let at = self.random.below(self.files[number].lines.len() + 1);
                let lines = &mut self.files[number].lines;
                match self.random.below(3) {
                    0 => lines.insert(at, line),
                    1 if lines.len() > 3 && at < lines.len() => drop(lines.remove(at)),
                    _ if at < lines.len() => lines[at] = line,
                    _ => lines.push(line),
                }
            }
            self.write_file(number)?;
        }
        Ok(())
    }

    fn binary(&mut self, number: usize, size: usize) -> std::io::Result<()> {
        let content = self.random.bytes(size);
        self.inline(&format!("assets/picture{}.bin", number % 200), "100644", &content)
    }

    fn write_file(&mut self, number: usize) -> std::io::Result<()> {
        let file = &self.files[number];
        let content = file.lines.iter().flat_map(|line| [line.as_bytes(), b"\n"]).collect::<Vec<_>>().concat();
        let path = file.path.clone();
        self.inline(&path, "100644", &content)
    }

    fn inline(&mut self, path: &str, mode: &str, content: &[u8]) -> std::io::Result<()> {
        writeln!(self.out, "M {mode} inline {path}\ndata {}", content.len())?;
        self.out.write_all(content)?;
        writeln!(self.out)
    }

    fn line(&mut self) -> String {
        let indent = self.random.below(5);
        format!("{}{}", "    ".repeat(indent), self.sentence(10))
    }

    fn sentence(&mut self, most: usize) -> String {
        let mut sentence = String::new();
        for number in 0..=self.random.below(most) {
            if number > 0 {
                sentence.push(' ');
            }
            // Few words are frequent, most are rare.
            let rank = (self.random.fraction().powi(3) * self.words.len() as f64) as usize;
            sentence.push_str(&self.words[rank]);
        }
        sentence
    }
}

/// Four thousand words.
fn vocabulary(random: &mut Random) -> Vec<String> {
    let syllables =
        ["ar", "be", "cot", "den", "el", "fi", "gra", "ho", "is", "ju", "ka", "lom", "ne", "or", "pri", "ta"];
    (0..4000)
        .map(|_| (0..2 + random.below(3)).map(|_| syllables[random.below(syllables.len())]).collect::<String>())
        .collect()
}
