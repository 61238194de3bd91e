//! What an operation works with.

use crate::failure::{Failure, Result};
use crate::quotas::Quotas;
use auth::{Decision, Principal, authorize};
use domain::{AccountId, Actor, Region, RepositoryArn, RepositoryName};
use ports::clock::Clock;
use ports::{Keys, Publisher};
use std::sync::Arc;
use std::time::SystemTime;
use store::Store;

/// Where the service is, as its clients see it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The region in ARNs and signatures.
    pub region: Region,
    /// The account in ARNs.
    pub account: AccountId,
    /// What clone URLs begin with, such as `http://127.0.0.1:7420`; no slash at its end.
    pub endpoint: String,
    /// The hosts that signatures may be for, as clients write them: with the port, if there is one.
    pub hosts: Vec<String>,
    /// How much there may be.
    pub quotas: Quotas,
}

/// The surroundings of one request.
#[derive(Clone)]
pub struct Context {
    /// Names the request in answers and logs.
    pub request_id: String,
    /// Who is calling.
    pub principal: Principal,
    /// All state.
    pub store: Store,
    /// Where the service is.
    pub settings: Arc<Settings>,
    /// Tells others what happens.
    pub publisher: Arc<dyn Publisher>,
    pub(crate) keys: Arc<dyn Keys>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Context {
    /// The time.
    pub fn now(&self) -> SystemTime {
        self.clock.now()
    }

    /// The caller, as events name it.
    pub fn actor(&self) -> Actor {
        Actor::new(self.principal.arn())
    }

    /// The ARN of the repository of that name.
    pub fn arn(&self, repository: &RepositoryName) -> RepositoryArn {
        let Settings { region, account, .. } = &*self.settings;
        RepositoryArn { region: region.clone(), account: account.clone(), name: repository.clone() }
    }

    /// Refuses unless the caller may perform `action` on the repository of that name, whether it exists or not.
    pub fn authorize(&self, action: &str, repository: &RepositoryName) -> Result<()> {
        self.authorize_on(action, &self.arn(repository).to_string())
    }

    /// Refuses unless the caller may perform `action` on every repository of the account.
    pub fn authorize_on_all_repositories(&self, action: &str) -> Result<()> {
        let (region, account) = (&self.settings.region, &self.settings.account);
        self.authorize_on(action, &format!("arn:{}:codecommit:{region}:{account}:*", region.partition()))
    }

    pub(crate) fn authorize_on(&self, action: &str, resource: &str) -> Result<()> {
        match authorize(&self.principal, action, resource) {
            Decision::Allow => Ok(()),
            Decision::Deny => Err(Failure::access_denied(format!(
                "{} is not authorized to perform {action} on {resource}",
                self.principal.arn()
            ))),
        }
    }
}
