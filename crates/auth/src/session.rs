//! Sessions: keys that are good for some hours, of which nothing is stored.
//!
//! A session token is sealed and says whose session it is; the secret of its key is derived. So whoever has the sealing key can
//! verify a session without looking anything up but its user.
//!
//! ```text
//! cfst1.<version of the sealing key>.<base64url of the sealed claims>
//! ```

use crate::access_key::fresh_session_id;
use crate::failure::{AuthenticationFailure, Reason};
use crate::sealing_key::{Purpose, SealingError, SealingKey};
use crate::secret::Secret;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::IamPrincipal;
use serde::{Deserialize, Serialize};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The longest a token may be, in bytes: a gateway allows 10,240 for all headers together, and git sends it in base64.
pub const MOST_TOKEN_BYTES: usize = 1200;

const PREFIX: &str = "cfst1.";

/// What a session token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionClaims {
    /// The user's name.
    #[serde(rename = "u")]
    pub user: String,
    /// The user's unique id, so that a later user of the same name is not taken for this one.
    #[serde(rename = "i")]
    pub user_id: String,
    /// What the session was asked for with: it ends with that.
    #[serde(rename = "k")]
    pub parent: SessionParent,
    /// When it was issued, in milliseconds since 1970.
    #[serde(rename = "t")]
    pub issued_millis: u64,
    /// When it expires, in seconds since 1970.
    #[serde(rename = "e")]
    pub expires_seconds: u64,
    /// A policy document: what the session may do, it may only if this allows it too.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
}

/// What a session was asked for with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SessionParent {
    /// The id of an access key.
    AccessKey(String),
    /// The identity of an IAM principal, for which AWS vouched.
    IamPrincipal {
        /// Who signs in as the user.
        #[serde(rename = "p")]
        principal: IamPrincipal,
        /// The unique id that it had then.
        #[serde(rename = "i")]
        unique_id: String,
    },
}

/// The keys of a session, to be told once.
pub struct SessionKeys {
    /// `CFKS` and 16 characters.
    pub access_key_id: String,
    /// `cfs_` and 43 characters.
    pub secret: Secret,
    /// The token.
    pub token: Secret,
}

/// Why there is no session.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// What the token would have to say does not fit into it.
    #[error("the token would have more than {MOST_TOKEN_BYTES} bytes")]
    TooLarge,
    /// The token cannot be sealed.
    #[error(transparent)]
    Sealing(#[from] SealingError),
    /// The claims cannot be written.
    #[error("the claims cannot be written: {0}")]
    Claims(#[from] serde_json::Error),
}

/// A session token that has the form of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionToken {
    version: u32,
    sealed: Vec<u8>,
}

impl SessionClaims {
    /// When it was issued.
    pub fn issued(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(self.issued_millis)
    }

    /// When it expires.
    pub fn expires(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(self.expires_seconds)
    }

    /// Fresh keys for a session of which this is true.
    pub fn issue(&self, key: &SealingKey) -> Result<SessionKeys, SessionError> {
        let id = fresh_session_id().map_err(SealingError::from)?;
        let sealed = key.seal(Purpose::SessionToken, &serde_json::to_vec(self)?, &[&id])?;
        let token = format!("{PREFIX}{}.{}", key.version(), URL_SAFE_NO_PAD.encode(sealed));
        if token.len() > MOST_TOKEN_BYTES {
            return Err(SessionError::TooLarge);
        }
        let secret = secret(&id, self.expires_seconds, key)?;
        Ok(SessionKeys { access_key_id: id, secret, token: Secret::new(token) })
    }
}

impl SessionToken {
    /// Reads a token; `None` when it does not have the form of one.
    pub fn parse(text: &str) -> Option<Self> {
        let (version, sealed) = text.strip_prefix(PREFIX)?.split_once('.')?;
        let number: u32 = version.parse().ok()?;
        let canonical = text.len() <= MOST_TOKEN_BYTES && number.to_string() == version;
        let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        canonical.then_some(Self { version: number, sealed })
    }

