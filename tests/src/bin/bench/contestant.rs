//! The two servers that are compared.

use crate::measure::cpu_seconds;
use serde_json::json;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tests::http;
use tests::port_calls::{self, PortCalls};
use tests::server::{Options, Server, free_port};

/// A server of Git repositories.
pub(crate) trait Contestant {
    /// Makes an empty repository and gives its URL, credentials included.
    fn create(&mut self, name: &str) -> String;

    /// The URL of a repository, credentials included.
    fn url(&self, name: &str) -> String;

    /// Says which branch a clone gets.
    fn set_default_branch(&mut self, repository: &str, branch: &str);

    /// Makes branches that point to `commit`, which was pushed. Not by git, whose own time to push a ref grows with the number
    /// of refs.
    fn add_branches(&mut self, repository: &str, commit: &str, count: usize);

    /// Processor seconds spent so far.
    fn cpu(&self) -> f64;

    /// Forgets the peak of memory.
    fn reset_peak(&self) {}

    /// Bytes of memory at the peak since then, above idle; 0 when that is not measured.
    fn peak(&self) -> u64 {
        0
    }
}

/// `coldforge serve`.
pub(crate) struct Ours {
    server: Server,
    idle: u64,
}

impl Ours {
    /// Starts a server; with `recording` it tells the calls of its ports.
    pub(crate) fn start(directory: &Path, recording: bool) -> Self {
        Self::start_with(directory, recording, &[])
    }

    /// Starts a server with more arguments.
    pub(crate) fn start_with(directory: &Path, recording: bool, arguments: &[&str]) -> Self {
        std::fs::create_dir_all(directory).unwrap();
        let (name, value) = port_calls::RECORDING;
        let environment = if recording { vec![(name.to_owned(), value.to_owned())] } else { Vec::new() };
        let program = std::env::current_exe().unwrap().with_file_name("coldforge");
        let options = Options {
            program: Some(program),
            environment,
            arguments: arguments.iter().map(|it| (*it).to_owned()).collect(),
        };
        let server = Server::start_with(directory, &options);
        let idle = server.memory("VmRSS");
        Self { server, idle }
    }

    /// How long the log is.
    pub(crate) fn log_length(&self) -> usize {
        self.server.log().len()
    }

    /// The calls that the log tells behind `start`, of all requests of an operation.
    pub(crate) fn calls_since(&self, start: usize) -> PortCalls {
        // The line of a request is written when its last byte is on the way, which the client may see first.
        std::thread::sleep(Duration::from_millis(200));
        port_calls::told(&self.server.log(), start).0
    }

    /// The server itself.
    pub(crate) fn server(&mut self) -> &mut Server {
        &mut self.server
    }
}

impl Contestant for Ours {
    fn create(&mut self, name: &str) -> String {
        self.server.create_repository(name);
        self.url(name)
    }

    fn url(&self, name: &str) -> String {
        let keys = &self.server.credentials;
        self.server.url(name).replace("://", &format!("://{}:{}@", keys.git_username, keys.git_password))
    }

    fn set_default_branch(&mut self, repository: &str, branch: &str) {
        let input = json!({ "repositoryName": repository, "defaultBranchName": branch });
        self.server.api_ok("UpdateDefaultBranch", input);
    }

    fn add_branches(&mut self, repository: &str, commit: &str, count: usize) {
        for number in 0..count {
            let branch = format!("branch-{number:05}");
            let input = json!({ "repositoryName": repository, "branchName": branch, "commitId": commit });
            self.server.api_ok("CreateBranch", input);
        }
    }

    fn cpu(&self) -> f64 {
        cpu_seconds(self.server.pid())
    }

    fn reset_peak(&self) {
        self.server.reset_peak_memory();
    }

    fn peak(&self) -> u64 {
        self.server.memory("VmHWM").saturating_sub(self.idle)
    }
}

/// `git http-backend` behind lighttpd.
pub(crate) struct CGit {
    repositories: PathBuf,
    address: String,
    process: Child,
}

