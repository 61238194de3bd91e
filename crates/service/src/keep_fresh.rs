//! Credentials that are used move to the newest version of the sealing key, so that old versions fall out of use by themselves.

use crate::failure::{Failure, Result};
use crate::pipeline::Service;
use auth::{Credential, CredentialError, SealingKey};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};
use store::StoredCredential;

/// How long nothing is moved after it failed. In AWS, functions that only read may not write credentials; others do it then.
pub(crate) const PAUSE: Duration = Duration::from_secs(15 * 60);

/// Until when nothing is moved, in seconds since 1970.
#[derive(Default)]
pub(crate) struct PausedUntil(pub(crate) AtomicU64);

impl Service {
    /// Stores a credential that was just used anew, if there is a newer version of the sealing key: as `sealed` seals it. When
    /// that fails, nobody is the worse for it.
    pub(crate) async fn keep_fresh(
        &self,
        credential: &Credential,
        stored: &StoredCredential,
        sealed: impl FnOnce(&SealingKey) -> std::result::Result<Credential, CredentialError>,
    ) {
        let now = self.components.clock.now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        if now < self.resealing_paused.0.load(Ordering::Relaxed) {
            return;
        }
        if let Err(failure) = self.move_to_newest(credential, stored, sealed).await {
            let cause = failure.source.map(|source| source.to_string()).unwrap_or(failure.message);
            tracing::debug!(credential = credential.id, cause, "a credential was not sealed anew");
            self.resealing_paused.0.store(now + PAUSE.as_secs(), Ordering::Relaxed);
        }
    }

    async fn move_to_newest(
        &self,
        credential: &Credential,
        stored: &StoredCredential,
        sealed: impl FnOnce(&SealingKey) -> std::result::Result<Credential, CredentialError>,
    ) -> Result<()> {
        if self.vault.newest_version().await?.is_none_or(|newest| newest <= credential.key_version()) {
            return Ok(());
        }
        let moved = sealed(&*self.vault.newest().await?).map_err(Failure::internal)?;
        let body = moved.to_json().map_err(Failure::internal)?;
        // Somebody else may have moved, changed or removed it meanwhile: all of that is better than this.
        self.components.store.credentials().replace(&credential.id, stored, body.into()).await?;
        Ok(())
    }
}
