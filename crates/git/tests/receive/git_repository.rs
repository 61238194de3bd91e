//! A repository of git's, in which histories and packs are made.

use git::ObjectId;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// A repository in a temporary directory.
pub(crate) struct GitRepository {
    dir: tempfile::TempDir,
}

/// How a run of git ended.
pub(crate) struct Ended {
    pub(crate) ok: bool,
    pub(crate) output: Vec<u8>,
    pub(crate) errors: String,
}

impl GitRepository {
    pub(crate) fn new() -> Self {
        let repository = Self { dir: tempfile::tempdir().unwrap() };
        repository.git(&["init", "-q", "-b", "main", "."], b"");
        repository
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Runs git, which must succeed; returns what it writes.
    pub(crate) fn git(&self, args: &[&str], input: &[u8]) -> Vec<u8> {
        let ended = self.run(args, input);
        assert!(ended.ok, "git {args:?}: {}", ended.errors);
        ended.output
    }

    pub(crate) fn text(&self, args: &[&str]) -> String {
        String::from_utf8(self.git(args, b"")).unwrap().trim_end().to_owned()
    }

    pub(crate) fn run(&self, args: &[&str], input: &[u8]) -> Ended {
        let mut child = Command::new("git")
            .args(args)
            .current_dir(self.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("LC_ALL", "C")
            .envs([("GIT_AUTHOR_NAME", "A"), ("GIT_AUTHOR_EMAIL", "a@b"), ("GIT_AUTHOR_DATE", "1000000000 +0000")])
            .envs([("GIT_COMMITTER_NAME", "C"), ("GIT_COMMITTER_EMAIL", "c@d")])
            .env("GIT_COMMITTER_DATE", "1000000000 +0000")
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
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        Ended { ok: output.status.success(), output: output.stdout, errors }
    }

    pub(crate) fn id(&self, rev: &str) -> ObjectId {
        ObjectId::from_hex(self.text(&["rev-parse", "--verify", rev]).as_bytes()).unwrap()
    }

    pub(crate) fn write(&self, path: &str, content: &[u8]) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    pub(crate) fn commit(&self, message: &str) -> ObjectId {
        self.git(&["add", "-A"], b"");
        self.git(&["commit", "-q", "--allow-empty", "-m", message], b"");
        self.id("HEAD")
    }

    /// A pack with what `revs`, or `--all`, reach.
    pub(crate) fn pack(&self, revs: &[&str], options: &[&str]) -> Vec<u8> {
        let (all, revs): (Vec<&str>, Vec<&str>) = revs.iter().partition(|rev| rev.starts_with("--"));
        let revs = revs.iter().map(|rev| format!("{rev}\n")).collect::<String>();
        self.git(&[&["pack-objects", "-q", "--stdout", "--revs"], &all[..], options].concat(), revs.as_bytes())
    }

    /// The index that git makes of a pack on its own.
    pub(crate) fn index(&self, pack: &[u8]) -> Vec<u8> {
        let (pack_path, index_path) = (self.path().join("judged.pack"), self.path().join("judged.idx"));
        std::fs::write(&pack_path, pack).unwrap();
        self.git(&["index-pack", "-o", index_path.to_str().unwrap(), pack_path.to_str().unwrap()], b"");
        let index = std::fs::read(&index_path).unwrap();
        for path in [pack_path, index_path, self.path().join("judged.rev")] {
            // The reverse index is written by newer versions only.
            let _ = std::fs::remove_file(path);
        }
        index
    }

    /// A history with files that change a little and a lot, folders, a merge, tags of all sorts, links and a submodule.
    pub(crate) fn with_history() -> Self {
        let repository = Self::new();
        let mut text: Vec<String> =
            (0..400).map(|line| format!("line {line} of a file that grows {}\n", line * 7919)).collect();
        for step in 0..30usize {
            text[step * 13] = format!("changed in step {step}\n");
            text.push(format!("added in step {step}\n"));
            repository.write("src/deep/file.txt", text.concat().as_bytes());
            repository.write(&format!("src/part{}/f{step}.txt", step % 4), format!("{step}\n").repeat(50).as_bytes());
            repository.commit(&format!("step {step}"));
        }
        repository.git(&["checkout", "-q", "-b", "side", "HEAD~10"], b"");
        repository.write("side.txt", b"on the side\n");
        repository.write(".gitmodules", b"[submodule \"lib\"]\n\tpath = lib\n\turl = https://example.com/lib.git\n");
        repository.write(".gitattributes", b"*.txt text\n");
        std::os::unix::fs::symlink("side.txt", repository.path().join("link")).unwrap();
        repository.git(&["add", "-A"], b"");
        let gitlink = format!("160000,{},lib", "1".repeat(40));
        repository.git(&["update-index", "--add", "--cacheinfo", &gitlink], b"");
        repository.git(&["commit", "-q", "-m", "on the side"], b"");
        repository.git(&["checkout", "-q", "main"], b"");
        repository.git(&["merge", "-q", "--no-ff", "-m", "merge", "side"], b"");
        repository.git(&["tag", "-a", "-m", "a tag", "v1"], b"");
        repository.git(&["tag", "-a", "-m", "a tag of a tag", "v1-again", "v1"], b"");
        repository.git(&["tag", "-a", "-m", "a tag of a tree", "of-a-tree", "HEAD^{tree}"], b"");
        repository.git(&["tag", "-a", "-m", "a tag of a blob", "of-a-blob", "HEAD:side.txt"], b"");
        repository
    }
}
