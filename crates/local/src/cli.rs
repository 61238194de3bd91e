//! What can be typed after `coldforge`.

use crate::commands::{
    Audit, Call, CredentialProcess, GitCredential, IamPrincipal, Notification, Protection, Status, Token, Webhook,
};
use clap::{Args, Parser, Subcommand, ValueEnum};
use domain::{Destination, EventBus};
use egress::Network;
use embedded::Endpoint;
use service::Quotas;
use std::net::SocketAddr;
use std::path::PathBuf;

/// A Git service that speaks Git smart HTTP and the AWS CodeCommit API.
#[derive(Debug, Parser)]
#[command(name = "coldforge", version, about, propagate_version = true, max_term_width = 100)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the service on this machine.
    ///
    /// Everything is kept below one data directory. The first start makes an administrator, prints its keys once and
    /// writes them to DIR/admin-credentials.json (readable by you alone). Stop it with Ctrl-C or SIGTERM: running pushes
    /// are finished first.
    Serve(Box<Serve>),

    /// Call an operation of a running service: JSON in, JSON out.
    ///
    /// This reaches everything that AWS's own tools have no words for. Requests are signed with an access key, which is
    /// looked for where AWS's tools look for it.
    Call(Call),

    /// Manage webhooks: URLs that are told of what happens.
    Webhook(Webhook),

    /// Manage notification rules: topics of SNS that are told of what happens to a repository.
    Notification(Notification),

    /// Get keys that are good for some hours, for AWS's clients (`credential_process` in ~/.aws/config).
    CredentialProcess(CredentialProcess),

    /// Sign git in (`credential.helper` in ~/.gitconfig).
    GitCredential(GitCredential),

    /// Manage which users and roles of AWS IAM sign in as which user.
    IamPrincipal(IamPrincipal),

    /// Show what was done, by whom, and what was refused.
    Audit(Audit),

    /// Tokens for git that may do less than their owner: make, list, disable, delete.
    Token(Token),

    /// Protected refs: what may not be done to them, whatever policies allow.
    Protection(Protection),

    /// Commit statuses: how the checks of a commit went.
    Status(Status),
}

/// How to serve.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Where repositories, keys and settings are kept; made if missing. One process at a time may use it.
    #[arg(long, value_name = "DIR", default_value = "coldforge-data", env = "COLDFORGE_DATA_DIR")]
    pub(crate) data_dir: PathBuf,

    /// The address to listen on. Addresses beyond this machine need TLS.
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:7420", env = "COLDFORGE_LISTEN")]
    pub(crate) listen: SocketAddr,

    /// The AWS region the service says it is in. Clients must be configured for the same one.
    #[arg(long, value_name = "REGION", default_value = "us-east-1", env = "COLDFORGE_REGION")]
    pub(crate) region: String,

    /// The AWS account id that ARNs carry: 12 digits.
    #[arg(long, value_name = "N", default_value = "000000000000", env = "COLDFORGE_ACCOUNT_ID")]
    pub(crate) account_id: String,

    /// The host (and port) under which clients reach the service, if that is not the listen address. May be given several
    /// times; the first one stands in clone URLs. Signatures made for any other host are refused.
    #[arg(long = "host", value_name = "HOST[:PORT]")]
    pub(crate) hosts: Vec<String>,

    /// Serve HTTPS with this certificate chain (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_certificate: Option<PathBuf>,

    /// The certificate's private key (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    pub(crate) tls_key: Option<PathBuf>,

    /// How many repositories there may be.
    #[arg(long, value_name = "N", default_value_t = Quotas::default().repositories, env = "COLDFORGE_MAX_REPOSITORIES")]
    pub(crate) max_repositories: usize,

    /// How many approval rule templates there may be.
    #[arg(
        long,
        value_name = "N",
        default_value_t = Quotas::default().approval_rule_templates,
        env = "COLDFORGE_MAX_APPROVAL_RULE_TEMPLATES"
    )]
    pub(crate) max_approval_rule_templates: usize,

    /// How many open pull requests a repository may have.
    #[arg(
        long,
        value_name = "N",
        default_value_t = Quotas::default().open_pull_requests,
        env = "COLDFORGE_MAX_OPEN_PULL_REQUESTS"
    )]
    pub(crate) max_open_pull_requests: usize,

    /// How many days a token for git may be good for at most.
    #[arg(long, value_name = "N", default_value_t = Quotas::default().token_days, env = "COLDFORGE_MAX_TOKEN_DAYS")]
    pub(crate) max_token_days: u32,

    /// How many sign-ins from one address may fail within a minute before further failures are answered with 429. Whoever signs
    /// in rightly is never held up.
    #[arg(
        long,
        value_name = "N",
        default_value_t = Quotas::default().failed_sign_ins_of_address,
        env = "COLDFORGE_MAX_FAILED_SIGN_INS_OF_ADDRESS"
    )]
    pub(crate) max_failed_sign_ins_of_address: u32,

    /// The same for one access key or password.
    #[arg(
        long,
        value_name = "N",
        default_value_t = Quotas::default().failed_sign_ins_of_credential,
        env = "COLDFORGE_MAX_FAILED_SIGN_INS_OF_CREDENTIAL"
    )]
    pub(crate) max_failed_sign_ins_of_credential: u32,

    /// An endpoint that stands in for the topic, the function or the event bus with this ARN. It gets what the topic's
    /// subscribers, the function or the targets of the bus's rules would get, as a POST. Every event goes to the bus, if there
    /// is one. May be given several times; http:// works for this machine only.
    #[arg(long = "destination", value_name = "ARN=URL", value_parser = destination)]
    pub(crate) destinations: Vec<(String, Endpoint)>,

    /// A network, such as 10.1.0.0/16 or 127.0.0.1, that webhooks may be in although it is not public; they may also be plain
    /// http:// there. May be given several times.
    #[arg(long = "webhook-allow", value_name = "CIDR")]
    pub(crate) webhook_allow: Vec<Network>,

    /// Where people can look at repositories in a browser: links in messages lead there. Without it they are clone URLs.
    #[arg(long, value_name = "URL", env = "COLDFORGE_CONSOLE")]
    pub(crate) console: Option<String>,

    /// For how many days records of what was done are kept in DIR/audit, besides today's.
    #[arg(long, value_name = "DAYS", default_value_t = 90, env = "COLDFORGE_AUDIT_RETENTION_DAYS")]
    pub(crate) audit_retention_days: u32,

    /// How log lines look on standard error.
    #[arg(long, value_enum, default_value_t = LogFormat::Text, env = "COLDFORGE_LOG_FORMAT")]
    pub(crate) log_format: LogFormat,

    /// What is logged: a level, or directives such as `info,service=debug`.
    #[arg(long, value_name = "FILTER", default_value = "info", env = "COLDFORGE_LOG")]
    pub(crate) log: String,
}

/// The form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for programs.
    Json,
}

fn destination(text: &str) -> Result<(String, Endpoint), String> {
    let (arn, url) = text.split_once('=').ok_or("it must look like ARN=URL")?;
    if EventBus::parse(arn).is_none() {
        Destination::parse(arn).map_err(|error| error.to_string())?;
    }
    Ok((arn.to_owned(), Endpoint::parse(url).map_err(|error| error.to_string())?))
}
