//! Who is calling: the look-ups around `auth`'s pure rules.

use crate::access::Access;
use crate::context::Settings;
use crate::failure::{Failure, GitFailure, Result};
use crate::git_request;
use crate::pipeline::{Peer, Service};
use auth::sigv4::{Expected, SignedRequest};
use auth::{AuthenticationFailure, Credential, GitCredentials, Principal, Secret, SignedPlaces};
use domain::UserName;
use http::StatusCode;
use http::request::Parts;

/// Who is calling, and what they may do.
pub(crate) struct Caller {
    pub(crate) principal: Principal,
    pub(crate) access: Access,
}

impl Service {
    /// The caller of an API request, whose signature must be for `service` in one of `regions`.
    pub(crate) async fn authenticate_api(
        &self,
        (parts, peer): (&Parts, &Peer),
        body: &[u8],
        service: &str,
        regions: &[&str],
    ) -> Result<Caller> {
        let signed = SignedRequest::parse(parts)?;
        let key_id = signed.access_key_id().ok_or_else(AuthenticationFailure::unknown_key)?;
        let (credential, secret) = self.access_key(key_id).await?;
        let expected = Expected { regions, service, hosts: &self.settings.hosts };
        signed.verify(&secret, body, self.components.clock.now(), &expected)?;
        self.caller(&credential, parts, peer).await
    }

    /// The caller of a Git request for a repository that clients know under `paths`.
    pub(crate) async fn authenticate_git(&self, (parts, peer): (&Parts, &Peer), paths: &[String]) -> Result<Caller> {
        let settings = &self.settings;
        match GitCredentials::parse(&parts.headers)? {
            GitCredentials::Password(password) => {
                let credential = self.credential(&password.credential_id()).await?;
                let credential = credential.ok_or_else(AuthenticationFailure::unknown_key)?;
                let keys = &*self.components.keys;
                if !credential.is_password(&password, keys).await.map_err(Failure::internal)? {
                    return Err(AuthenticationFailure::unknown_key().into());
                }
                self.caller(&credential, parts, peer).await
            }
            GitCredentials::Signed(signature) => {
                let (credential, secret) = self.access_key(signature.access_key_id()).await?;
                // The credential helper signs the host without its port, git-remote-codecommit with it.
                let without_port = settings.hosts.iter().filter_map(|host| Some(host.rsplit_once(':')?.0.to_owned()));
                let hosts: Vec<String> = settings.hosts.iter().cloned().chain(without_port).collect();
                let places = SignedPlaces { hosts: &hosts, paths };
                signature.verify(&secret, settings.region.as_str(), &places, self.components.clock.now())?;
                self.caller(&credential, parts, peer).await
            }
        }
    }

    /// Who sends a Git request, if its credentials are good; whether they may do what they ask is not looked at. For a gateway that
    /// has to know before it hands the request on.
    ///
    /// # Errors
    /// Status 401 when the credentials are not good, 404 for a path that leads to no repository.
    pub async fn admit_to_git(&self, parts: &Parts, peer: &Peer) -> std::result::Result<Principal, GitFailure> {
        let Some(target) = git_request::target(parts) else {
            return Err(GitFailure::refused(StatusCode::NOT_FOUND, "repositories are at /v1/repos/<name>"));
        };
        Ok(self.authenticate_git((parts, peer), &target.signed_paths).await?.principal)
    }

    /// The user whose credential was shown. Without a user, nobody owns it any more.
    async fn caller(&self, credential: &Credential, parts: &Parts, peer: &Peer) -> Result<Caller> {
        let name = UserName::parse(credential.user.as_str()).map_err(Failure::internal)?;
        let now = self.components.clock.now();
        let identity = self.identities.find(&self.components.store, &name, now).await?;
        let identity = identity.ok_or_else(AuthenticationFailure::unknown_key)?;
        let Settings { region, account, .. } = &*self.settings;
        let principal = Principal::user(region, account, identity.user.clone(), &credential.id);
        let access = Access::new(identity, &principal, &self.settings, parts, peer, now);
        Ok(Caller { principal, access })
    }

    async fn access_key(&self, key_id: &str) -> Result<(Credential, Secret)> {
        let credential = self.credential(key_id).await?.ok_or_else(AuthenticationFailure::unknown_key)?;
        let secret = credential.secret(&*self.components.keys).await.map_err(Failure::internal)?;
        Ok((credential, secret.ok_or_else(AuthenticationFailure::unknown_key)?))
    }

    async fn credential(&self, id: &str) -> Result<Option<Credential>> {
        let stored = self.components.store.credentials().find(id).await?;
        stored.map(|json| Credential::from_json(id, &json)).transpose().map_err(Failure::internal)
    }
}
