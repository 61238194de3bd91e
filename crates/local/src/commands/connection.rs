//! The flags that say which service is called, and with which keys.

use super::CommandError;
use clap::Args;
use client::{Client, Configuration, Environment, Wanted};
use std::path::PathBuf;

/// Which service to call, and as whom.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct Connection {
    /// The service's URL [default: `COLDFORGE_ENDPOINT`, `AWS_ENDPOINT_URL_CODECOMMIT`, or the profile's `services` section]
    #[arg(long, value_name = "URL")]
    pub(crate) endpoint: Option<String>,

    /// The service's region [default: `AWS_REGION`, `AWS_DEFAULT_REGION`, or the profile's]
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,

    /// A profile of the shared AWS files ~/.aws/config and ~/.aws/credentials. Without it, the keys are `AWS_ACCESS_KEY_ID`,
    /// `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, or else those of the profile `AWS_PROFILE` or `default`.
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,

    /// Call the service of this data directory on this machine, with the administrator's keys in it
    #[arg(long, value_name = "DIR", conflicts_with = "profile")]
    pub(crate) data_dir: Option<PathBuf>,

    /// Trust the certificates in this file (PEM) in place of the machine's [default: `AWS_CA_BUNDLE`]
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_bundle: Option<PathBuf>,
}

impl Connection {
    /// Where the service is, and the keys.
    pub(crate) fn configuration(&self) -> Result<Configuration, CommandError> {
        let wanted = Wanted {
            endpoint: self.endpoint.clone(),
            region: self.region.clone(),
            profile: self.profile.clone(),
            data_dir: self.data_dir.clone(),
            ca_bundle: self.ca_bundle.clone(),
        };
        Ok(Configuration::find(&wanted, &Environment::of_process())?)
    }

    /// A client of the service.
    pub(crate) fn client(&self) -> Result<Client, CommandError> {
        Ok(Client::new(self.configuration()?)?)
    }
}
