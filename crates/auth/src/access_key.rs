//! Service keys: an access key id and a secret, shaped so that unchanged AWS clients take them.

use crate::secret::{RandomError, Secret, checksum, random_base62, random_text};

/// The characters of AWS's own key ids after the prefix.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// What the ids of static keys begin with. A prefix of our own, so that no scanner takes a leaked one for an AWS key.
const STATIC: &str = "CFKA";

/// What the ids of session keys begin with.
const SESSION: &str = "CFKS";

/// A key for signing API requests and Git requests.
pub struct AccessKey {
    /// `CFKA` and 16 characters.
    pub id: String,
    /// `cfs_`, 30 random characters (178 bits) and a checksum of 6.
    pub secret: Secret,
}

/// The kinds of access keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyKind {
    /// Good until it is deleted; its secret is stored.
    Static,
    /// Good for some hours and only together with a token; nothing of it is stored.
    Session,
}

impl AccessKey {
    /// A fresh key.
    pub fn generate() -> Result<Self, RandomError> {
        let body = format!("cfs_{}", random_base62(30)?);
        let secret = format!("{body}{}", checksum(&body));
        Ok(Self { id: fresh_id(STATIC)?, secret: Secret::new(secret) })
    }
}

impl KeyKind {
    /// The kind of the key that has this id; `None` when it is no id of ours.
    pub(crate) fn of(id: &str) -> Option<Self> {
        let (prefix, rest) = id.split_at_checked(4)?;
        let well_formed = rest.len() == 16 && rest.bytes().all(|byte| BASE32.contains(&byte));
        match prefix {
            STATIC if well_formed => Some(Self::Static),
            SESSION if well_formed => Some(Self::Session),
            _ => None,
        }
    }
}

/// A fresh id of a session key.
pub(crate) fn fresh_session_id() -> Result<String, RandomError> {
    fresh_id(SESSION)
}

fn fresh_id(prefix: &str) -> Result<String, RandomError> {
    Ok(format!("{prefix}{}", random_text(BASE32, 16)?))
}
