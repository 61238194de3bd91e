//! `UpdateRepositoryEncryptionKey`: names another key for a repository to be encrypted under.

use crate::inputs::required;
use api::{ErrorCode, UpdateRepositoryEncryptionKeyInput, UpdateRepositoryEncryptionKeyOutput};
use service::{Authorized, Context, OWN_KEY_ALIAS, Result};
use store::Repository;

/// Sets the key, and tells which one it was before.
pub(crate) async fn update_repository_encryption_key(
    cx: Context,
    repository: Authorized<Repository>,
    input: UpdateRepositoryEncryptionKeyInput,
) -> Result<UpdateRepositoryEncryptionKeyOutput> {
    let name = required(input.kms_key_id, ErrorCode::EncryptionKeyRequiredException, "a key")?;
    let key = cx.encryption_key(&name).await?;
    let original = repository.set_encryption_key(&cx.actor(), key.as_deref()).await?;
    let shown = |key: Option<String>| Some(key.unwrap_or_else(|| OWN_KEY_ALIAS.to_owned()));
    Ok(UpdateRepositoryEncryptionKeyOutput {
        repository_id: Some(repository.id().to_string()),
        kms_key_id: shown(key),
        original_kms_key_id: shown(original),
    })
}
