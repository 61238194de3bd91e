//! The store of credentials: what is kept under an access key id. The content is sealed by whoever stores it.

use crate::error::Error;
use crate::keys;
use bytes::Bytes;
use ports::{CommitError, Expect, Table, Write};
use std::sync::Arc;

/// Credentials by key id. Bodies are opaque here and are never logged.
#[derive(Clone)]
pub struct Credentials {
    table: Arc<dyn Table>,
}

impl Credentials {
    pub(crate) fn new(table: Arc<dyn Table>) -> Self {
        Self { table }
    }

    /// The body stored under the key id, if there is one (1 get). Key ids come from clients: what cannot be one is not
    /// looked up.
    pub async fn find(&self, key_id: &str) -> Result<Option<Bytes>, Error> {
        if !is_key_id(key_id) {
            return Ok(None);
        }
        Ok(self.table.get(&keys::credential(key_id)).await?.map(|row| row.body))
    }

    /// Stores a new credential. `false` when there is one with this key id already, or when it is no key id: 1 to 128
    /// ASCII letters and digits, `-` and `_`.
    pub async fn create(&self, key_id: &str, body: Bytes) -> Result<bool, Error> {
        if !is_key_id(key_id) {
            return Ok(false);
        }
        let write = Write::Put { key: keys::credential(key_id), body, expires_at: None, expect: Expect::Absent };
        match self.table.commit(vec![write]).await {
            Ok(_) => Ok(true),
            Err(CommitError::Conflict(_)) => Ok(false),
            Err(error) => Err(Error::of_commit(error)),
        }
    }
}

fn is_key_id(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}
