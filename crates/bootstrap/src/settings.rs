//! What the deployment says, in environment variables.

use crate::function::Function;
use crate::metrics::Metrics;
use domain::{AccountId, EventBus, IamPrincipal, Region};
use egress::Network;
use service::Quotas;
use std::path::PathBuf;
use std::str::FromStr;

/// Of a function's memory, the share that each of the two caches may take: so much is left for requests.
const CACHE_SHARE: u64 = 16;

/// The least that a cache gets, in bytes.
const SMALLEST_CACHE: u64 = 16 << 20;

/// The settings of a function.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Which function this is.
    pub(crate) function: Function,
    /// The deployment's name, with which the function's begins; unknown where the function has another name than it gets there.
    pub(crate) stack: Option<String>,
    /// The name of the DynamoDB table.
    pub(crate) table: String,
    /// The name of the S3 bucket.
    pub(crate) bucket: String,
    /// The KMS key for everything that has none of its own.
    pub(crate) key_arn: String,
    /// What the edge adds to requests, so that they are known to come from there; without it, nothing is taken for that.
    pub(crate) origin_secret: Option<String>,
    /// How much of packs, and how much of decoded objects, is kept in memory, in bytes.
    pub(crate) cache_bytes: u64,
    /// Where files are worked on.
    pub(crate) scratch: PathBuf,
    /// What is logged.
    pub(crate) log: String,
    /// The IAM principal that is the administrator when it signs in.
    pub(crate) administrator: Option<IamPrincipal>,
    /// The bus that every event goes to.
    pub(crate) bus: Option<EventBus>,
    /// Where a person can look at repositories in a browser, if there is such a place; no slash at its end.
    pub(crate) console: Option<String>,
    /// The networks that webhooks may be in besides the public ones.
    pub(crate) webhook_allow: Vec<Network>,
    /// The ARN of the function that delivers what waits in one lane; functions that find lanes run it.
    pub(crate) lane_worker: Option<String>,
    /// Where the service is, as its clients see it.
    pub(crate) service: service::Settings,
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SettingsError {
    /// A variable is needed.
    #[error("the environment variable {0} is not set; the stack's template sets it")]
    Missing(&'static str),
    /// A variable does not hold what it should.
    #[error("the environment variable {name} is '{value}': {reason}")]
    Invalid { name: &'static str, value: String, reason: String },
    /// The handler names no function.
    #[error("there is no function '{0}' in this version; the handler must be one of infra/functions.json")]
    UnknownFunction(String),
}

impl Settings {
    /// The settings that the process was given.
    pub(crate) fn from_environment() -> Result<Self, SettingsError> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    /// The settings that these variables hold. An empty one counts as not set.
    pub(crate) fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let optional = |name: &str| variable(name).filter(|value| !value.is_empty());
        let required = |name: &'static str| optional(name).ok_or(SettingsError::Missing(name));

        let handler = required("_HANDLER")?;
        let name = optional("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default();
        let stack = name.strip_suffix(&handler).and_then(|rest| rest.strip_suffix('-')).map(str::to_owned);
        let function = Function::named(&handler).ok_or(SettingsError::UnknownFunction(handler))?;
        let region = parsed("AWS_REGION", required("AWS_REGION")?, Region::parse)?;
        let account = required("COLDFORGE_ACCOUNT_ID")?;
        let account = parsed("COLDFORGE_ACCOUNT_ID", account, AccountId::parse)?;
        let hosts = required("COLDFORGE_HOSTS")?;
        let usual = Quotas::default();
        let quotas = Quotas {
            repositories: number(optional, "COLDFORGE_MAX_REPOSITORIES", usual.repositories)?,
            approval_rule_templates: number(
                optional,
                "COLDFORGE_MAX_APPROVAL_RULE_TEMPLATES",
                usual.approval_rule_templates,
            )?,
            open_pull_requests: number(optional, "COLDFORGE_MAX_OPEN_PULL_REQUESTS", usual.open_pull_requests)?,
            token_days: number(optional, "COLDFORGE_MAX_TOKEN_DAYS", usual.token_days)?,
            failed_sign_ins_of_address: number(
                optional,
                "COLDFORGE_MAX_FAILED_SIGN_INS_OF_ADDRESS",
                usual.failed_sign_ins_of_address,
            )?,
            failed_sign_ins_of_credential: number(
                optional,
                "COLDFORGE_MAX_FAILED_SIGN_INS_OF_CREDENTIAL",
                usual.failed_sign_ins_of_credential,
            )?,
        };
        let bus = optional("COLDFORGE_EVENT_BUS").map(|arn| {
            let named = EventBus::parse(arn.as_str());
            named.ok_or_else(|| invalid("COLDFORGE_EVENT_BUS", "it must be the ARN of an event bus", arn))
        });
        let networks = optional("COLDFORGE_WEBHOOK_ALLOW").unwrap_or_default();
        let networks = networks.split(',').map(str::trim).filter(|network| !network.is_empty());
        let memory_mb: u64 = number(optional, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", 0)?;
        Ok(Self {
            function,
            stack,
            table: required("COLDFORGE_TABLE")?,
            bucket: required("COLDFORGE_BUCKET")?,
            key_arn: required("COLDFORGE_KEY_ARN")?,
            origin_secret: optional("COLDFORGE_ORIGIN_SECRET"),
            cache_bytes: ((memory_mb << 20) / CACHE_SHARE).max(SMALLEST_CACHE),
            scratch: std::env::temp_dir(),
            log: optional("COLDFORGE_LOG").unwrap_or_else(|| "info".to_owned()),
            administrator: optional("COLDFORGE_ADMIN_ARN")
                .map(|arn| parsed("COLDFORGE_ADMIN_ARN", arn, |arn| IamPrincipal::of_arn(&arn)))
                .transpose()?,
            bus: bus.transpose()?,
            console: optional("COLDFORGE_CONSOLE").map(|console| console.trim_end_matches('/').to_owned()),
            webhook_allow: networks
                .map(|network| parsed("COLDFORGE_WEBHOOK_ALLOW", network.to_owned(), |text| text.parse()))
                .collect::<Result<_, _>>()?,
            lane_worker: optional("COLDFORGE_LANE_WORKER"),
            service: service::Settings {
                region,
                account,
                endpoint: required("COLDFORGE_ENDPOINT")?.trim_end_matches('/').to_owned(),
                hosts: hosts.split(',').map(|host| host.trim().to_owned()).filter(|host| !host.is_empty()).collect(),
                quotas,
            },
        })
    }
}

impl Settings {
    /// What prints the function's metrics, if it is one that answers requests.
    pub(crate) fn metrics(&self) -> Option<Metrics> {
        Some(Metrics { stack: self.stack.clone()?, api: self.function.api()? })
    }
}

fn parsed<T, E: std::fmt::Display>(
    name: &'static str,
    value: String,
    parse: impl Fn(String) -> Result<T, E>,
) -> Result<T, SettingsError> {
    parse(value.clone()).map_err(|error| invalid(name, &error.to_string(), value))
}

fn invalid(name: &'static str, reason: &str, value: String) -> SettingsError {
    SettingsError::Invalid { name, reason: reason.to_owned(), value }
}

/// The number that a variable holds, or the usual one.
fn number<T: FromStr>(
    optional: impl Fn(&str) -> Option<String>,
    name: &'static str,
    usual: T,
) -> Result<T, SettingsError> {
    let Some(value) = optional(name) else { return Ok(usual) };
    value.parse().map_err(|_| invalid(name, "it must be a number", value))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIVEN: &[(&str, &str)] = &[
        ("_HANDLER", "GetRepository"),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1769"),
        ("COLDFORGE_TABLE", "coldforge"),
        ("COLDFORGE_BUCKET", "coldforge-packs"),
        ("COLDFORGE_KEY_ARN", "arn:aws:kms:eu-central-1:111122223333:key/1"),
        ("COLDFORGE_HOSTS", "git.example.com, d111111abcdef8.cloudfront.net"),
        ("COLDFORGE_ENDPOINT", "https://git.example.com/"),
        ("COLDFORGE_ACCOUNT_ID", "111122223333"),
        ("COLDFORGE_ORIGIN_SECRET", ""),
    ];

    fn settings(changes: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        Settings::from_variables(|name| {
            let found = changes.iter().chain(GIVEN).find(|(given, _)| *given == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn everything_comes_from_the_environment() {
        let settings = settings(&[("COLDFORGE_MAX_REPOSITORIES", "5000"), ("COLDFORGE_MAX_TOKEN_DAYS", "30")]).unwrap();
        assert_eq!(settings.service.hosts, ["git.example.com", "d111111abcdef8.cloudfront.net"]);
        assert_eq!(settings.service.endpoint, "https://git.example.com");
        assert_eq!(settings.service.quotas, Quotas { repositories: 5000, token_days: 30, ..Quotas::default() });
        assert_eq!(settings.cache_bytes, (1769 << 20) / 16);
        assert_eq!(settings.origin_secret, None, "an empty secret is none");
    }

    #[test]
    fn metrics_are_those_of_the_stack_and_of_functions_that_answer() {
        let of = |function: &str, handler: &str| {
            let changes =
                [("AWS_LAMBDA_FUNCTION_NAME", function), ("_HANDLER", handler), ("COLDFORGE_LANE_WORKER", "x")];
            settings(&changes).unwrap().metrics().map(|metrics| (metrics.stack, metrics.api))
        };
        assert_eq!(of("forge-GetRepository", "GetRepository"), Some(("forge".to_owned(), "api")));
        assert_eq!(of("my-forge-UploadPack", "UploadPack"), Some(("my-forge".to_owned(), "git")));
        assert_eq!(of("forge-Query", "Query"), Some(("forge".to_owned(), "iam")));
        assert_eq!(of("forge-GitAuthorizer", "GitAuthorizer"), None);
        assert_eq!(of("forge-ConsumeChanges", "ConsumeChanges"), None);
        assert_eq!(of("bootstrap", "GetRepository"), None);
    }

    #[test]
    fn where_others_are_told_comes_from_the_environment_too() {
        let bus = "arn:aws:events:eu-central-1:111122223333:event-bus/default";
        let told = settings(&[
            ("COLDFORGE_EVENT_BUS", bus),
            ("COLDFORGE_CONSOLE", "https://forge.example.com/"),
            ("COLDFORGE_WEBHOOK_ALLOW", "10.1.0.0/16, 127.0.0.1"),
        ])
        .unwrap();
        assert_eq!(told.bus.unwrap().as_str(), bus);
        assert_eq!(told.console.unwrap(), "https://forge.example.com");
        assert_eq!(told.webhook_allow, ["10.1.0.0/16", "127.0.0.1"].map(|network| network.parse().unwrap()));
        let without = settings(&[]).unwrap();
        assert_eq!((without.bus, without.console, without.webhook_allow), (None, None, vec![]));
        let named = settings(&[("COLDFORGE_ADMIN_ARN", "arn:aws:iam::111122223333:role/admins/Root")]).unwrap();
        assert_eq!(named.administrator.unwrap().to_string(), "111122223333:role/Root");
        assert_eq!(without.administrator, None);
    }

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        for (name, _) in GIVEN.iter().filter(|(name, _)| *name != "COLDFORGE_ORIGIN_SECRET" && !name.contains("MEMORY"))
        {
            let told = settings(&[(name, "")]).unwrap_err().to_string();
            assert!(told.contains(name), "{told}");
        }
        let told = settings(&[("COLDFORGE_ACCOUNT_ID", "mine")]).unwrap_err().to_string();
        assert!(told.starts_with("the environment variable COLDFORGE_ACCOUNT_ID is 'mine': "), "{told}");
        let told = settings(&[("COLDFORGE_EVENT_BUS", "default")]).unwrap_err().to_string();
        assert!(told.ends_with("is 'default': it must be the ARN of an event bus"), "{told}");
        let told = settings(&[("COLDFORGE_WEBHOOK_ALLOW", "10.1.0.0/16,home")]).unwrap_err().to_string();
        assert!(told.starts_with("the environment variable COLDFORGE_WEBHOOK_ALLOW is 'home': "), "{told}");
        let told = settings(&[("COLDFORGE_ADMIN_ARN", "root")]).unwrap_err().to_string();
        assert!(told.starts_with("the environment variable COLDFORGE_ADMIN_ARN is 'root': "), "{told}");
        let told = settings(&[("_HANDLER", "GetRepositories")]).unwrap_err().to_string();
        assert!(told.starts_with("there is no function 'GetRepositories'"), "{told}");
    }
}
