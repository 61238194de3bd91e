//! The real git, with nothing of the machine's configuration.

use crate::server::AdminCredentials;
use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A person's git: a home directory with a configuration and perhaps a password.
#[derive(Debug, Clone)]
pub struct Git {
    home: PathBuf,
    protocol: Option<u8>,
    environment: Vec<(OsString, OsString)>,
}

/// A local repository, with or without a working tree.
#[derive(Debug, Clone)]
pub struct Repo {
    /// Where it is.
    pub path: PathBuf,
    git: Git,
}

impl Git {
    /// A git whose configuration lives in `home`, which is made.
    pub fn new(home: &Path) -> Self {
        std::fs::create_dir_all(home).unwrap();
        let config = "[user]\n\tname = A U Thor\n\temail = author@example.com\n[init]\n\tdefaultBranch = main\n\
                      [gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n[advice]\n\tdetachedHead = false\n\
                      [protocol \"file\"]\n\tallow = always\n";
        std::fs::write(home.join(".gitconfig"), config).unwrap();
        Self { home: home.to_owned(), protocol: None, environment: Vec::new() }
    }

    /// Remembers the administrator's git password, as a person's credential store does.
    pub fn with_password(self, credentials: &AdminCredentials) -> Self {
        let (scheme, host) = credentials.endpoint.split_once("://").unwrap();
        let line = format!("{scheme}://{}:{}@{host}\n", credentials.git_username, credentials.git_password);
        std::fs::write(self.home.join(".git-credentials"), line).unwrap();
        self.configure("[credential]\n\thelper = store\n")
    }

    /// Adds lines to the person's configuration.
    pub fn configure(self, lines: &str) -> Self {
        let mut file = std::fs::File::options().append(true).open(self.home.join(".gitconfig")).unwrap();
        file.write_all(lines.as_bytes()).unwrap();
        self
    }

    /// The same git, forced to a protocol version.
    pub fn speaking(&self, protocol: u8) -> Self {
        Self { protocol: Some(protocol), ..self.clone() }
    }

    /// The same git with one more environment variable.
    pub fn with_env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// The home directory.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// A git command that is not started yet.
    pub fn command<S: AsRef<OsStr>>(&self, directory: &Path, arguments: &[S]) -> Command {
        let mut command = Command::new("git");
        command.env_clear().current_dir(directory).stdin(Stdio::null());
        for kept in ["PATH", "TMPDIR", "LD_LIBRARY_PATH"] {
            if let Some(value) = std::env::var_os(kept) {
                command.env(kept, value);
            }
        }
        command
            .env("HOME", &self.home)
            .env("LC_ALL", "C.UTF-8")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_ASKPASS", "false")
            .env("GIT_AUTHOR_DATE", "1700000000 +0100")
            .env("GIT_COMMITTER_DATE", "1700000000 +0100")
            .envs(self.environment.iter().cloned());
        if let Some(protocol) = self.protocol {
            command.arg("-c").arg(format!("protocol.version={protocol}"));
        }
        command.args(arguments);
        command
    }

    /// Runs git and gives what came of it.
    pub fn run<S: AsRef<OsStr>>(&self, directory: &Path, arguments: &[S]) -> Output {
        self.command(directory, arguments).output().unwrap_or_else(|error| panic!("git cannot be run: {error}"))
    }

    /// Runs git, which must succeed, and gives its standard output without the last line end.
    pub fn ok<S: AsRef<OsStr>>(&self, directory: &Path, arguments: &[S]) -> String {
        let output = self.run(directory, arguments);
        assert!(output.status.success(), "{}", story(self.protocol, arguments, &output));
        String::from_utf8_lossy(&output.stdout).trim_end_matches('\n').to_owned()
    }