    /// The version of the sealing key that opens it.
    pub fn key_version(&self) -> u32 {
        self.version
    }

    /// What the token says of the key of this id, and that key's secret. It must not have expired.
    pub fn open(
        &self,
        access_key_id: &str,
        key: &SealingKey,
        now: SystemTime,
    ) -> Result<(SessionClaims, Secret), AuthenticationFailure> {
        let opened = key.open(Purpose::SessionToken, &self.sealed, &[access_key_id]);
        let opened = opened.map_err(|_| AuthenticationFailure::unknown_token())?;
        let claims: SessionClaims =
            serde_json::from_slice(&opened).map_err(|_| AuthenticationFailure::unknown_token())?;
        if claims.expires() <= now {
            return Err(AuthenticationFailure::new(
                Reason::Expired,
                "the session has expired: ask for new keys (aws sts get-session-token, or coldforge credential-process)",
            ));
        }
        let secret = secret(access_key_id, claims.expires_seconds, key);
        Ok((claims, secret.map_err(|_| AuthenticationFailure::unknown_token())?))
    }
}

fn secret(access_key_id: &str, expires: u64, key: &SealingKey) -> Result<Secret, SealingError> {
    let derived = key.derive(Purpose::SessionSecret, &[access_key_id, &expires.to_string()])?;
    Ok(Secret::new(format!("cfs_{}", derived.expose())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use zeroize::Zeroizing;

    fn key(version: u32, byte: u8) -> SealingKey {
        SealingKey::new(version, "here", Zeroizing::new([byte; 32]))
    }

    fn claims() -> SessionClaims {
        SessionClaims {
            user: "a".repeat(64),
            user_id: "AIDAABCDEFGHIJKLMNOPQ".to_owned(),
            parent: SessionParent::AccessKey("CFKAABCDEFGHIJKLMNOP".to_owned()),
            issued_millis: 1_795_000_000_000,
            expires_seconds: 1_795_003_600,
            policy: None,
        }
    }

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn a_token_opens_with_its_key_until_it_expires() {
        let keys = claims().issue(&key(3, 7)).unwrap();
        let token = SessionToken::parse(keys.token.expose()).unwrap();
        assert_eq!(token.key_version(), 3);
        let (found, secret) = token.open(&keys.access_key_id, &key(3, 7), at(1_795_003_599)).unwrap();
        assert_eq!((found, secret.expose()), (claims(), keys.secret.expose()));
        let expired = token.open(&keys.access_key_id, &key(3, 7), at(1_795_003_600)).err().unwrap();
        assert_eq!(expired.reason, Reason::Expired);
    }

    #[test]
    fn a_token_is_nothing_with_another_key_or_altered() {
        let keys = claims().issue(&key(3, 7)).unwrap();
        let open = |text: &str, id: &str, key: &SealingKey| {
            SessionToken::parse(text).is_some_and(|token| token.open(id, key, at(1_795_000_000)).is_ok())
        };
        let (token, id) = (keys.token.expose(), keys.access_key_id.as_str());
        assert!(open(token, id, &key(3, 7)));
        assert!(!open(token, "CFKSAAAAAAAAAAAAAAAA", &key(3, 7)));
        assert!(!open(token, id, &key(3, 8)) && !open(token, id, &key(2, 7)));
        for at in 0..token.len() {
            let mut altered = token.to_owned();
            let other = if &token[at..=at] == "x" { "y" } else { "x" };
            altered.replace_range(at..=at, other);
            assert!(!open(&altered, id, &key(3, 7)), "{at}");
        }
    }

    #[test]
    fn a_token_is_short_however_long_the_policy() {
        let with = |length: usize| SessionClaims { policy: Some("p".repeat(length)), ..claims() }.issue(&key(1, 7));
        assert!(with(600).unwrap().token.expose().len() <= MOST_TOKEN_BYTES);
        assert!(matches!(with(900), Err(SessionError::TooLarge)));
        assert!(claims().issue(&key(1, 7)).unwrap().token.expose().len() < 350);
    }
}
