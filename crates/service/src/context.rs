//! What an operation works with.

use crate::access::Access;
use crate::audit::Notes;
use crate::identities::Identities;
use crate::quotas::Quotas;
use crate::vault::Vault;
use auth::Principal;
use domain::identity::{group_arn, user_arn};
use domain::{AccountId, Actor, Region, RepositoryArn, RepositoryName};
use ports::clock::Clock;
use ports::{AuditTrail, Keys, Poster, Publisher};
use std::sync::Arc;
use std::time::SystemTime;
use store::{GroupSummary, Store, UserSummary};

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
    /// Posts to URLs that users name.
    pub poster: Arc<dyn Poster>,
    /// Notes for the record of what the request does.
    pub notes: Notes,
    pub(crate) access: Access,
    pub(crate) keys: Arc<dyn Keys>,
    pub(crate) vault: Arc<Vault>,
    pub(crate) identities: Arc<Identities>,
    pub(crate) trail: Option<Arc<dyn AuditTrail>>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Context {
    /// The time.
    pub fn now(&self) -> SystemTime {
        self.clock.now()
    }

    /// What encrypts secrets.
    pub fn keys(&self) -> &dyn Keys {
        &*self.keys
    }

    /// Has everything forgotten that is known of identities, as one of them has changed.
    pub fn identities_changed(&self) {
        self.identities.forget();
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

    /// The ARN of a group of the account.
    pub fn group_arn(&self, group: &GroupSummary) -> String {
        group_arn(&self.settings.region, &self.settings.account, &group.path, &group.name)
    }

    /// The ARN of a user of the account.
    pub fn user_arn(&self, user: &UserSummary) -> String {
        user_arn(&self.settings.region, &self.settings.account, &user.path, &user.name)
    }
}
