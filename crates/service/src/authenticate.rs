//! Who is calling: the look-ups around `auth`'s pure rules.

use crate::failure::{Failure, Result};
use crate::pipeline::Service;
use auth::sigv4::{Expected, SignedRequest};
use auth::{AuthenticationFailure, Credential, GitCredentials, Principal, Secret, SignedPlaces};
use http::request::Parts;

impl Service {
    /// The caller of an API request.
    pub(crate) async fn authenticate_api(&self, parts: &Parts, body: &[u8]) -> Result<Principal> {
        let signed = SignedRequest::parse(parts)?;
        let key_id = signed.access_key_id().ok_or_else(AuthenticationFailure::unknown_key)?;
        let (credential, secret) = self.access_key(key_id).await?;
        let settings = &self.settings;
        let expected = Expected { region: settings.region.as_str(), service: "codecommit", hosts: &settings.hosts };
        signed.verify(&secret, body, self.components.clock.now(), &expected)?;
        Ok(credential.principal(settings.account.as_str()))
    }

    /// The caller of a Git request for a repository that clients know under `paths`.
    pub(crate) async fn authenticate_git(&self, parts: &Parts, paths: &[String]) -> Result<Principal> {
        let settings = &self.settings;
        match GitCredentials::parse(&parts.headers)? {
            GitCredentials::Password(password) => {
                let credential = self.credential(&password.credential_id()).await?;
                let credential = credential.ok_or_else(AuthenticationFailure::unknown_key)?;
                let keys = &*self.components.keys;
                if !credential.is_password(&password, keys).await.map_err(Failure::internal)? {
                    return Err(AuthenticationFailure::unknown_key().into());
                }
                Ok(credential.principal(settings.account.as_str()))
            }
            GitCredentials::Signed(signature) => {
                let (credential, secret) = self.access_key(signature.access_key_id()).await?;
                // The credential helper signs the host without its port, git-remote-codecommit with it.
                let without_port = settings.hosts.iter().filter_map(|host| Some(host.rsplit_once(':')?.0.to_owned()));
                let hosts: Vec<String> = settings.hosts.iter().cloned().chain(without_port).collect();
                let places = SignedPlaces { hosts: &hosts, paths };
                signature.verify(&secret, settings.region.as_str(), &places, self.components.clock.now())?;
                Ok(credential.principal(settings.account.as_str()))
            }
        }
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
