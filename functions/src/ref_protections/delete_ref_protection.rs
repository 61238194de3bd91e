//! `DeleteRefProtection`: deletes a ref protection.

use super::wire::{self, missing_protection, protection_name};
use api::own::{DeleteRefProtectionInput, DeleteRefProtectionOutput};
use service::{Authorized, Context, Result};
use store::Repository;

/// Deletes a protection, and tells what it demanded.
pub(crate) async fn delete_ref_protection(
    cx: Context,
    repository: Authorized<Repository>,
    input: DeleteRefProtectionInput,
) -> Result<DeleteRefProtectionOutput> {
    let name = protection_name(input.protection_name)?;
    let deleted = repository.delete_protection(&cx.actor(), &name).await?;
    let deleted = deleted.ok_or_else(|| missing_protection(&name))?;
    Ok(DeleteRefProtectionOutput { ref_protection: Some(wire::ref_protection(deleted)) })
}
