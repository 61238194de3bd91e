//! What the caller of a request may do.

use crate::context::{Context, Settings};
use crate::failure::{Failure, Result};
use crate::identities::Identity;
use crate::iso_time::iso_time;
use crate::pipeline::Peer;
use auth::Principal;
use auth::policy::{Policy, Request, RequestContext, Verdict, evaluate};
use domain::{RepositoryArn, RepositoryName, TokenScope};
use http::header::USER_AGENT;
use http::request::Parts;
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use store::PullRequest;

/// The condition key of the ref that a request is about (AWS CodeCommit service authorization reference).
const REFERENCES: &str = "codecommit:References";

/// The caller's policies, and what the request says that their conditions may ask for.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    identity: Arc<Identity>,
    /// What the policies of the caller allow is allowed only if this does too.
    session_policy: Option<Arc<Policy>>,
    /// Likewise: what the token may do that the caller came with.
    scope: Option<Arc<TokenScope>>,
    /// The full name of the ref that the request is about, if it is about one.
    reference: Option<String>,
    facts: RequestContext,
}

impl Access {
    /// The access of the caller who sent this request.
    pub(crate) fn new(
        identity: Arc<Identity>,
        principal: &Principal,
        settings: &Settings,
        parts: &Parts,
        peer: &Peer,
        now: SystemTime,
    ) -> Self {
        let mut facts = Self::facts_of(principal);
        let address = match peer.address.ip() {
            IpAddr::V6(address) => address.to_canonical(),
            address @ IpAddr::V4(_) => address,
        };
        facts.set("aws:SourceIp", address.to_string());
        facts.set("aws:SecureTransport", peer.secure.to_string());
        facts.set("aws:RequestedRegion", settings.region.as_str());
        let seconds = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        facts.set("aws:EpochTime", seconds.to_string());
        facts.set("aws:CurrentTime", iso_time(now));
        if let Some(agent) = parts.headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()) {
            facts.set("aws:UserAgent", agent);
        }
        Self { identity, session_policy: None, scope: None, reference: None, facts }
    }

    /// The same access, as far as the policy of a session allows it too.
    pub(crate) fn within(self, session_policy: Option<Policy>) -> Self {
        Self { session_policy: session_policy.map(Arc::new), ..self }
    }

    /// The same access, as far as it is within the scope of a token.
    pub(crate) fn scoped(self, scope: Option<TokenScope>) -> Self {
        Self { scope: scope.map(Arc::new), ..self }
    }

    /// What is known of a principal, whatever the request.
    pub(crate) fn facts_of(principal: &Principal) -> RequestContext {
        let mut facts = RequestContext::new();
        facts.set("aws:username", principal.name());
        facts.set("aws:userid", principal.id().as_str());
        facts.set("aws:PrincipalArn", principal.arn());
        facts.set("aws:PrincipalAccount", principal.account().as_str());
        facts.set("aws:PrincipalType", principal.kind().as_str());
        if let Some(issued) = principal.session_issued() {
            facts.set("aws:TokenIssueTime", iso_time(issued));
        }
        for (key, value) in principal.tags() {
            facts.set(&format!("aws:PrincipalTag/{key}"), value);
        }
        facts
    }

    /// The same access for a request that is about a ref.
    fn about(&self, reference: &str) -> Self {
        let mut about = self.clone();
        about.facts.set(REFERENCES, reference);
        about.reference = Some(reference.to_owned());
        about
    }

    /// The same access for a request that sets these tags, or removes those of these keys.
    fn with_tags<'a>(&self, tags: impl Iterator<Item = (&'a str, Option<&'a str>)>) -> Self {
        let (mut with, mut keys) = (self.clone(), Vec::new());
        for (key, value) in tags {
            keys.push(key.to_owned());
            if let Some(value) = value {
                with.facts.set(&format!("aws:RequestTag/{key}"), value);
            }
        }
        with.facts.set_many("aws:TagKeys", keys);
        with
    }

    fn allows(&self, action: &str, resource: &str) -> bool {
        let request = Request { action, resource, context: &self.facts };
        let allowed = |policies: &[Policy]| evaluate(policies, &request).verdict == Verdict::Allowed;
        let session_allows = self.session_policy.as_deref().is_none_or(|policy| allowed(std::slice::from_ref(policy)));
        self.is_in_scope(action, resource) && session_allows && allowed(&self.identity.policies)
    }

    /// Whether the scope of the token includes the action, if the caller came with one. A token is for git alone.
    fn is_in_scope(&self, action: &str, resource: &str) -> bool {
        let Some(scope) = &self.scope else { return true };
        let Ok(RepositoryArn { name, .. }) = RepositoryArn::parse(resource) else { return false };
        match action {
            "codecommit:GitPull" => scope.may_fetch(&name),
            "codecommit:GitPush" => scope.may_push(&name, self.reference.as_deref()),
            _ => false,
        }
    }

    /// Whether a policy asks for the tags of repositories, which have to be read for it.
    fn asks_for_tags(&self) -> bool {
        self.identity.asks_for_tags || self.session_policy.as_deref().is_some_and(asks_for_tags)
    }
}