impl CGit {
    /// Starts lighttpd, which must be installed (Debian package `lighttpd`).
    pub(crate) fn start(directory: &Path) -> Self {
        let repositories = directory.join("repositories");
        std::fs::create_dir_all(&repositories).unwrap();
        let path = Command::new("git").arg("--exec-path").output().unwrap().stdout;
        let backend = Path::new(String::from_utf8(path).unwrap().trim()).join("git-http-backend");
        let port = free_port();
        let configuration = format!(
            "server.modules = (\"mod_alias\", \"mod_setenv\", \"mod_cgi\")\nserver.document-root = \"{root}\"\n\
             server.bind = \"127.0.0.1\"\nserver.port = {port}\nserver.upload-dirs = (\"{scratch}\")\n\
             server.max-request-size = 0\nserver.stream-response-body = 2\n\
             alias.url = (\"/git\" => \"{backend}\")\n$HTTP[\"url\"] =~ \"^/git\" {{\n  cgi.assign = (\"\" => \"\")\n  \
             setenv.add-environment = (\"GIT_PROJECT_ROOT\" => \"{root}\", \"GIT_HTTP_EXPORT_ALL\" => \"1\")\n}}\n",
            root = repositories.display(),
            scratch = directory.display(),
            backend = backend.display(),
        );
        let file = directory.join("lighttpd.conf");
        std::fs::write(&file, configuration).unwrap();
        let mut command = Command::new("lighttpd");
        let command = command.arg("-D").arg("-f").arg(&file).env("PATH", search_path()).stderr(Stdio::null());
        let process = command.spawn().expect("lighttpd is needed: apt-get install lighttpd");
        let address = format!("127.0.0.1:{port}");
        for _ in 0..100 {
            if std::net::TcpStream::connect(&address).is_ok() {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let server = Self { repositories, address, process };
        assert!(http::request(&server.address, "GET", "/", &[], b"").status > 0);
        server
    }
}

/// Debian keeps servers where only root looks.
fn search_path() -> String {
    format!("{}:/usr/sbin:/usr/local/sbin", std::env::var("PATH").unwrap_or_default())
}

impl Contestant for CGit {
    fn create(&mut self, name: &str) -> String {
        let path = self.repositories.join(name);
        let path = path.to_str().unwrap();
        let settings = [
            ("http.receivepack", "true"),
            ("gc.auto", "0"),
            ("uploadpack.allowFilter", "true"),
            ("maintenance.auto", "false"),
        ];
        assert!(
            Command::new("git")
                .args(["init", "--quiet", "--bare", "--initial-branch=main", path])
                .status()
                .unwrap()
                .success()
        );
        for (name, value) in settings {
            assert!(Command::new("git").args(["-C", path, "config", name, value]).status().unwrap().success());
        }
        self.url(name)
    }

    fn url(&self, name: &str) -> String {
        format!("http://{}/git/{name}", self.address)
    }

    fn set_default_branch(&mut self, repository: &str, branch: &str) {
        let path = self.repositories.join(repository);
        let head = format!("refs/heads/{branch}");
        let status = Command::new("git").arg("-C").arg(path).args(["symbolic-ref", "HEAD", &head]).status();
        assert!(status.unwrap().success());
    }

    fn add_branches(&mut self, repository: &str, commit: &str, count: usize) {
        let path = self.repositories.join(repository);
        let mut command = Command::new("git");
        let mut child =
            command.arg("-C").arg(path).args(["update-ref", "--stdin"]).stdin(Stdio::piped()).spawn().unwrap();
        let lines: String =
            (0..count).map(|number| format!("create refs/heads/branch-{number:05} {commit}\n")).collect();
        child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success());
    }

    fn cpu(&self) -> f64 {
        // What a CGI process and its children spent counts when the web server has waited for it, which may be after the client
        // has its answer.
        let pid = self.process.id();
        let children = format!("/proc/{pid}/task/{pid}/children");
        while std::fs::read_to_string(&children).is_ok_and(|children| !children.trim().is_empty()) {
            std::thread::sleep(Duration::from_millis(10));
        }
        cpu_seconds(pid)
    }
}

impl Drop for CGit {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}
