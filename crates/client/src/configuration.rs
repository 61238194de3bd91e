//! Where the service is and with which keys it is called: from flags, the environment, and files.

use crate::administrator;
use crate::endpoint::Endpoint;
use crate::error::ConfigurationError;
use crate::process;
use crate::profile::{Profile, Profiles};
use auth::Secret;
use std::path::PathBuf;

/// Keys to sign requests with.
#[derive(Clone)]
pub struct Credentials {
    /// The access key id.
    pub access_key_id: String,
    /// The secret access key.
    pub secret_access_key: Secret,
    /// The token that comes with keys of a session.
    pub session_token: Option<Secret>,
}

/// Everything that a call needs to know besides what it asks.
#[derive(Clone)]
pub struct Configuration {
    /// Where the service is.
    pub endpoint: Endpoint,
    /// The region that signatures are for.
    pub region: String,
    /// The keys.
    pub credentials: Credentials,
    /// A file of certificates (PEM) that are trusted in place of the machine's.
    pub ca_bundle: Option<PathBuf>,
}

/// What was asked for explicitly, by flags.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The service's URL.
    pub endpoint: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// A profile of the shared AWS files.
    pub profile: Option<String>,
    /// The data directory of a service on this machine, for the administrator's keys.
    pub data_dir: Option<PathBuf>,
    /// A file of certificates to trust.
    pub ca_bundle: Option<PathBuf>,
}

/// The environment variables that there are.
pub struct Environment(Box<Find>);

/// Finds a variable by its name.
type Find = dyn Fn(&str) -> Option<String>;

impl Environment {
    /// Those of this process.
    pub fn of_process() -> Self {
        Self::new(|name| std::env::var(name).ok())
    }

    /// What `find` finds.
    pub fn new(find: impl Fn(&str) -> Option<String> + 'static) -> Self {
        Self(Box::new(find))
    }

    /// A variable that is set and not empty.
    pub fn get(&self, name: &str) -> Option<String> {
        (self.0)(name).filter(|value| !value.is_empty())
    }

    /// The first of these variables that is set, with its name.
    fn first<'a>(&self, names: &[&'a str]) -> Option<(&'a str, String)> {
        names.iter().find_map(|name| Some((*name, self.get(name)?)))
    }

    /// The file that a variable names, or the one of this name in the home directory's `.aws`.
    fn aws_file(&self, variable: &str, name: &str) -> PathBuf {
        let home = || PathBuf::from(self.get("HOME").unwrap_or_else(|| ".".to_owned())).join(".aws").join(name);
        self.get(variable).map_or_else(home, PathBuf::from)
    }
}

/// The services whose endpoint is ours, by the names that configuration has for them; what was meant for us comes first.
const SERVICES: [&str; 2] = ["coldforge", "codecommit"];

