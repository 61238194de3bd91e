//! `DeletePolicyVersion`: removes a version of a managed policy.

use super::inputs::failure;
use super::managed_policies::{no_version, version_number};
use service::{Authorized, Context, OwnPolicy, QueryError, QueryInput, Result, Xml};
use store::{ManagedPolicy, ManagedPolicyEdit};

/// Removes a version that does not hold.
pub(crate) async fn delete_policy_version(
    cx: Context,
    policy: Authorized<OwnPolicy>,
    input: QueryInput,
) -> Result<Xml> {
    let number = version_number(&input)?;
    let delete = |policy: &ManagedPolicy| -> Result<_> {
        policy.version(number).ok_or_else(|| no_version(number))?;
        if policy.summary.default == number {
            let told = "the version that holds cannot be deleted: set another one as default, or delete the policy";
            return Err(failure(QueryError::DeleteConflict, told));
        }
        Ok(Some(ManagedPolicyEdit::DeleteVersion(number)))
    };
    cx.store.change_managed_policy(&cx.actor(), &policy.summary.name, delete).await?;
    Ok(Xml::new())
}