/// Whether a policy asks for the tags of repositories.
pub(crate) fn asks_for_tags(policy: &Policy) -> bool {
    policy.keys().iter().any(|key| key.starts_with("aws:resourcetag/"))
}

impl Context {
    /// The context of a request whose input says this of itself.
    pub(crate) fn of_input(mut self, input: &impl api::Conditions) -> Self {
        if let Some(reference) = input.reference() {
            self.access = self.access.about(&reference);
        }
        let tags = input.request_tags();
        if !tags.is_empty() {
            self.access = self.access.with_tags(tags.into_iter());
        }
        self
    }

    /// The context of a request that sets these tags.
    pub(crate) fn with_request_tags<'a>(mut self, tags: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        self.access = self.access.with_tags(tags.map(|(key, value)| (key, Some(value))));
        self
    }

    /// Refuses unless the caller may perform `action` on the repository of that name, whether it exists or not.
    pub async fn authorize(&self, action: &str, repository: &RepositoryName) -> Result<()> {
        let access = self.access_to(repository).await?;
        self.decide(&access, action, &self.arn(repository).to_string())
    }

    /// Refuses unless the caller may perform `action` on the pull request, which is authorised as its repository is. For those
    /// who merge it, the request is about its destination.
    pub(crate) async fn authorize_pull_request(&self, action: &str, pull_request: &PullRequest) -> Result<()> {
        let name = pull_request.repository().name();
        let mut access = self.access_to(name).await?;
        if action.starts_with("codecommit:MergePullRequestBy") {
            access = access.about(pull_request.destination().as_str());
        }
        self.decide(&access, action, &self.arn(name).to_string())
    }

    /// Refuses unless the caller may perform `action` on every repository of the account.
    pub(crate) fn authorize_on_all_repositories(&self, action: &str) -> Result<()> {
        let (region, account) = (&self.settings.region, &self.settings.account);
        self.authorize_on(action, &format!("arn:{}:codecommit:{region}:{account}:*", region.partition()))
    }

    /// Which of these refs of the repository the caller may not push to.
    pub async fn forbidden_to_push<'a>(
        &self,
        repository: &RepositoryName,
        references: impl Iterator<Item = &'a str>,
    ) -> Result<BTreeSet<String>> {
        let access = self.access_to(repository).await?;
        let arn = self.arn(repository).to_string();
        let forbidden = references.filter(|reference| !access.about(reference).allows("codecommit:GitPush", &arn));
        Ok(forbidden.map(str::to_owned).collect())
    }

    pub(crate) fn authorize_on(&self, action: &str, resource: &str) -> Result<()> {
        self.decide(&self.access, action, resource)
    }

    /// The caller's access to a repository: with its tags, if a policy asks for them. One that is not there has none.
    async fn access_to(&self, repository: &RepositoryName) -> Result<Access> {
        let mut access = self.access.clone();
        if access.asks_for_tags()
            && let Some(found) = self.store.find_repository(repository).await?
        {
            for (key, value) in found.tags().await? {
                access.facts.set(&format!("aws:ResourceTag/{key}"), value);
            }
        }
        Ok(access)
    }

    fn decide(&self, access: &Access, action: &str, resource: &str) -> Result<()> {
        if access.allows(action, resource) {
            return Ok(());
        }
        let caller = self.principal.arn();
        if !access.is_in_scope(action, resource) {
            let message = format!("the token of {caller} does not include {action} on {resource}");
            return Err(Failure::access_denied(message));
        }
        Err(Failure::access_denied(format!("{caller} is not authorized to perform {action} on {resource}")))
    }
}
