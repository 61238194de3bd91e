//! Stored credentials: what the table keeps of a key or password, useless without the master key.

use crate::access_key::AccessKey;
use crate::git_password::GitPassword;
use crate::secret::{RandomError, Secret};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use ports::{EncryptionContext, KeyError, Keys};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// What a credential is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialKind {
    /// A service key: `sealed` is its secret, which verifying a signature needs in the clear.
    AccessKey,
    /// A Git password: `sealed` is the HMAC key, `hmac` the password's HMAC under it.
    GitPassword,
}

/// Whether a credential may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It may.
    Active,
    /// It may not, for now.
    Inactive,
}

/// A credential as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// The key id, or a Git password's credential id.
    pub id: String,
    /// What it is.
    pub kind: CredentialKind,
    /// The service user it belongs to.
    pub user: String,
    /// Whether it may be used.
    pub status: Status,
    /// Encrypted under the master key, bound to `id` and `user`; base64.
    sealed: String,
    /// Base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hmac: Option<String>,
}

/// Why a credential could not be made or opened; never the caller's fault.
#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    /// No randomness.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// The master key could not be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The stored credential is not what was written.
    #[error("the stored credential '{0}' is damaged")]
    Damaged(String),
}

impl Credential {
    /// What is stored of an access key.
    pub async fn of_access_key(key: &AccessKey, user: &str, keys: &dyn Keys) -> Result<Self, CredentialError> {
        let sealed = keys.encrypt(None, key.secret.expose().as_bytes(), &context(&key.id, user)).await?;
        Ok(Self {
            id: key.id.clone(),
            kind: CredentialKind::AccessKey,
            user: user.to_owned(),
            status: Status::Active,
            sealed: STANDARD.encode(sealed),
            hmac: None,
        })
    }

    /// What is stored of a Git password. A slow hash would add nothing: the password has 178 random bits.
    pub async fn of_git_password(password: &GitPassword, user: &str, keys: &dyn Keys) -> Result<Self, CredentialError> {
        let id = password.credential_id();
        let mut pepper = [0u8; 32];
        getrandom::fill(&mut pepper).map_err(RandomError::from)?;
        let sealed = keys.encrypt(None, &pepper, &context(&id, user)).await?;
        let hmac = keyed(&pepper, &id)?.chain_update(password.secret.expose()).finalize().into_bytes();
        Ok(Self {
            id,
            kind: CredentialKind::GitPassword,
            user: user.to_owned(),
            status: Status::Active,
            sealed: STANDARD.encode(sealed),
            hmac: Some(STANDARD.encode(hmac)),
        })
    }

    /// The secret of an access key, or `None` when the credential is something else or not active.
    pub async fn secret(&self, keys: &dyn Keys) -> Result<Option<Secret>, CredentialError> {
        if self.kind != CredentialKind::AccessKey || self.status != Status::Active {
            return Ok(None);
        }
        let secret = self.open(keys).await?;
        let secret = std::str::from_utf8(&secret).map_err(|_| self.damaged())?;
        Ok(Some(Secret::new(secret)))
    }

    /// Whether `password` is this credential's password and may be used. The comparison takes the same time wherever the
    /// two differ.
    pub async fn is_password(&self, password: &GitPassword, keys: &dyn Keys) -> Result<bool, CredentialError> {
        let Some(hmac) = self.hmac.as_ref().filter(|_| self.kind == CredentialKind::GitPassword) else {
            return Ok(false);
        };
        let hmac = STANDARD.decode(hmac).map_err(|_| self.damaged())?;
        let pepper = self.open(keys).await?;
        let matches = keyed(&pepper, &self.id)?.chain_update(password.secret.expose()).verify_slice(&hmac).is_ok();
        Ok(matches && self.status == Status::Active)
    }

    /// The same credential with another status.
    pub fn with_status(self, status: Status) -> Self {
        Self { status, ..self }
    }

    /// The credential as it is stored.
    pub fn to_json(&self) -> Result<Vec<u8>, CredentialError> {
        serde_json::to_vec(self).map_err(|_| self.damaged())
    }

    /// Reads what [`Credential::to_json`] wrote.
    pub fn from_json(id: &str, json: &[u8]) -> Result<Self, CredentialError> {
        serde_json::from_slice(json).map_err(|_| CredentialError::Damaged(id.to_owned()))
    }

    async fn open(&self, keys: &dyn Keys) -> Result<zeroize::Zeroizing<Vec<u8>>, CredentialError> {
        let sealed = STANDARD.decode(&self.sealed).map_err(|_| self.damaged())?;
        Ok(keys.decrypt(&sealed, &context(&self.id, &self.user)).await?)
    }

    fn damaged(&self) -> CredentialError {
        CredentialError::Damaged(self.id.clone())
    }
}

/// Binds a sealed secret to its key and owner, so that it cannot be moved to another row.
fn context(id: &str, user: &str) -> EncryptionContext {
    [("coldforge:credential".to_owned(), id.to_owned()), ("coldforge:user".to_owned(), user.to_owned())].into()
}

fn keyed(pepper: &[u8], id: &str) -> Result<Hmac<Sha256>, CredentialError> {
    Hmac::new_from_slice(pepper).map_err(|_| CredentialError::Damaged(id.to_owned()))
}
