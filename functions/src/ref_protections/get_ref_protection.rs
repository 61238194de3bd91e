//! `GetRefProtection`: tells what a ref protection demands.

use super::wire::{self, missing_protection, protection_name};
use api::own::{GetRefProtectionInput, GetRefProtectionOutput};
use service::{Authorized, Context, Result};
use store::Repository;

/// Tells of a protection.
pub(crate) async fn get_ref_protection(
    _cx: Context,
    repository: Authorized<Repository>,
    input: GetRefProtectionInput,
) -> Result<GetRefProtectionOutput> {
    let name = protection_name(input.protection_name)?;
    let protection = repository.protection(&name).ok_or_else(|| missing_protection(&name))?;
    Ok(GetRefProtectionOutput { ref_protection: Some(wire::ref_protection(protection)) })
}
