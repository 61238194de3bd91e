//! The port `Keys` on a file of master keys.

mod key_file;
mod sealing;

use crate::open_error::OpenError;
use async_trait::async_trait;
use key_file::MasterKey;
use ports::keys::MAX_PLAINTEXT_BYTES;
use ports::{DataKey, EncryptionContext, KeyDescription, KeyError, Keys};
use std::path::Path;
use zeroize::Zeroizing;

/// Master keys that were read from a file which only this user can read. AES-256-GCM.
///
/// Whoever has the file can decrypt everything: it protects what is stored elsewhere (a copied table, a backup without it).
pub struct FileKeys {
    default: MasterKey,
    others: Vec<MasterKey>,
}

impl FileKeys {
    /// Reads the key file at `path`, or makes one with a fresh random key.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        let (default, others) = key_file::open(path.as_ref())?;
        Ok(Self { default, others })
    }

    fn known(&self, key: Option<&str>) -> Result<&MasterKey, KeyError> {
        let Some(id) = key else { return Ok(&self.default) };
        self.all().find(|key| key.id.to_string() == id).ok_or_else(|| KeyError::NotFound(id.to_owned()))
    }

    fn usable(&self, key: Option<&str>) -> Result<&MasterKey, KeyError> {
        enabled(self.known(key)?)
    }

    fn all(&self) -> impl Iterator<Item = &MasterKey> {
        std::iter::once(&self.default).chain(&self.others)
    }
}

fn enabled(key: &MasterKey) -> Result<&MasterKey, KeyError> {
    if key.enabled { Ok(key) } else { Err(KeyError::Disabled(key.id.to_string())) }
}

#[async_trait]
impl Keys for FileKeys {
    async fn generate_data_key(&self, key: Option<&str>, context: &EncryptionContext) -> Result<DataKey, KeyError> {
        let key = self.usable(key)?;
        let mut plaintext = Zeroizing::new([0; 32]);
        getrandom::fill(plaintext.as_mut_slice()).map_err(|error| KeyError::Unavailable(Box::new(error)))?;
        let wrapped = sealing::seal(key, plaintext.as_slice(), context)?;
        Ok(DataKey { plaintext, wrapped })
    }

    async fn encrypt(
        &self,
        key: Option<&str>,
        plaintext: &[u8],
        context: &EncryptionContext,
    ) -> Result<Vec<u8>, KeyError> {
        let key = self.usable(key)?;
        if plaintext.is_empty() || plaintext.len() > MAX_PLAINTEXT_BYTES {
            return Err(KeyError::Invalid(format!(
                "{} bytes to encrypt; 1 to {MAX_PLAINTEXT_BYTES} are possible",
                plaintext.len()
            )));
        }
        sealing::seal(key, plaintext, context)
    }

    async fn decrypt(&self, ciphertext: &[u8], context: &EncryptionContext) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let id = sealing::key_of(ciphertext).ok_or(KeyError::InvalidCiphertext)?;
        let key = self.all().find(|key| key.id == id).ok_or(KeyError::InvalidCiphertext)?;
        sealing::open(enabled(key)?, ciphertext, context)
    }

    async fn describe(&self, key: Option<&str>) -> Result<KeyDescription, KeyError> {
        let key = self.known(key)?;
        Ok(KeyDescription { id: key.id.to_string(), enabled: key.enabled })
    }
}