impl Configuration {
    /// Looks everything up.
    ///
    /// Keys: `data_dir`; else `profile`; else `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`; else the
    /// profile of `AWS_PROFILE`; else the data directory of `COLDFORGE_DATA_DIR`; else the profile `default`. A profile has
    /// keys (`aws_access_key_id` and so on) or a program that prints them (`credential_process`).
    ///
    /// Endpoint: `endpoint`; else the data directory's, if the keys are; else `COLDFORGE_ENDPOINT`,
    /// `AWS_ENDPOINT_URL_COLDFORGE`, `AWS_ENDPOINT_URL_CODECOMMIT`, `AWS_ENDPOINT_URL`; else that of the profile: `coldforge` or
    /// `codecommit` in its `services`, or `endpoint_url`.
    ///
    /// Region: `region`; else the data directory's; else `AWS_REGION`, `AWS_DEFAULT_REGION`; else the profile's.
    pub fn find(wanted: &Wanted, environment: &Environment) -> Result<Self, ConfigurationError> {
        let ca_bundle = wanted.ca_bundle.clone().or_else(|| environment.get("AWS_CA_BUNDLE").map(PathBuf::from));
        let from_environment = match wanted.profile {
            None => keys_of_environment(environment)?,
            Some(_) => None,
        };
        let named = wanted.profile.clone().or_else(|| environment.get("AWS_PROFILE"));
        let fallback = || environment.get("COLDFORGE_DATA_DIR").map(PathBuf::from);
        let directory = match &wanted.data_dir {
            Some(directory) => Some(directory.clone()),
            None if from_environment.is_none() && named.is_none() => fallback(),
            None => None,
        };
        if let Some(directory) = directory {
            let found = administrator::read(&directory)?;
            let (place, url) = match &wanted.endpoint {
                Some(url) => ("--endpoint".to_owned(), url.clone()),
                None => (format!("'{}'", directory.display()), found.endpoint),
            };
            let region = wanted.region.clone().unwrap_or(found.region);
            return Ok(Self { endpoint: endpoint(place, &url)?, region, credentials: found.credentials, ca_bundle });
        }
        let (config, credentials) = (
            environment.aws_file("AWS_CONFIG_FILE", "config"),
            environment.aws_file("AWS_SHARED_CREDENTIALS_FILE", "credentials"),
        );
        let profiles = Profiles::read(&config, &credentials)?;
        let profile = match &named {
            Some(name) => profiles.require(name)?,
            None => profiles.get("default"),
        };
        let (place, url) = find_endpoint(wanted, environment, &profile).ok_or(ConfigurationError::NoEndpoint)?;
        let region = wanted.region.clone();
        let region =
            region.or_else(|| environment.first(&["AWS_REGION", "AWS_DEFAULT_REGION"]).map(|(_, value)| value));
        let region = region.or_else(|| profile.get("region").map(str::to_owned));
        Ok(Self {
            endpoint: endpoint(place, &url)?,
            region: region.ok_or(ConfigurationError::NoRegion)?,
            credentials: match from_environment {
                Some(credentials) => credentials,
                None => keys_of_profile(&profile, environment)?,
            },
            ca_bundle,
        })
    }
}

fn endpoint(place: String, url: &str) -> Result<Endpoint, ConfigurationError> {
    Endpoint::parse(url).map_err(|source| ConfigurationError::Endpoint { place, source })
}

/// The service's URL, and what says so.
fn find_endpoint(wanted: &Wanted, environment: &Environment, profile: &Profile<'_>) -> Option<(String, String)> {
    if let Some(url) = &wanted.endpoint {
        return Some(("--endpoint".to_owned(), url.clone()));
    }
    let variables =
        ["COLDFORGE_ENDPOINT", "AWS_ENDPOINT_URL_COLDFORGE", "AWS_ENDPOINT_URL_CODECOMMIT", "AWS_ENDPOINT_URL"];
    if let Some((name, url)) = environment.first(&variables) {
        return Some((name.to_owned(), url));
    }
    let services = SERVICES.iter().find_map(|service| profile.endpoint_of(service));
    let url = services.or_else(|| profile.get("endpoint_url"))?;
    Some((format!("the profile '{}'", profile.name()), url.to_owned()))
}

fn keys_of_environment(environment: &Environment) -> Result<Option<Credentials>, ConfigurationError> {
    match (environment.get("AWS_ACCESS_KEY_ID"), environment.get("AWS_SECRET_ACCESS_KEY")) {
        (None, None) => Ok(None),
        (Some(access_key_id), Some(secret)) => Ok(Some(Credentials {
            access_key_id,
            secret_access_key: Secret::new(secret),
            session_token: environment.get("AWS_SESSION_TOKEN").map(Secret::new),
        })),
        _ => Err(ConfigurationError::HalfOfKeys { place: "the environment".to_owned() }),
    }
}

fn keys_of_profile(profile: &Profile<'_>, environment: &Environment) -> Result<Credentials, ConfigurationError> {
    match (profile.get("aws_access_key_id"), profile.get("aws_secret_access_key")) {
        (Some(access_key_id), Some(secret)) => Ok(Credentials {
            access_key_id: access_key_id.to_owned(),
            secret_access_key: Secret::new(secret),
            session_token: profile.get("aws_session_token").map(Secret::new),
        }),
        (None, None) => {
            if let Some(command) = profile.get("credential_process") {
                return process::keys(profile.name(), command, environment);
            }
            let foreign = ["role_arn", "sso_session", "sso_start_url", "web_identity_token_file", "login_session"];
            match foreign.into_iter().find(|by| profile.get(by).is_some()) {
                Some(by) => Err(ConfigurationError::ForeignKeys { profile: profile.name().to_owned(), by }),
                None => Err(ConfigurationError::NoKeys),
            }
        }
        _ => Err(ConfigurationError::HalfOfKeys { place: format!("the profile '{}'", profile.name()) }),
    }
}
