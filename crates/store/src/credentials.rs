//! The store of credentials: what is kept under an access key id. The content is sealed by whoever stores it.

use crate::error::Error;
use crate::keys;
use bytes::Bytes;
use ports::{CommitError, Expect, Table, Version, Write};
use std::sync::Arc;

/// Credentials by key id. Bodies are opaque here and are never logged.
#[derive(Clone)]
pub struct Credentials {
    table: Arc<dyn Table>,
}

/// A credential as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCredential {
    /// What whoever stored it sealed.
    pub body: Bytes,
    version: Version,
}

impl Credentials {
    pub(crate) fn new(table: Arc<dyn Table>) -> Self {
        Self { table }
    }

    /// What is stored under the key id, if there is something (1 get). Key ids come from clients: what cannot be one is not
    /// looked up.
    pub async fn find(&self, key_id: &str) -> Result<Option<StoredCredential>, Error> {
        if !is_key_id(key_id) {
            return Ok(None);
        }
        let row = self.table.get(&keys::credential(key_id)).await?;
        Ok(row.map(|row| StoredCredential { body: row.body, version: row.version }))
    }

    /// Puts the same credential in another form in place of `stored`. `false` when it was changed or removed meanwhile. Nothing
    /// has happened that anybody would be told of.
    pub async fn replace(&self, key_id: &str, stored: &StoredCredential, body: Bytes) -> Result<bool, Error> {
        let expect = Expect::Version(stored.version);
        let write = Write::Put { key: keys::credential(key_id), body, expires_at: None, expect };
        match self.table.commit(vec![write]).await {
            Ok(_) => Ok(true),
            Err(CommitError::Conflict(_)) => Ok(false),
            Err(error) => Err(Error::of_commit(error)),
        }
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
