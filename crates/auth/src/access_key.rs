//! Service keys: an access key id and a secret, shaped so that unchanged AWS clients take them.

use crate::secret::{RandomError, Secret, checksum, random_base62, random_text};

/// The characters of AWS's own key ids after the prefix.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// A key for signing API requests and Git requests.
pub struct AccessKey {
    /// `CFKA` and 16 characters. A prefix of our own, so that no scanner takes a leaked one for an AWS key.
    pub id: String,
    /// `cfs_`, 30 random characters (178 bits) and a checksum of 6.
    pub secret: Secret,
}

impl AccessKey {
    /// A fresh key.
    pub fn generate() -> Result<Self, RandomError> {
        let body = format!("cfs_{}", random_base62(30)?);
        let secret = format!("{body}{}", checksum(&body));
        Ok(Self { id: format!("CFKA{}", random_text(BASE32, 16)?), secret: Secret::new(secret) })
    }
}

/// Whether a text has the form of a static service key's id.
pub(crate) fn is_access_key_id(text: &str) -> bool {
    text.strip_prefix("CFKA").is_some_and(|rest| rest.len() == 16 && rest.bytes().all(|byte| BASE32.contains(&byte)))
}
