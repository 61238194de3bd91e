//! New credentials for users, and what becomes of old ones: the sealing that only this side of the house can do.

use crate::context::Context;
use crate::failure::{Code, Failure, Result};
use crate::identities::check_policy;
use crate::query::QueryError;
use auth::{
    AccessKey, Credential, CredentialError, GitPassword, MOST_TOKEN_BYTES, PasswordKind, Secret, SessionClaims,
    SessionError, SessionKeys, Status, TokenGrant,
};
use bytes::Bytes;
use domain::{TokenKind, TokenScope, UserName};
use std::time::{Duration, UNIX_EPOCH};

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
        if let Some(policy) = policy {
            check_policy(policy)?;
        }
        let now = self.now().duration_since(UNIX_EPOCH).map_err(Failure::internal)?;
        let claims = SessionClaims {
            user: self.principal.name().to_owned(),
            user_id: self.principal.id().to_string(),
            parent_key: self.principal.key_id().to_owned(),
            issued_millis: u64::try_from(now.as_millis()).map_err(Failure::internal)?,
            expires_seconds: (now + lasting).as_secs(),
            policy: policy.map(str::to_owned),
        };
        match claims.issue(&*self.vault.newest().await?) {
            Ok(keys) => Ok((claims, keys)),
            Err(SessionError::TooLarge) => Err(Failure::query(
                QueryError::PackedPolicyTooLarge,
                format!(
                    "the policy is too long: with it the session token would have more than {MOST_TOKEN_BYTES} bytes"
                ),
            )),
            Err(error) => Err(Failure::internal(error)),
        }
    }

    /// Seals under a new version of the sealing key from now on; gives its number. What was sealed before stays readable.
    pub async fn rotate_sealing_key(&self) -> Result<u32> {
        Ok(self.vault.rotate(&self.actor()).await?)
    }

    /// Refuses who came with the keys of a session: what is done now would outlive it.
    pub fn require_long_term_credentials(&self, operation: &str) -> Result<()> {
        if self.principal.session_issued().is_none() {
            return Ok(());
        }
        let message = format!("Cannot call {operation} with session credentials");
        Err(Failure::with_code(Code::AccessDenied, message))
    }
}

fn new_credential(credential: &Credential, secret: Secret) -> std::result::Result<NewCredential, CredentialError> {
    Ok(NewCredential { id: credential.id.clone(), secret, sealed: credential.to_json()?.into() })
}
