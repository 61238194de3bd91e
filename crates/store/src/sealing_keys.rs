//! The versions of the key under which secrets are sealed, each wrapped under a master key, and the id of the installation that
//! they belong to.

use crate::error::Error;
use crate::events::EventsOfChange;
use crate::keys;
use crate::rows::{self, Millis, behind, damaged, put};
use crate::stores::{Store, random};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::{Actor, EventKind};
use ports::{CommitError, Expect, SortRange};
use serde::{Deserialize, Serialize};

/// An installation's id, and the versions of its sealing key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealingKeys {
    /// 32 hexadecimal digits, drawn at the first start.
    pub deployment: String,
    /// From the oldest to the newest.
    pub versions: Vec<WrappedKey>,
}

/// A version of the sealing key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedKey {
    /// 1, 2, 3 and so on.
    pub version: u32,
    /// The key, wrapped under a master key.
    pub wrapped: Vec<u8>,
}

/// `SYSTEM` / `DEPLOYMENT`
#[derive(Debug, Serialize, Deserialize)]
struct DeploymentRow {
    #[serde(rename = "i")]
    id: String,
}

/// `SYSTEM` / `KEY#<version>`
#[derive(Debug, Serialize, Deserialize)]
struct SealingKeyRow {
    #[serde(rename = "w")]
    wrapped: String,
    #[serde(rename = "c")]
    created: Millis,
}

impl Store {
    /// The versions that there are (1 scan); `None` before the first one was made.
    pub async fn sealing_keys(&self) -> Result<Option<SealingKeys>, Error> {
        let (mut deployment, mut versions) = (None, Vec::new());
        for row in self.scan_all(keys::SYSTEM.to_owned(), SortRange::All, false).await? {
            if row.key == keys::deployment() {
                deployment = Some(rows::decode::<DeploymentRow>(&row)?.id);
            } else if row.key.sort.starts_with(keys::SEALING_KEY) {
                let version = behind(keys::SEALING_KEY, &row.key)?;
                let version = version.parse().map_err(|error| damaged(&row.key, error))?;
                let SealingKeyRow { wrapped, .. } = rows::decode(&row)?;
                let wrapped = STANDARD.decode(wrapped).map_err(|error| damaged(&row.key, error))?;
                versions.push(WrappedKey { version, wrapped });
            }
        }
        Ok(deployment.map(|deployment| SealingKeys { deployment, versions }))
    }

    /// An id for an installation that has none yet.
    pub fn new_deployment_id() -> Result<String, Error> {
        Ok(random::<16>()?.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Keeps the first version of all together with the id of the installation. `false` when somebody else was faster. Nobody is
    /// told of it, as there is nobody yet.
    pub async fn create_first_sealing_key(&self, deployment: &str, key: &WrappedKey) -> Result<bool, Error> {
        let row = DeploymentRow { id: deployment.to_owned() };
        let writes = vec![put(keys::deployment(), &row, Expect::Absent)?, self.put_sealing_key(key)?];
        match self.parts.table.commit(writes).await {
            Ok(_) => Ok(true),
            Err(CommitError::Conflict(_)) => Ok(false),
            Err(error) => Err(Error::of_commit(error)),
        }
    }

    /// Keeps a further version. `false` when there is one of this number by now.
    pub async fn add_sealing_key(&self, actor: &Actor, key: &WrappedKey) -> Result<bool, Error> {
        let mut writes = vec![self.put_sealing_key(key)?];
        let rotated = EventKind::SealingKeyRotated { key_version: key.version };
        writes.extend(EventsOfChange::new(self, actor)?.rows(None, vec![rotated])?);
        match self.parts.table.commit(writes).await {
            Ok(_) => Ok(true),
            Err(CommitError::Conflict(_)) => Ok(false),
            Err(error) => Err(Error::of_commit(error)),
        }
    }

    fn put_sealing_key(&self, key: &WrappedKey) -> Result<ports::Write, Error> {
        let row = SealingKeyRow { wrapped: STANDARD.encode(&key.wrapped), created: self.now() };
        put(keys::sealing_key(key.version), &row, Expect::Absent)
    }
}
