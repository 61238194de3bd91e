//! The sealing key in memory: which version is the newest, and those versions that were needed lately, unwrapped.

use crate::failure::Failure;
use auth::SealingKey;
use domain::Actor;
use ports::clock::Clock;
use ports::{EncryptionContext, KeyError, Keys};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};
use store::{SealingKeys, Store, WrappedKey};

/// How long unwrapped keys are kept, and how long a rotation may take to be noticed by everybody.
const KEPT: Duration = Duration::from_secs(15 * 60);

/// How often it is looked whether a version that is not known has been made meanwhile. Session tokens name versions, and anybody
/// can make one up.
const LOOK_PAUSE: Duration = Duration::from_secs(10);

/// How often a new version is tried to be made when others do the same.
const ATTEMPTS: u32 = 8;

/// Why the sealing key cannot be used. Never the caller's fault.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The versions cannot be read or kept.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The master key cannot be used.
    #[error("the sealing key cannot be wrapped or unwrapped: {0}")]
    Key(#[from] KeyError),
    /// There is the id of the installation, but no version.
    #[error("the installation has an id but no sealing key")]
    Missing,
}

type Result<T> = std::result::Result<T, VaultError>;

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Store(error) => error.into(),
            error => Self::internal(error),
        }
    }
}

/// Hands out the versions of the sealing key.
///
/// They are kept in the table, wrapped under the default master key. An unwrapped one is used for at most 15 minutes, so that
/// it costs a call of the master key now and then, and is wiped afterwards.
pub struct Vault {
    store: Store,
    keys: Arc<dyn Keys>,
    clock: Arc<dyn Clock>,
    held: Mutex<Held>,
}

/// What is known at the moment.
#[derive(Default)]
struct Held {
    /// When the table was read.
    read: Option<SystemTime>,
    stored: Option<Arc<SealingKeys>>,
    /// With the time at which each was unwrapped.
    unwrapped: HashMap<u32, (SystemTime, Arc<SealingKey>)>,
}

impl Vault {
    /// A vault over these; reads nothing yet.
    pub fn new(store: Store, keys: Arc<dyn Keys>, clock: Arc<dyn Clock>) -> Self {
        Self { store, keys, clock, held: Mutex::default() }
    }

    /// The newest version, for what is sealed now. The first one is made when it is first asked for.
    pub async fn newest(&self) -> Result<Arc<SealingKey>> {
        let stored = match self.stored(KEPT).await? {
            Some(stored) => stored,
            None => self.create_first().await?,
        };
        self.unwrapped(&stored, newest(&stored)?).await
    }

    /// The version of this number, for what was sealed under it; `None` when there is none.
    pub async fn version(&self, version: u32) -> Result<Option<Arc<SealingKey>>> {
        let find = |stored: &SealingKeys| stored.versions.iter().find(|known| known.version == version).cloned();
        let mut stored = self.stored(KEPT).await?;
        if stored.as_ref().is_none_or(|stored| find(stored).is_none()) {
            stored = self.stored(LOOK_PAUSE).await?;
        }
        let Some(stored) = stored else { return Ok(None) };
        match find(&stored) {
            Some(wrapped) => self.unwrapped(&stored, &wrapped).await.map(Some),
            None => Ok(None),
        }
    }

    /// The number of the newest version, as far as it is known.
    pub(crate) async fn newest_version(&self) -> Result<Option<u32>> {
        let stored = self.stored(KEPT).await?;
        Ok(stored.and_then(|stored| stored.versions.last().map(|newest| newest.version)))
    }

    /// Makes a new version, under which everything is sealed from now on; gives its number. What was sealed before stays
    /// readable, and is sealed anew when it is used.
    pub(crate) async fn rotate(&self, actor: &Actor) -> Result<u32> {
        for _ in 0..ATTEMPTS {
            let stored = match self.stored(Duration::ZERO).await? {
                Some(stored) => stored,
                None => self.create_first().await?,
            };
            let version = newest(&stored)?.version + 1;
            let wrapped = self.wrap(&stored.deployment, version).await?;
            let added = self.store.add_sealing_key(actor, &wrapped).await?;
            self.forget();
            if added {
                return Ok(version);
            }
        }
        Err(store::Error::Contended.into())
    }

    async fn create_first(&self) -> Result<Arc<SealingKeys>> {
        let deployment = Store::new_deployment_id()?;
        let first = self.wrap(&deployment, 1).await?;
        // Whoever was faster made one that is as good.
        self.store.create_first_sealing_key(&deployment, &first).await?;
        let stored = self.stored(Duration::ZERO).await?;
        stored.ok_or(VaultError::Missing)
    }

    async fn wrap(&self, deployment: &str, version: u32) -> Result<WrappedKey> {
        let made = self.keys.generate_data_key(None, &context(deployment, version)).await?;
        Ok(WrappedKey { version, wrapped: made.wrapped })
    }

    /// What the table says, or said less than `age` ago.
    async fn stored(&self, age: Duration) -> Result<Option<Arc<SealingKeys>>> {
        let now = self.clock.now();
        {
            let mut held = self.held();
            held.unwrapped.retain(|_, (unwrapped, _)| is_younger(*unwrapped, now, KEPT));
            if held.stored.is_some() && held.read.is_some_and(|read| is_younger(read, now, age)) {
                return Ok(held.stored.clone());
            }
        }
        let stored = self.store.sealing_keys().await?.map(Arc::new);
        let mut held = self.held();
        (held.read, held.stored) = (Some(now), stored.clone());
        Ok(stored)
    }

    async fn unwrapped(&self, stored: &SealingKeys, key: &WrappedKey) -> Result<Arc<SealingKey>> {
        if let Some((_, known)) = self.held().unwrapped.get(&key.version) {
            return Ok(known.clone());
        }
        let opened = self.keys.decrypt(&key.wrapped, &context(&stored.deployment, key.version)).await?;
        let mut plain = zeroize::Zeroizing::new([0; 32]);
        if opened.len() != plain.len() {
            return Err(KeyError::InvalidCiphertext.into());
        }
        plain.copy_from_slice(&opened);
        let unwrapped = Arc::new(SealingKey::new(key.version, stored.deployment.as_str(), plain));
        self.held().unwrapped.insert(key.version, (self.clock.now(), unwrapped.clone()));
        Ok(unwrapped)
    }

    fn forget(&self) {
        *self.held() = Held::default();
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_younger(then: SystemTime, now: SystemTime, age: Duration) -> bool {
    now.duration_since(then).is_ok_and(|passed| passed < age)
}

fn newest(stored: &SealingKeys) -> Result<&WrappedKey> {
    stored.versions.last().ok_or(VaultError::Missing)
}

/// Binds a wrapped key to its installation and version.
fn context(deployment: &str, version: u32) -> EncryptionContext {
    [
        ("coldforge:deployment".to_owned(), deployment.to_owned()),
        ("coldforge:sealing-key".to_owned(), version.to_string()),
    ]
    .into()
}
