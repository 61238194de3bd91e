//! The clients, unchanged, each asked to list repositories or the refs of one.

use super::world::Setting;
use aws_sdk_codecommit::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_codecommit::error::DisplayErrorContext;
use std::path::Path;
use std::process::Command;
use tests::Git;
use tests::aws::environment;
use tests::server::program;

/// A kind of client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Client {
    Cli,
    Boto3,
    RustSdk,
    JavaScriptSdk,
    Curl,
    CredentialHelper,
    GitRemoteCodecommit,
    GitPassword,
    CredentialProcess,
}

/// Nothing, or what the person was told.
type Done = Result<(), String>;

impl Client {
    /// Has the client do something.
    pub(crate) fn call(self, setting: &Setting) -> Done {
        match self {
            Self::Cli => cli(setting),
            Self::Boto3 => boto3(setting),
            Self::RustSdk => rust_sdk(setting),
            Self::JavaScriptSdk => javascript_sdk(setting),
            Self::Curl => curl(setting),
            Self::CredentialHelper => credential_helper(setting),
            Self::GitRemoteCodecommit => git_remote_codecommit(setting),
            Self::GitPassword => git_password(setting),
            Self::CredentialProcess => credential_process(setting),
        }
    }
}

/// What most clients read from the environment.
fn variables(setting: &Setting) -> Vec<(&'static str, String)> {
    let path = format!("{}:{}", environment().join("bin").display(), std::env::var("PATH").unwrap());
    let mut variables = vec![
        ("PATH", path),
        ("AWS_ACCESS_KEY_ID", setting.access_key_id.clone()),
        ("AWS_SECRET_ACCESS_KEY", setting.secret_access_key.clone()),
        ("AWS_DEFAULT_REGION", setting.region.clone()),
        ("AWS_REGION", setting.region.clone()),
        ("AWS_ENDPOINT_URL_CODECOMMIT", setting.endpoint.clone()),
        ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ("AWS_MAX_ATTEMPTS", "1".to_owned()),
    ];
    variables.extend(setting.session_token.clone().map(|token| ("AWS_SESSION_TOKEN", token)));
    variables.extend(setting.certificate.as_ref().map(|file| ("GIT_SSL_CAINFO", file.display().to_string())));
    variables
}

/// A program with nothing but these in its environment.
fn command(program: impl AsRef<Path>, setting: &Setting) -> Command {
    std::fs::create_dir_all(&setting.home).unwrap();
    let mut command = Command::new(program.as_ref());
    command.env_clear().env("HOME", &setting.home).env("LC_ALL", "C.UTF-8").envs(variables(setting));
    command
}

/// Runs a program; what it prints when all is well has `word` in it.
fn run(mut command: Command, word: &str) -> Done {
    let output = command.output().unwrap();
    let (printed, told) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if output.status.success() && printed.contains(word) { Ok(()) } else { Err(format!("{printed}{told}")) }
}

fn cli(setting: &Setting) -> Done {
    let mut command = command(environment().join("bin/aws"), setting);
    command.args(["codecommit", "list-repositories"]);
    run(command, "demo")
}

fn boto3(setting: &Setting) -> Done {
    let mut command = command(environment().join("bin/python"), setting);
    command.args(["-c", "import boto3; print(boto3.client('codecommit').list_repositories()['repositories'])"]);
    run(command, "demo")
}

fn javascript_sdk(setting: &Setting) -> Done {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("javascript/call.js");
    let installed = script.with_file_name("node_modules");
    assert!(installed.is_dir(), "{} is missing: run `make venv`", installed.display());
    let mut command = command("node", setting);
    command.arg(script);
    run(command, "demo")
}

fn curl(setting: &Setting) -> Done {
    let mut command = command("curl", setting);
    command
        .args(["--silent", "--show-error", "--request", "POST", "--data", "{}"])
        .args(["--aws-sigv4", &format!("aws:amz:{}:codecommit", setting.region)])
        .args(["--user", &format!("{}:{}", setting.access_key_id, setting.secret_access_key)])
        .args(["--header", "Content-Type: application/x-amz-json-1.1"])
        .args(["--header", "X-Amz-Target: CodeCommit_20150413.ListRepositories"]);
    if let Some(token) = &setting.session_token {
        command.args(["--header", &format!("X-Amz-Security-Token: {token}")]);
    }
    command.arg(format!("{}/", setting.endpoint));
    run(command, "demo")
}

