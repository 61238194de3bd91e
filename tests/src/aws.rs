//! The AWS CLI and Python clients of the virtual environment that `make` prepares, unchanged, configured as a person would.

use crate::model::Model;
use crate::server::Server;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A home directory whose AWS configuration points at a server.
#[derive(Debug, Clone)]
pub struct Aws {
    home: PathBuf,
}

impl Aws {
    /// Writes the profile `cc` for the administrator of `server`.
    pub fn new(home: &Path, server: &Server) -> Self {
        std::fs::create_dir_all(home.join(".aws")).unwrap();
        let credentials = &server.credentials;
        let config = format!(
            "[profile cc]\nregion = {}\naws_access_key_id = {}\naws_secret_access_key = {}\nservices = cc\n\
             [services cc]\ncodecommit =\n  endpoint_url = {endpoint}\niam =\n  endpoint_url = {endpoint}\nsts =\n  \
             endpoint_url = {endpoint}\ncoldforge =\n  endpoint_url = {endpoint}\n",
            credentials.region,
            credentials.access_key_id,
            credentials.secret_access_key,
            endpoint = credentials.endpoint
        );
        std::fs::write(home.join(".aws/config"), config).unwrap();
        Self { home: home.to_owned() }
    }

    /// Gives the clients of this home the model of Coldforge's own operations, as `aws configure add-model` does it.
    pub fn add_model(&self) {
        let model = format!("file://{}", Model::own_file().display());
        let arguments = ["configure", "add-model", "--service-name", "coldforge", "--service-model", &model];
        let output = self.command("aws").args(arguments).output().unwrap();
        assert!(output.status.success(), "aws configure add-model: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// A program of the virtual environment in this home.
    pub fn command(&self, program: &str) -> Command {
        let bin = environment().join("bin");
        let file = bin.join(program);
        assert!(file.exists(), "{} is missing: run `make venv`", file.display());
        let mut command = Command::new(file);
        command
            .env_clear()
            .env("PATH", format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default()))
            .env("HOME", &self.home)
            .env("LC_ALL", "C.UTF-8")
            .env("AWS_PROFILE", "cc")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_PAGER", "")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::null());
        command
    }

    /// `aws codecommit …`, as it comes out.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command("aws").arg("codecommit").args(arguments).args(["--output", "json"]).output().unwrap()
    }

    /// `aws codecommit …`, which must succeed; gives its output (null if it prints nothing).
    pub fn ok(&self, arguments: &[&str]) -> Value {
        let output = self.run(arguments);
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "aws codecommit {}: {}\n{told}", arguments.join(" "), output.status);
        if output.stdout.iter().all(u8::is_ascii_whitespace) {
            return Value::Null;
        }
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// `aws codecommit …`, which must fail; gives what it told the person.
    pub fn refused(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "this should be refused: aws codecommit {}", arguments.join(" "));
        told
    }

    /// Runs a script of `tests/python`, whose checks must all hold.
    pub fn python(&self, script: &str, arguments: &[&str]) {
        self.python_in(&self.home, script, arguments);
    }

    /// Runs a script of `tests/python`, whose checks must all hold, and gives what it printed.
    pub fn python_tells(&self, script: &str, arguments: &[&str]) -> String {
        self.python_in(&self.home, script, arguments)
    }

    /// Runs a script of `tests/python` in a directory; gives what it printed.
    pub fn python_in(&self, directory: &Path, script: &str, arguments: &[&str]) -> String {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("python").join(script);
        let output = self.command("python").arg(file).args(arguments).current_dir(directory).output().unwrap();
        let (out, told) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{script} {}: {}\n{out}\n{told}", arguments.join(" "), output.status);
        out.into_owned()
    }
}

/// The virtual environment: `COLDFORGE_VENV`, or `.venv` at the top.
pub fn environment() -> PathBuf {
    match std::env::var_os("COLDFORGE_VENV") {
        Some(directory) => directory.into(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(".venv"),
    }
}
