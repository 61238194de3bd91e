//! The port `Keys`: envelope encryption under keys that never leave their keeper (KMS).

use async_trait::async_trait;
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// How many bytes [`Keys::encrypt`] takes at most (KMS: 4,096).
pub const MAX_PLAINTEXT_BYTES: usize = 4096;

/// Names and values that a ciphertext is bound to (KMS "encryption context"): decryption needs the same ones.
pub type EncryptionContext = BTreeMap<String, String>;

/// A fresh 256-bit key, in the clear for use now and wrapped for storage.
pub struct DataKey {
    /// The key itself; wiped when dropped.
    pub plaintext: Zeroizing<[u8; 32]>,
    /// The same key, wrapped under the master key; safe to store.
    pub wrapped: Vec<u8>,
}

/// What is known about a master key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyDescription {
    /// The key's full identifier (an ARN in AWS).
    pub id: String,
    /// Whether it can be used at the moment.
    pub enabled: bool,
}

/// Why a key call failed.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// There is no such key.
    #[error("key '{0}' does not exist")]
    NotFound(String),
    /// The key exists but is disabled or awaits deletion.
    #[error("key '{0}' is disabled")]
    Disabled(String),
    /// The caller may not use the key.
    #[error("access to key '{0}' is denied")]
    AccessDenied(String),
    /// The ciphertext was not made under this key and encryption context, or was altered.
    #[error("the ciphertext does not belong to this key and encryption context, or was altered")]
    InvalidCiphertext,
    /// The call breaks a rule of the port (nothing to encrypt, or more than [`MAX_PLAINTEXT_BYTES`]).
    #[error("{0}")]
    Invalid(String),
    /// Worth another try later.
    #[error("the key service is unavailable: {0}")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Envelope encryption, as KMS does it. `key` names a master key; `None` means the service's default key.
///
/// `conformance::keys` checks what an adapter promises.
#[async_trait]
pub trait Keys: Send + Sync {
    /// Makes a fresh data key wrapped under `key`.
    async fn generate_data_key(&self, key: Option<&str>, context: &EncryptionContext) -> Result<DataKey, KeyError>;

    /// Encrypts at least 1 byte and at most [`MAX_PLAINTEXT_BYTES`] under `key`.
    async fn encrypt(
        &self,
        key: Option<&str>,
        plaintext: &[u8],
        context: &EncryptionContext,
    ) -> Result<Vec<u8>, KeyError>;

    /// Decrypts what `encrypt` or `generate_data_key` returned (the ciphertext names its key). A ciphertext that was altered
    /// in any way, or was made in another context, is refused as [`KeyError::InvalidCiphertext`].
    async fn decrypt(&self, ciphertext: &[u8], context: &EncryptionContext) -> Result<Zeroizing<Vec<u8>>, KeyError>;

    /// Tells what is known about `key`.
    async fn describe(&self, key: Option<&str>) -> Result<KeyDescription, KeyError>;
}
