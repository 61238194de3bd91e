//! Client request tokens: a request that is sent again with the same token makes nothing twice.

use crate::error::Error;
use crate::keys;
use crate::rows::{self, put_until};
use crate::stores::Store;
use ports::{Expect, Key, Write};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::time::{Duration, SystemTime};

/// How long a token is remembered: longer than any client tries one request again.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// A token of one caller for one operation, with the request that carried it.
#[derive(Debug, Clone)]
pub struct RequestToken {
    key: Key,
    request: String,
}

/// What is known of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenUse {
    /// It was not used yet, or long ago.
    New,
    /// It was used with this same request, which made what this text names.
    Same(String),
    /// It was used with another request.
    Different,
}

#[derive(Debug, Serialize, Deserialize)]
struct TokenRow {
    #[serde(rename = "q")]
    request: String,
    #[serde(rename = "r")]
    made: String,
}

impl RequestToken {
    /// The token that the principal of this ARN sent for `operation`; `request` is everything else that the request says, in a
    /// form that is the same for the same request. Callers and operations do not get in each other's way.
    pub fn new(principal: &str, operation: &str, token: &str, request: &[u8]) -> Self {
        let name = digest(&[principal.as_bytes(), operation.as_bytes(), token.as_bytes()]);
        Self { key: keys::token(&name), request: digest(&[request]) }
    }

    /// The row that remembers the token.
    pub(crate) fn key(&self) -> &Key {
        &self.key
    }

    /// The write that remembers what the request made. It conflicts when the token is used at the same time by another one:
    /// then look the token up again.
    pub(crate) fn remember(&self, made: &str, now: SystemTime) -> Result<Write, Error> {
        let row = TokenRow { request: self.request.clone(), made: made.to_owned() };
        put_until(self.key.clone(), &row, now + KEPT, Expect::Absent)
    }
}

impl Store {
    /// What is known of a token (1 get).
    pub async fn find_token(&self, token: &RequestToken) -> Result<TokenUse, Error> {
        let Some(row) = self.parts.table.get(&token.key).await? else {
            return Ok(TokenUse::New);
        };
        let TokenRow { request, made } = rows::decode(&row)?;
        Ok(if request == token.request { TokenUse::Same(made) } else { TokenUse::Different })
    }
}

/// A digest of parts that tells where each one ends.
pub(crate) fn digest(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
