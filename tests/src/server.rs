//! A server of one's own behind the door of this run: started on a free port, ended with the test.

use crate::door::Door;
use crate::http;
use crate::random::Random;
use crate::secrets;
use crate::signing::{ApiError, Call};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How long a start or a clean end may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a minute of rehearsed clocks takes, in milliseconds, unless a journey says otherwise: what fails is tried again by them.
const REHEARSED_MINUTE: &str = "3000";

/// What `DIR/admin-credentials.json` holds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AdminCredentials {
    /// The service's URL.
    pub endpoint: String,
    /// The region it says it is in.
    pub region: String,
    /// The account id in its ARNs.
    pub account_id: String,
    /// The administrator's access key id.
    pub access_key_id: String,
    /// The administrator's secret key.
    pub secret_access_key: String,
    /// The user name for git.
    pub git_username: String,
    /// The password for git.
    pub git_password: String,
}

/// A running server. When it is dropped, nothing that it wrote may have a secret in it.
pub struct Server {
    /// What its first start wrote for the administrator.
    pub credentials: AdminCredentials,
    /// Its data directory.
    pub data_dir: PathBuf,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    address: String,
    child: Child,
}

/// How a server is started.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The program; the one behind the door of this run when empty.
    pub program: Option<PathBuf>,
    /// More arguments for `serve`.
    pub arguments: Vec<String>,
    /// More environment variables.
    pub environment: Vec<(String, String)>,
}

impl Server {
    /// Starts a server on `directory`/data; its output goes to `directory`/server.out and .log.
    pub fn start(directory: &Path) -> Self {
        Self::start_with(directory, &Options::default())
    }

    /// Starts a server with more arguments.
    pub fn start_with(directory: &Path, options: &Options) -> Self {
        let data_dir = directory.join("data");
        // Another test may take the port between the look and the start.
        for _ in 0..10 {
            let address = format!("127.0.0.1:{}", free_port());
            let program = options.program.clone().unwrap_or_else(|| Door::of_this_run().program());
            let mut arguments = vec![program.display().to_string(), "serve".to_owned()];
            arguments.extend(["--data-dir".to_owned(), data_dir.display().to_string()]);
            arguments.extend(["--listen".to_owned(), address.clone(), "--region".to_owned(), "eu-west-1".to_owned()]);
            arguments.extend(["--account-id".to_owned(), "123456789012".to_owned()]);
            arguments.extend(["--log-format".to_owned(), "json".to_owned()]);
            arguments.extend(options.arguments.iter().cloned());
            let child = spawn(&arguments, &options.environment, directory);
            let mut server = Self {
                credentials: AdminCredentials::default(),
                data_dir: data_dir.clone(),
                arguments,
                environment: options.environment.clone(),
                address,
                child,
            };
            if server.wait_until_healthy() {
                server.credentials = read_credentials(&data_dir);
                return server;
            }
            assert!(server.log().contains("in use"), "the server did not start:\n{}", server.log());
        }
        panic!("no free port found");
    }

    /// Host and port.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The URL of a repository.
    pub fn url(&self, repository: &str) -> String {
        format!("{}/v1/repos/{repository}", self.credentials.endpoint)
    }

    /// The server's process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Everything it logged since its first start.
    pub fn log(&self) -> String {
        std::fs::read(self.log_file()).map(|log| String::from_utf8_lossy(&log).into_owned()).unwrap_or_default()
    }

    /// Everything it printed for a person since its first start.
    pub fn output(&self) -> String {
        std::fs::read_to_string(self.data_dir.with_file_name("server.out")).unwrap_or_default()
    }

    /// Where it logs.
    pub fn log_file(&self) -> PathBuf {
        self.data_dir.with_file_name("server.log")
    }

    /// Calls an operation of the API.
    pub fn api(&self, operation: &str, input: Value) -> Result<Value, ApiError> {
        Call::new(self, operation, &input).send(self)
    }

    /// Calls an operation that must succeed.
    pub fn api_ok(&self, operation: &str, input: Value) -> Value {
        self.api(operation, input.clone()).unwrap_or_else(|error| panic!("{operation} {input}: {error:?}"))
    }

    /// Calls an operation that must fail, and gives the error's name.
    pub fn api_error(&self, operation: &str, input: Value) -> String {
        match self.api(operation, input.clone()) {
            Ok(output) => panic!("{operation} {input} should be refused, but answered {output}"),
            Err(error) => error.name,
        }
    }

    /// Makes an empty repository and gives its URL.
    pub fn create_repository(&self, name: &str) -> String {
        self.api_ok("CreateRepository", json!({ "repositoryName": name }));
        self.url(name)
    }

    /// The value of a Basic `Authorization` header with the administrator's git password.
    pub fn basic(&self) -> String {
        basic(&self.credentials.git_username, &self.credentials.git_password)
    }

    /// Ends it as a power cut does.
    pub fn kill(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }

    /// Sends SIGTERM.
    pub fn ask_to_end(&self) {
        signal(self.pid(), "TERM");
    }

    /// Sends SIGTERM and waits.
    pub fn terminate(&mut self) -> ExitStatus {
        self.ask_to_end();
        self.wait_for_end()
    }