    /// Runs git, which must fail without dying of a signal, and gives what it told the person.
    pub fn refused<S: AsRef<OsStr>>(&self, directory: &Path, arguments: &[S]) -> String {
        let output = self.run(directory, arguments);
        let failed = output.status.code().is_some_and(|code| code != 0);
        assert!(failed, "this should be refused: {}", story(self.protocol, arguments, &output));
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    /// Runs git with `input` on its standard input, and gives its standard output as bytes.
    pub fn feed<S: AsRef<OsStr>>(&self, directory: &Path, arguments: &[S], input: &[u8]) -> Vec<u8> {
        let mut command = self.command(directory, arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        let writer = std::thread::spawn(move || stdin.write_all(&input));
        let output = child.wait_with_output().unwrap();
        _ = writer.join().unwrap();
        assert!(output.status.success(), "{}", story(self.protocol, arguments, &output));
        output.stdout
    }

    /// Makes an empty repository with a working tree.
    pub fn init(&self, path: &Path) -> Repo {
        self.make(path, &["init", "--quiet"])
    }

    /// Makes an empty bare repository.
    pub fn init_bare(&self, path: &Path) -> Repo {
        self.make(path, &["init", "--quiet", "--bare"])
    }

    /// Clones `url` to `path`.
    pub fn clone_to(&self, url: &str, path: &Path, arguments: &[&str]) -> Repo {
        let path_text = path.to_str().unwrap();
        let all = [&["clone", "--quiet"], arguments, &[url, path_text]].concat();
        self.ok(path.parent().unwrap(), &all);
        self.open(path)
    }

    /// An existing repository.
    pub fn open(&self, path: &Path) -> Repo {
        Repo { path: path.to_owned(), git: self.clone() }
    }

    fn make(&self, path: &Path, arguments: &[&str]) -> Repo {
        std::fs::create_dir_all(path).unwrap();
        self.ok(path, arguments);
        self.open(path)
    }
}

impl Repo {
    /// Runs git here, which must succeed.
    pub fn ok<S: AsRef<OsStr>>(&self, arguments: &[S]) -> String {
        self.git.ok(&self.path, arguments)
    }

    /// Runs git here, which must fail.
    pub fn refused<S: AsRef<OsStr>>(&self, arguments: &[S]) -> String {
        self.git.refused(&self.path, arguments)
    }

    /// Runs git here.
    pub fn run<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Output {
        self.git.run(&self.path, arguments)
    }

    /// Runs git here with input.
    pub fn feed<S: AsRef<OsStr>>(&self, arguments: &[S], input: &[u8]) -> Vec<u8> {
        self.git.feed(&self.path, arguments, input)
    }

    /// Stores an object whatever it looks like, and gives its id.
    pub fn object(&self, kind: &str, content: &[u8]) -> String {
        let id = self.feed(&["hash-object", "-t", kind, "-w", "--stdin", "--literally"], content);
        String::from_utf8(id).unwrap().trim().to_owned()
    }

    /// What a revision names.
    pub fn id(&self, revision: &str) -> String {
        self.ok(&["rev-parse", "--verify", revision])
    }

    /// Commits one file with this content, and gives the commit's id.
    pub fn commit_file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let file = self.path.join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, content).unwrap();
        self.ok(&["add", "--", name]);
        self.ok(&["commit", "--quiet", "-m", &format!("change {name}")]);
        self.id("HEAD")
    }

    /// Makes a commit that adds nothing but itself, without touching the working tree; gives its id.
    pub fn empty_commit(&self, parents: &[&str], message: &str) -> String {
        let tree = match parents.first() {
            Some(parent) => self.id(&format!("{parent}^{{tree}}")),
            None => String::from_utf8(self.feed(&["mktree"], b"")).unwrap().trim().to_owned(),
        };
        let mut arguments = vec!["commit-tree", &tree, "-m", message];
        for parent in parents {
            arguments.extend(["-p", parent]);
        }
        self.ok(&arguments)
    }

    /// The same repository under another person's git.
    pub fn with(&self, git: &Git) -> Self {
        Self { path: self.path.clone(), git: git.clone() }
    }

    /// The git it is used with.
    pub fn git(&self) -> &Git {
        &self.git
    }
}

fn story<S: AsRef<OsStr>>(protocol: Option<u8>, arguments: &[S], output: &Output) -> String {
    let arguments: Vec<String> =
        arguments.iter().map(|argument| argument.as_ref().to_string_lossy().into_owned()).collect();
    format!(
        "git {} (protocol {}): {}\n--- stdout\n{}\n--- stderr\n{}",
        arguments.join(" "),
        protocol.map_or("default".to_owned(), |protocol| protocol.to_string()),
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    )
}
