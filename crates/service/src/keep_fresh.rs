//! Credentials that are used move to the newest version of the sealing key, so that old versions fall out of use by themselves.

use crate::failure::{Failure, Result};
use crate::pipeline::Service;
use auth::{Credential, CredentialError, SealingKey};
use store::StoredCredential;

impl Service {
    /// Stores a credential that was just used anew, if there is a newer version of the sealing key: as `sealed` seals it. When
    /// that fails, nobody is the worse for it.
    pub(crate) async fn keep_fresh(
        &self,
        credential: &Credential,
        stored: &StoredCredential,
        sealed: impl FnOnce(&SealingKey) -> std::result::Result<Credential, CredentialError>,
    ) {
        let moved = self.move_to_newest(credential, stored, sealed);
        self.resealing_paused.attempt(self.seconds(), &credential.id, "a credential was not sealed anew", moved).await;
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