    /// Waits until it has ended.
    pub fn wait_for_end(&mut self) -> ExitStatus {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the server did not end:\n{}", self.log());
    }

    /// Starts it again on the same data and the same port, after it has ended.
    pub fn start_again(&mut self) {
        self.child = spawn(&self.arguments, &self.environment, self.directory());
        assert!(self.wait_until_healthy(), "the server did not start again:\n{}", self.log());
    }

    /// Gives it more arguments for the next start.
    pub fn add_arguments<'a>(&mut self, arguments: impl IntoIterator<Item = &'a str>) {
        self.arguments.extend(arguments.into_iter().map(str::to_owned));
    }

    /// Starts it again with other environment variables.
    pub fn start_again_with(&mut self, environment: &[(String, String)]) {
        self.environment = environment.to_vec();
        self.start_again();
    }

    /// A field of `/proc/PID/status` in bytes, such as `VmRSS` or `VmHWM`.
    pub fn memory(&self, field: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with(&format!("{field}:")));
        line.and_then(|line| line.split_whitespace().nth(1)).and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) * 1024
    }

    /// Makes `VmHWM` start again from what is used now.
    pub fn reset_peak_memory(&self) {
        _ = std::fs::write(format!("/proc/{}/clear_refs", self.pid()), "5");
    }

    fn directory(&self) -> &Path {
        self.data_dir.parent().unwrap()
    }

    /// Whether it serves; `false` when it has ended instead.
    fn wait_until_healthy(&mut self) -> bool {
        let start = Instant::now();
        let tls = self.arguments.iter().any(|argument| argument == "--tls-certificate");
        while start.elapsed() < PATIENCE {
            if self.child.try_wait().unwrap().is_some() {
                return false;
            }
            let listening = std::net::TcpStream::connect(&self.address).is_ok();
            // What speaks TLS is not asked; its credentials are written just before it serves.
            let serves = || match tls {
                true => self.data_dir.join("admin-credentials.json").exists(),
                false => http::status(&self.address, "/healthz") == Some(200),
            };
            if listening && serves() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the server does not get healthy:\n{}", self.log());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            let log = self.log();
            let from = log.len().saturating_sub(4000);
            eprintln!("the end of the server's log:\n{}", log.get(from..).unwrap_or(&log));
        } else {
            secrets::assert_none_written(&self.log_file(), &self.data_dir);
        }
    }
}

/// Sends a signal by name.
pub fn signal(pid: u32, name: &str) {
    let sent = Command::new("kill").arg(format!("-{name}")).arg(pid.to_string()).status().unwrap();
    assert!(sent.success(), "kill -{name} {pid} failed");
}

/// The value of a Basic `Authorization` header.
pub fn basic(user: &str, password: &str) -> String {
    use base64::Engine;
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}")))
}

/// The `coldforge` program: `COLDFORGE_BIN`, or the one built beside this test.
pub fn program() -> PathBuf {
    built("COLDFORGE_BIN", "coldforge")
}

/// The `rehearsal` program: `COLDFORGE_REHEARSAL`, or the one built beside this test.
pub fn rehearsal() -> PathBuf {
    built("COLDFORGE_REHEARSAL", "rehearsal")
}

/// The program that a variable names, or the one of that name built beside this test.
fn built(variable: &str, name: &str) -> PathBuf {
    if let Some(program) = std::env::var_os(variable) {
        return program.into();
    }
    let test = std::env::current_exe().unwrap();
    let program = test.ancestors().skip(1).take(2).map(|directory| directory.join(name)).find(|file| file.exists());
    program.unwrap_or_else(|| panic!("no {name} beside {}: run `make build`", test.display()))
}

/// A port below the range from which the system takes ports for connections, so that nobody takes it by accident while a
/// server starts again.
pub fn free_port() -> u16 {
    let mut random = Random::of_this_run();
    for _ in 0..1000 {
        let port = 11_000 + random.below(20_000) as u16;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no free port found");
}

fn spawn(arguments: &[String], environment: &[(String, String)], directory: &Path) -> Child {
    let append = |name: &str| -> File { File::options().create(true).append(true).open(directory.join(name)).unwrap() };
    // All tests sign in from one address, and many of them wrongly; those that are about that say so by arguments.
    let patient = ["ADDRESS", "CREDENTIAL"].map(|what| (format!("COLDFORGE_MAX_FAILED_SIGN_INS_OF_{what}"), "1000000"));
    Command::new(&arguments[0])
        .args(&arguments[1..])
        .envs(patient)
        .env("COLDFORGE_MINUTE", REHEARSED_MINUTE)
        .envs(environment.iter().cloned())
        .stdin(Stdio::null())
        .stdout(append("server.out"))
        .stderr(append("server.log"))
        .spawn()
        .unwrap_or_else(|error| panic!("{} cannot be started: {error}", arguments[0]))
}

fn read_credentials(data_dir: &Path) -> AdminCredentials {
    let file = data_dir.join("admin-credentials.json");
    let json = std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    serde_json::from_slice(&json).unwrap()
}
