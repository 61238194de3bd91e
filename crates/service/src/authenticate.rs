//! Who is calling: the look-ups around `auth`'s pure rules.

use crate::access::Access;
use crate::context::Settings;
use crate::failure::{Failure, GitFailure, Result};
use crate::git_request;
use crate::identities::Identity;
use crate::pipeline::{Peer, Service};
use auth::policy::Policy;
use auth::sigv4::{Expected, SignedRequest};
use auth::{
    AuthenticationFailure, ClaimedKey, Credential, GitCredentials, GitPassword, Principal, Secret, SessionClaims,
    SessionFacts, SessionParent, SessionToken, SignedPlaces, UserFacts, claimed_credential_id,
};
use domain::UserName;
use http::StatusCode;
use http::request::Parts;
use std::sync::Arc;
use std::time::SystemTime;
use store::StoredCredential;

/// Who is calling, and what they may do.
pub(crate) struct Caller {
    pub(crate) principal: Principal,
    pub(crate) access: Access,
}

/// The key that a signature is to be checked with.
struct SigningKey {
    secret: Secret,
    owner: Owner,
}

/// Whose key it is.
enum Owner {
    /// A stored credential's.
    Stored(Credential, StoredCredential),
    /// A session's.
    Session(String, SessionClaims),
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
        let authenticated = async {
            let signed = SignedRequest::parse(parts)?;
            let key = self.signing_key(signed.claimed_key()?).await?;
            let expected = Expected { regions, service, hosts: &self.settings.hosts };
            signed.verify(&key.secret, body, self.components.clock.now(), &expected)?;
            self.key_owner(key, parts, peer).await
        };
        authenticated.await.map_err(|failure| self.judged(failure, parts, peer))
    }

    /// The caller of a Git request for a repository that clients know under `paths`.
    pub(crate) async fn authenticate_git(&self, from: (&Parts, &Peer), paths: &[String]) -> Result<Caller> {
        let authenticated = self.git_caller(from, paths).await;
        authenticated.map_err(|failure| self.judged(failure, from.0, from.1))
    }

    async fn git_caller(&self, (parts, peer): (&Parts, &Peer), paths: &[String]) -> Result<Caller> {
        match GitCredentials::parse(&parts.headers)? {
            GitCredentials::Password(password) => {
                let credential = self.password(&password).await?;
                let Caller { principal, access } = self.caller(&credential.user, &credential.id, parts, peer).await?;
                Ok(Caller { principal, access: access.scoped(credential.token.map(|grant| grant.scope)) })
            }
            GitCredentials::Signed(signature) => {
                let key = self.signing_key(signature.claimed_key()?).await?;
                // The credential helper signs the host without its port, git-remote-codecommit with it.
                let hosts = &self.settings.hosts;
                let without_port = hosts.iter().filter_map(|host| Some(host.rsplit_once(':')?.0.to_owned()));
                let hosts: Vec<String> = hosts.iter().cloned().chain(without_port).collect();
                let places = SignedPlaces { hosts: &hosts, paths };
                let now = self.components.clock.now();
                signature.verify(&key.secret, self.settings.region.as_str(), &places, now)?;
                self.key_owner(key, parts, peer).await
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

    /// What to answer to a failure, in view of the failures before.
    fn judged(&self, failure: Failure, parts: &Parts, peer: &Peer) -> Failure {
        let (credential, now) = (claimed_credential_id(parts), self.components.clock.now());
        let (address, quotas) = (peer.address.ip(), &self.settings.quotas);
        self.failed_sign_ins.judge(failure, address, credential.as_deref(), quotas, now)
    }

    async fn signing_key(&self, claimed: ClaimedKey<'_>) -> Result<SigningKey> {
        match claimed {
            ClaimedKey::Static(id) => {
                let (credential, stored) = self.credential(id).await?.ok_or_else(AuthenticationFailure::unknown_key)?;
                let sealing = self.vault.version(credential.key_version()).await?.ok_or_else(|| no_key(&credential))?;
                let secret = credential.secret(&sealing).map_err(Failure::internal)?;
                let secret = secret.ok_or_else(AuthenticationFailure::unknown_key)?;
                Ok(SigningKey { secret, owner: Owner::Stored(credential, stored) })
            }
            ClaimedKey::Session { id, token } => {
                let token = SessionToken::parse(token).ok_or_else(AuthenticationFailure::unknown_token)?;
                let sealing = self.vault.version(token.key_version()).await?;
                let sealing = sealing.ok_or_else(AuthenticationFailure::unknown_token)?;
                let (claims, secret) = token.open(id, &sealing, self.components.clock.now())?;
                Ok(SigningKey { secret, owner: Owner::Session(id.to_owned(), claims) })
            }
        }
    }

    /// The user whose key made a signature that was verified.
    async fn key_owner(&self, key: SigningKey, parts: &Parts, peer: &Peer) -> Result<Caller> {
        match key.owner {
            Owner::Stored(credential, stored) => {
                self.keep_fresh(&credential, &stored, |sealing| credential.resealed(&key.secret, sealing)).await;
                self.caller(&credential.user, &credential.id, parts, peer).await
            }
            Owner::Session(id, claims) => self.session_caller(&id, &claims, parts, peer).await,
        }
    }

    /// The credential of a Git password or token that is right.
    async fn password(&self, password: &GitPassword) -> Result<Credential> {
        let found = self.credential(&password.credential_id()).await?;
        let (credential, stored) = found.ok_or_else(AuthenticationFailure::unknown_key)?;
        let sealing = self.vault.version(credential.key_version()).await?.ok_or_else(|| no_key(&credential))?;
        if !credential.is_password(password, &sealing).map_err(Failure::internal)? {
            return Err(AuthenticationFailure::unknown_key().into());
        }
        if let Some(grant) = &credential.token {
            self.require_not_over(grant)?;
            self.note_use(&credential, grant, &stored).await;
        }
        self.keep_fresh(&credential, &stored, |sealing| credential.rehashed(password, sealing)).await;
        Ok(credential)
    }

    /// The user whose credential was shown.
    async fn caller(&self, user: &str, key_id: &str, parts: &Parts, peer: &Peer) -> Result<Caller> {
        let identity = self.identity(user, None).await?.ok_or_else(AuthenticationFailure::unknown_key)?;
        let principal = self.principal(&identity, key_id);
        let now = self.components.clock.now();
        let access = Access::new(identity, &principal, &self.settings, parts, peer, now);
        Ok(Caller { principal, access })
    }

    /// The user whose session's keys were shown. A session ends with what it was asked for with, and when the user's sessions are
    /// ended. What was known of the user before the session began does not decide over it: perhaps it began with a new key.
    async fn session_caller(&self, id: &str, claims: &SessionClaims, parts: &Parts, peer: &Peer) -> Result<Caller> {
        let identity = self.identity(&claims.user, Some(claims.issued())).await?;
        let identity = identity.ok_or_else(AuthenticationFailure::unknown_token)?;
        if identity.user.id.as_str() != claims.user_id || !identity.holds_session(claims) {
            return Err(AuthenticationFailure::unknown_token().into());
        }
        let policy = claims.policy.as_deref().map(Policy::parse).transpose().map_err(Failure::internal)?;
        let principal = self.principal(&identity, id).in_session(session_facts(claims));
        let now = self.components.clock.now();
        let access = Access::new(identity, &principal, &self.settings, parts, peer, now);
        Ok(Caller { principal, access: access.within(policy) })
    }

    /// The user of this name; `None` when there is none any more, so that nobody owns the credential.
    async fn identity(&self, user: &str, since: Option<SystemTime>) -> Result<Option<Arc<Identity>>> {
        let name = UserName::parse(user).map_err(Failure::internal)?;
        self.identities.find(&self.components.store, &name, since, self.components.clock.now()).await
    }

    fn principal(&self, identity: &Identity, key_id: &str) -> Principal {
        user_principal(&self.settings, identity.user.clone(), key_id)
    }

    async fn credential(&self, id: &str) -> Result<Option<(Credential, StoredCredential)>> {
        let Some(stored) = self.components.store.credentials().find(id).await? else { return Ok(None) };
        let credential = Credential::from_json(id, &stored.body).map_err(Failure::internal)?;
        Ok(Some((credential, stored)))
    }
}

/// A user of the account, who showed this credential.
pub(crate) fn user_principal(settings: &Settings, user: UserFacts, key_id: &str) -> Principal {
    Principal::user(&settings.region, &settings.account, user, key_id)
}

fn session_facts(claims: &SessionClaims) -> SessionFacts {
    let is_of_iam = matches!(claims.parent, SessionParent::IamPrincipal { .. });
    SessionFacts { issued: claims.issued(), is_whole_iam: is_of_iam && claims.policy.is_none() }
}

fn no_key(credential: &Credential) -> Failure {
    let version = credential.key_version();
    Failure::internal(format!("the credential '{}' is sealed under version {version}, which is gone", credential.id))
}
