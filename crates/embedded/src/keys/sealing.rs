//! How a ciphertext is made up: format (1 byte, 1), key id (16), nonce (12), AES-256-GCM ciphertext, tag (16).
//!
//! Format, key id and encryption context are authenticated with it. Nonces are random; NIST SP 800-38D allows 2^32 of them
//! under one key, far more secrets than one machine's service ever seals.

use super::key_file::{KeyId, MasterKey};
use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use ports::{EncryptionContext, KeyError};
use zeroize::Zeroizing;

const FORMAT: u8 = 1;
const NONCE_BYTES: usize = 12;

/// Encrypts under a key.
pub(super) fn seal(key: &MasterKey, plaintext: &[u8], context: &EncryptionContext) -> Result<Vec<u8>, KeyError> {
    let mut nonce = [0; NONCE_BYTES];
    getrandom::fill(&mut nonce).map_err(|error| KeyError::Unavailable(Box::new(error)))?;
    let aad = additional_data(key.id, context);
    let sealed = key
        .cipher
        .encrypt(&Nonce::from(nonce), Payload { msg: plaintext, aad: &aad })
        .map_err(|_| KeyError::Invalid("the plaintext is too long".to_owned()))?;
    Ok([&[FORMAT][..], &key.id.0, &nonce, &sealed].concat())
}

/// The key that a ciphertext was made with, if it is a ciphertext of ours.
pub(super) fn key_of(ciphertext: &[u8]) -> Option<KeyId> {
    let (format, rest) = ciphertext.split_first()?;
    (*format == FORMAT).then_some(KeyId(*rest.first_chunk()?))
}

/// Decrypts what [`seal`] made under the same key and in the same context.
pub(super) fn open(
    key: &MasterKey,
    ciphertext: &[u8],
    context: &EncryptionContext,
) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let sealed = ciphertext.get(1 + size_of::<KeyId>()..).ok_or(KeyError::InvalidCiphertext)?;
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(KeyError::InvalidCiphertext)?;
    let aad = additional_data(key.id, context);
    let plaintext = key.cipher.decrypt(&Nonce::from(*nonce), Payload { msg: sealed, aad: &aad });
    plaintext.map(Zeroizing::new).map_err(|_| KeyError::InvalidCiphertext)
}

/// Every part has its length before it, so that no two contexts have the same bytes; the map gives them in order.
fn additional_data(key: KeyId, context: &EncryptionContext) -> Vec<u8> {
    let mut out = vec![FORMAT];
    out.extend(key.0);
    for part in context.iter().flat_map(|(name, value)| [name, value]) {
        out.extend((part.len() as u64).to_be_bytes());
        out.extend(part.as_bytes());
    }
    out
}

/// A key's cipher from its 32 bytes.
pub(super) fn cipher(key: &[u8; 32]) -> Aes256Gcm {
    use aes_gcm::KeyInit as _;
    Aes256Gcm::new(key.into())
}
