//! The key that keeps the secrets in the table: one of several versions, of which the newest is used for what is new.
//!
//! A version is 256 random bits, stored wrapped under a master key (`ports::Keys`). Each purpose has a key of its own, derived
//! from it (HKDF-Expand, RFC 5869), so that what is made for one purpose is nothing to another. What is sealed is bound to the
//! deployment and to what it is about, so that it cannot be moved to another row or another installation.

use crate::secret::{RandomError, Secret};
use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

const NONCE_BYTES: usize = 12;

/// One version of the key.
pub struct SealingKey {
    version: u32,
    deployment: String,
    key: Zeroizing<[u8; 32]>,
}

/// What a secret is sealed, hashed or derived for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Secrets of access keys, encrypted.
    AccessKey,
    /// Git passwords, as their HMAC.
    Password,
    /// What session tokens say, encrypted.
    SessionToken,
    /// Secrets of session keys, derived.
    SessionSecret,
}

/// Why something could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealingError {
    /// No randomness.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// It was not sealed under this key, in this deployment, about this; or it was altered.
    #[error("what is sealed does not belong here, or was altered")]
    Foreign,
    /// It is too long.
    #[error("the secret is too long to be sealed")]
    TooLong,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::AccessKey => "coldforge access key",
            Self::Password => "coldforge password",
            Self::SessionToken => "coldforge session token",
            Self::SessionSecret => "coldforge session secret",
        }
    }
}

impl SealingKey {
    /// A version of the key of a deployment.
    pub fn new(version: u32, deployment: impl Into<String>, key: Zeroizing<[u8; 32]>) -> Self {
        Self { version, deployment: deployment.into(), key }
    }

    /// Its version. Later versions have larger numbers.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Encrypts a secret that is about this. AES-256-GCM with a random nonce, which stands before the ciphertext: NIST SP
    /// 800-38D allows 2^32 of them under one key.
    pub(crate) fn seal(&self, purpose: Purpose, secret: &[u8], about: &[&str]) -> Result<Vec<u8>, SealingError> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(RandomError::from)?;
        let aad = self.bound_to(purpose, about);
        let sealed = self.cipher(purpose)?.encrypt(&Nonce::from(nonce), Payload { msg: secret, aad: &aad });
        Ok([&nonce[..], &sealed.map_err(|_| SealingError::TooLong)?].concat())
    }

    /// Decrypts what [`SealingKey::seal`] made for the same purpose about the same.
    pub(crate) fn open(
        &self,
        purpose: Purpose,
        sealed: &[u8],
        about: &[&str],
    ) -> Result<Zeroizing<Vec<u8>>, SealingError> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(SealingError::Foreign)?;
        let aad = self.bound_to(purpose, about);
        let opened = self.cipher(purpose)?.decrypt(&Nonce::from(*nonce), Payload { msg: sealed, aad: &aad });
        opened.map(Zeroizing::new).map_err(|_| SealingError::Foreign)
    }

    /// The HMAC of a secret that is about this.
    pub(crate) fn mac(&self, purpose: Purpose, secret: &[u8], about: &[&str]) -> Result<Vec<u8>, SealingError> {
        Ok(self.keyed(purpose, secret, about)?.finalize().into_bytes().to_vec())
    }

    /// Whether `mac` is the HMAC of a secret. Takes the same time wherever the two differ.
    pub(crate) fn verifies(
        &self,
        purpose: Purpose,
        secret: &[u8],
        about: &[&str],
        mac: &[u8],
    ) -> Result<bool, SealingError> {
        Ok(self.keyed(purpose, secret, about)?.verify_slice(mac).is_ok())
    }

    /// A secret of 256 bits that is derived from this, in base64url.
    pub(crate) fn derive(&self, purpose: Purpose, about: &[&str]) -> Result<Secret, SealingError> {
        let derived = Zeroizing::new(self.mac(purpose, b"", about)?);
        Ok(Secret::new(URL_SAFE_NO_PAD.encode(derived.as_slice())))
    }

    fn keyed(&self, purpose: Purpose, secret: &[u8], about: &[&str]) -> Result<Hmac<Sha256>, SealingError> {
        let key = self.key_for(purpose)?;
        let mac = Hmac::<Sha256>::new_from_slice(key.as_slice()).map_err(|_| SealingError::Foreign)?;
        Ok(mac.chain_update(self.bound_to(purpose, about)).chain_update(secret))
    }

    fn cipher(&self, purpose: Purpose) -> Result<Aes256Gcm, SealingError> {
        Ok(Aes256Gcm::new((&*self.key_for(purpose)?).into()))
    }

    fn key_for(&self, purpose: Purpose) -> Result<Zeroizing<[u8; 32]>, SealingError> {
        let mut key = Zeroizing::new([0; 32]);
        let expand = Hkdf::<Sha256>::from_prk(self.key.as_slice()).map_err(|_| SealingError::Foreign)?;
        expand.expand(purpose.name().as_bytes(), key.as_mut_slice()).map_err(|_| SealingError::Foreign)?;
        Ok(key)
    }

    /// What a secret is bound to. Every part has its length before it, so that no two lists have the same bytes.
    fn bound_to(&self, purpose: Purpose, about: &[&str]) -> Vec<u8> {
        let mut out = self.version.to_be_bytes().to_vec();
        for part in [self.deployment.as_str(), purpose.name()].iter().chain(about) {
            out.extend((part.len() as u64).to_be_bytes());
            out.extend(part.as_bytes());
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(version: u32, deployment: &str, byte: u8) -> SealingKey {
        SealingKey::new(version, deployment, Zeroizing::new([byte; 32]))
    }

    #[test]
    fn what_is_sealed_opens_only_where_it_belongs() {
        let here = key(1, "here", 7);
        let sealed = here.seal(Purpose::AccessKey, b"secret", &["id", "user"]).unwrap();
        assert_eq!(here.open(Purpose::AccessKey, &sealed, &["id", "user"]).unwrap().as_slice(), b"secret");
        assert!(here.open(Purpose::SessionToken, &sealed, &["id", "user"]).is_err());
        assert!(here.open(Purpose::AccessKey, &sealed, &["idu", "ser"]).is_err());
        for other in [key(2, "here", 7), key(1, "there", 7), key(1, "here", 8)] {
            assert!(other.open(Purpose::AccessKey, &sealed, &["id", "user"]).is_err());
        }
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert!(here.open(Purpose::AccessKey, &altered, &["id", "user"]).is_err());
            assert!(here.open(Purpose::AccessKey, &sealed[..at], &["id", "user"]).is_err());
        }
    }

    #[test]
    fn macs_and_derived_secrets_depend_on_everything() {
        let here = key(1, "here", 7);
        let mac = here.mac(Purpose::Password, b"p", &["id"]).unwrap();
        assert!(here.verifies(Purpose::Password, b"p", &["id"], &mac).unwrap());
        assert!(!here.verifies(Purpose::Password, b"q", &["id"], &mac).unwrap());
        assert!(!here.verifies(Purpose::Password, b"p", &["other"], &mac).unwrap());
        assert!(!key(2, "here", 7).verifies(Purpose::Password, b"p", &["id"], &mac).unwrap());
        let derived =
            |key: &SealingKey, about| key.derive(Purpose::SessionSecret, &[about]).unwrap().expose().to_owned();
        assert_eq!(derived(&here, "a"), derived(&here, "a"));
        assert_ne!(derived(&here, "a"), derived(&here, "b"));
        assert_ne!(derived(&here, "a"), derived(&key(1, "there", 7), "a"));
        assert_eq!(derived(&here, "a").len(), 43);
    }
}
