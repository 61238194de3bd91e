//! New credentials for users, and what becomes of old ones: the sealing that only this side of the house can do.

use crate::context::Context;
use crate::failure::{Code, Failure, Result};
use crate::identities::check_policy;
use crate::query::QueryError;
use auth::{
    AccessKey, Credential, CredentialError, GitPassword, MOST_TOKEN_BYTES, PasswordKind, Principal, SealingKey, Secret,
    SessionClaims, SessionError, SessionKeys, SessionParent, Status, TokenGrant,
};
use bytes::Bytes;
use domain::{TokenKind, TokenScope, UserName};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A credential that was just made.
pub struct NewCredential {
    /// The id that it is stored under.
    pub id: String,
    /// The secret key or password, to be shown to its owner once.
    pub secret: Secret,
    /// What is stored of it.
    pub sealed: Bytes,
}

impl Context {
    /// A fresh access key for a user.
    pub async fn new_access_key(&self, user: &UserName) -> Result<NewCredential> {
        let key = AccessKey::generate().map_err(Failure::internal)?;
        let sealing = self.vault.newest().await?;
        let credential = Credential::of_access_key(&key, user.as_str(), &sealing).map_err(Failure::internal)?;
        new_credential(&credential, key.secret).map_err(Failure::internal)
    }

    /// A fresh Git password for a user.
    pub async fn new_git_password(&self, user: &UserName) -> Result<NewCredential> {
        let password = GitPassword::generate(PasswordKind::Git).map_err(Failure::internal)?;
        let sealing = self.vault.newest().await?;
        let credential = Credential::of_git_password(&password, user.as_str(), &sealing).map_err(Failure::internal)?;
        new_credential(&credential, password.secret).map_err(Failure::internal)
    }

    /// A fresh token for a user, good until that time, in seconds since 1970.
    pub async fn new_token(
        &self,
        user: &UserName,
        kind: TokenKind,
        scope: TokenScope,
        expires: u64,
    ) -> Result<NewCredential> {
        let password = GitPassword::generate(PasswordKind::Token(kind)).map_err(Failure::internal)?;
        let sealing = self.vault.newest().await?;
        let grant = TokenGrant { scope, expires, used: None };
        let credential = Credential::of_token(&password, user.as_str(), grant, &sealing).map_err(Failure::internal)?;
        new_credential(&credential, password.secret).map_err(Failure::internal)
    }

    /// What a token may do, and until when, by the id that it is stored under (1 get); `None` when it was deleted meanwhile.
    pub async fn token_grant(&self, id: &str) -> Result<Option<TokenGrant>> {
        let Some(stored) = self.store.credentials().find(id).await? else { return Ok(None) };
        Ok(Credential::from_json(id, &stored.body).map_err(Failure::internal)?.token)
    }

    /// What is stored of the credential `id`, made active or inactive; `None` when there is no such credential.
    pub async fn credential_made(&self, id: &str, active: bool) -> Result<Option<Bytes>> {
        let Some(stored) = self.store.credentials().find(id).await? else { return Ok(None) };
        let status = if active { Status::Active } else { Status::Inactive };
        let credential = Credential::from_json(id, &stored.body).map_err(Failure::internal)?.with_status(status);
        credential.to_json().map(|json| Some(json.into())).map_err(Failure::internal)
    }

    /// Keys for a session of the caller's that lasts so long, and what they are true of. The session may do what the caller may,
    /// as far as `policy` allows it too.
    pub async fn new_session(&self, lasting: Duration, policy: Option<&str>) -> Result<(SessionClaims, SessionKeys)> {
        if self.principal.session_issued().is_some() {
            return Err(Failure::with_code(Code::AccessDenied, "Cannot make a session with session credentials"));
        }
        if let Some(policy) = policy {
            check_policy(policy)?;
        }
        let session = NewSession {
            user: &self.principal,
            parent: SessionParent::AccessKey(self.principal.key_id().to_owned()),
            lasting,
            policy,
        };
        session.issue(&*self.vault.newest().await?, self.now()).map_err(|error| match error {
            SessionError::TooLarge => Failure::query(QueryError::PackedPolicyTooLarge, too_large()),
            error => Failure::internal(error),
        })
    }

    /// Seals under a new version of the sealing key from now on; gives its number. What was sealed before stays readable.
    pub async fn rotate_sealing_key(&self) -> Result<u32> {
        Ok(self.vault.rotate(&self.actor()).await?)
    }

    /// Refuses who came with the keys of a session that was made from other keys, or that a policy narrows: what is done now would
    /// outlive it.
    pub fn require_long_term_credentials(&self, operation: &str) -> Result<()> {
        if self.principal.may_outlast_session() {
            return Ok(());
        }
        let message = format!("Cannot call {operation} with session credentials");
        Err(Failure::with_code(Code::AccessDenied, message))
    }
}

/// A session that is asked for.
pub(crate) struct NewSession<'a> {
    /// Whose it is.
    pub(crate) user: &'a Principal,
    /// With what it is asked for.
    pub(crate) parent: SessionParent,
    /// How long it lasts.
    pub(crate) lasting: Duration,
    /// What narrows it, which is a policy.
    pub(crate) policy: Option<&'a str>,
}

impl NewSession<'_> {
    /// Makes its keys.
    pub(crate) fn issue(
        self,
        sealing: &SealingKey,
        now: SystemTime,
    ) -> std::result::Result<(SessionClaims, SessionKeys), SessionError> {
        let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let claims = SessionClaims {
            user: self.user.name().to_owned(),
            user_id: self.user.id().to_string(),
            parent: self.parent,
            issued_millis: u64::try_from(since.as_millis()).unwrap_or(u64::MAX),
            expires_seconds: (since + self.lasting).as_secs(),
            policy: self.policy.map(str::to_owned),
        };
        claims.issue(sealing).map(|keys| (claims, keys))
    }
}

/// The words on a policy that does not fit into a token.
pub(crate) fn too_large() -> String {
    format!("the policy is too long: with it the session token would have more than {MOST_TOKEN_BYTES} bytes")
}

fn new_credential(credential: &Credential, secret: Secret) -> std::result::Result<NewCredential, CredentialError> {
    Ok(NewCredential { id: credential.id.clone(), secret, sealed: credential.to_json()?.into() })
}