fn rust_sdk(setting: &Setting) -> Done {
    let keys = Credentials::new(
        &setting.access_key_id,
        &setting.secret_access_key,
        setting.session_token.clone(),
        None,
        "tests",
    );
    let config = aws_sdk_codecommit::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(setting.region.clone()))
        .endpoint_url(&setting.endpoint)
        .credentials_provider(keys)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let listed = runtime.block_on(aws_sdk_codecommit::Client::from_conf(config).list_repositories().send());
    match listed {
        Ok(listed) if listed.repositories().iter().any(|one| one.repository_name() == Some("demo")) => Ok(()),
        Ok(listed) => Err(format!("{listed:?}")),
        Err(error) => Err(DisplayErrorContext(&error).to_string()),
    }
}

/// A git with more lines in its configuration; nothing else of the machine's.
fn git(setting: &Setting, lines: &str) -> Git {
    let git = Git::new(&setting.home).configure(lines);
    variables(setting).into_iter().fold(git, |git, (name, value)| git.with_env(name, value))
}

fn list_refs(git: &Git, setting: &Setting, url: &str) -> Done {
    let output = git.run(&setting.home, &["ls-remote", url]);
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

fn credential_helper(setting: &Setting) -> Done {
    let helper = format!(
        "[credential \"{}\"]\n\thelper =\n\thelper = \"!f(){{ test \\\"$1\\\" = get && aws codecommit credential-helper \
         --ignore-host-check get; }}; f\"\n\tuseHttpPath = true\n",
        setting.endpoint
    );
    list_refs(&git(setting, &helper), setting, &format!("{}/v1/repos/demo", setting.endpoint))
}

fn git_remote_codecommit(setting: &Setting) -> Done {
    let host = setting.endpoint.split_once("://").unwrap().1;
    let git = git(setting, "").with_env("CODE_COMMIT_ENDPOINT", host);
    list_refs(&git, setting, &format!("codecommit::{}://demo", setting.region))
}

fn git_password(setting: &Setting) -> Done {
    let Setting { git_username, git_password, endpoint, .. } = setting;
    let (scheme, host) = endpoint.split_once("://").unwrap();
    std::fs::create_dir_all(&setting.home).unwrap();
    let line = format!("{scheme}://{git_username}:{git_password}@{host}\n");
    std::fs::write(setting.home.join(".git-credentials"), line).unwrap();
    let git = git(setting, "[credential]\n\thelper = store\n");
    list_refs(&git, setting, &format!("{endpoint}/v1/repos/demo"))
}

fn credential_process(setting: &Setting) -> Done {
    let Setting { region, access_key_id, secret_access_key, endpoint, keys_endpoint, .. } = setting;
    let token =
        setting.session_token.as_ref().map(|token| format!("aws_session_token = {token}\n")).unwrap_or_default();
    std::fs::create_dir_all(setting.home.join(".aws")).unwrap();
    let config = format!(
        "[profile keys]\nregion = {region}\naws_access_key_id = {access_key_id}\n\
         aws_secret_access_key = {secret_access_key}\n{token}services = keys\n\
         [services keys]\ncodecommit =\n  endpoint_url = {keys_endpoint}\n\
         [profile work]\nregion = {region}\nservices = work\n\
         credential_process = {} credential-process --profile keys\n\
         [services work]\ncodecommit =\n  endpoint_url = {endpoint}\n",
        program().display()
    );
    std::fs::write(setting.home.join(".aws/config"), config).unwrap();
    let mut command = command(environment().join("bin/aws"), setting);
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_CODECOMMIT"] {
        command.env_remove(name);
    }
    command.env("AWS_PROFILE", "work").args(["codecommit", "list-repositories"]);
    run(command, "demo")
}
