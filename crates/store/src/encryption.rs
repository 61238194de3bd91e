//! Which key a repository is encrypted under.

use crate::amendment::Amendment;
use crate::error::Error;
use crate::repository::Repository;
use crate::rows::MetaRow;
use domain::{Actor, EventKind};

impl Repository {
    /// Sets the key; `None` means the service's own. Returns the key that it was before.
    pub async fn set_encryption_key(&self, actor: &Actor, key: Option<&str>) -> Result<Option<String>, Error> {
        self.amend(actor, |repository| async move {
            let before = repository.kms_key_id().map(str::to_owned);
            let after = key.map(str::to_owned);
            if before == after {
                return Ok(Amendment::none(before));
            }
            let modified = repository.store().now();
            Ok(Amendment {
                writes: Vec::new(),
                settings: Some(MetaRow { kms_key_id: after.clone(), modified, ..repository.meta().clone() }),
                events: vec![EventKind::RepositoryEncryptionKeyChanged { before: before.clone(), after }],
                outcome: before,
            })
        })
        .await
    }
}
