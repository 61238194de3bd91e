//! Stored credentials: what the table keeps of a key or password, useless without the sealing key.

use crate::access_key::AccessKey;
use crate::git_password::GitPassword;
use crate::sealing_key::{Purpose, SealingError, SealingKey};
use crate::secret::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::TokenScope;
use serde::{Deserialize, Serialize};

/// What a credential is, and what is kept of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Kept {
    /// A service key: its secret, encrypted, as verifying a signature needs it in the clear. Base64.
    AccessKey { sealed: String },
    /// A Git password: its HMAC. Base64.
    GitPassword { hmac: String },
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
    /// The service user it belongs to.
    pub user: String,
    /// Whether it may be used.
    pub status: Status,
    /// The version of the sealing key.
    #[serde(rename = "key")]
    key_version: u32,
    #[serde(flatten)]
    kept: Kept,
    /// What a token may do, and until when; `None` for what is no token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<TokenGrant>,
}

/// What a token may do, and until when. Times are in seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenGrant {
    /// What it may do, as far as its owner may.
    pub scope: TokenScope,
    /// When it is over.
    pub expires: u64,
    /// When it was last used, as far as that was noted; `None` before the first time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<u64>,
}

/// Why a credential could not be made or opened; never the caller's fault.
#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    /// The sealing key could not be used.
    #[error(transparent)]
    Sealing(#[from] SealingError),
    /// The stored credential is not what was written.
    #[error("the stored credential '{0}' is damaged")]
    Damaged(String),
}

impl Credential {
    /// What is stored of an access key.
    pub fn of_access_key(key: &AccessKey, user: &str, sealing: &SealingKey) -> Result<Self, CredentialError> {
        Self::of_secret(&key.id, user, &key.secret, sealing)
    }

    /// What is stored of a Git password. A slow hash would add nothing: the password has 178 random bits.
    pub fn of_git_password(password: &GitPassword, user: &str, sealing: &SealingKey) -> Result<Self, CredentialError> {
        let id = password.credential_id();
        let hmac = sealing.mac(Purpose::Password, password.secret.expose().as_bytes(), &[&id, user])?;
        Ok(Self::active(id, user, sealing, Kept::GitPassword { hmac: STANDARD.encode(hmac) }))
    }

    /// What is stored of a token, which is a password with a grant.
    pub fn of_token(
        password: &GitPassword,
        user: &str,
        grant: TokenGrant,
        sealing: &SealingKey,
    ) -> Result<Self, CredentialError> {
        Ok(Self { token: Some(grant), ..Self::of_git_password(password, user, sealing)? })
    }

    fn of_secret(id: &str, user: &str, secret: &Secret, sealing: &SealingKey) -> Result<Self, CredentialError> {
        let sealed = sealing.seal(Purpose::AccessKey, secret.expose().as_bytes(), &[id, user])?;
        Ok(Self::active(id.to_owned(), user, sealing, Kept::AccessKey { sealed: STANDARD.encode(sealed) }))
    }

    fn active(id: String, user: &str, sealing: &SealingKey, kept: Kept) -> Self {
        Self { id, user: user.to_owned(), status: Status::Active, key_version: sealing.version(), kept, token: None }
    }

    /// The version of the sealing key that the credential is kept under.
    pub fn key_version(&self) -> u32 {
        self.key_version
    }

    /// The secret of an access key, or `None` when the credential is something else or not active.
    pub fn secret(&self, sealing: &SealingKey) -> Result<Option<Secret>, CredentialError> {
        let Kept::AccessKey { sealed } = &self.kept else { return Ok(None) };
        if self.status != Status::Active {
            return Ok(None);
        }
        let sealed = STANDARD.decode(sealed).map_err(|_| self.damaged())?;
        let secret = sealing.open(Purpose::AccessKey, &sealed, &[&self.id, &self.user])?;
        let secret = std::str::from_utf8(&secret).map_err(|_| self.damaged())?;
        Ok(Some(Secret::new(secret)))
    }

    /// Whether `password` is this credential's password and may be used. The comparison takes the same time wherever the
    /// two differ.
    pub fn is_password(&self, password: &GitPassword, sealing: &SealingKey) -> Result<bool, CredentialError> {
        let Kept::GitPassword { hmac } = &self.kept else { return Ok(false) };
        let hmac = STANDARD.decode(hmac).map_err(|_| self.damaged())?;
        let secret = password.secret.expose().as_bytes();
        let matches = sealing.verifies(Purpose::Password, secret, &[&self.id, &self.user], &hmac)?;
        Ok(matches && self.status == Status::Active)
    }

    /// The same access key under another version of the sealing key; `secret` is what [`Credential::secret`] gave.
    pub fn resealed(&self, secret: &Secret, sealing: &SealingKey) -> Result<Self, CredentialError> {
        Ok(Self { status: self.status, ..Self::of_secret(&self.id, &self.user, secret, sealing)? })
    }

    /// The same Git password, which [`Credential::is_password`], under another version of the sealing key.
    pub fn rehashed(&self, password: &GitPassword, sealing: &SealingKey) -> Result<Self, CredentialError> {
        let token = self.token.clone();
        Ok(Self { status: self.status, token, ..Self::of_git_password(password, &self.user, sealing)? })
    }

    /// The same token, used at this time; anything else as it is.
    pub fn used(mut self, seconds: u64) -> Self {
        self.token.iter_mut().for_each(|grant| grant.used = Some(seconds));
        self
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

    fn damaged(&self) -> CredentialError {
        CredentialError::Damaged(self.id.clone())
    }
}
