//! `SetDefaultPolicyVersion`: says which version of a managed policy holds.

use super::managed_policies::{no_version, version_number};
use service::{Authorized, Context, OwnPolicy, QueryInput, Result, Xml};
use store::{ManagedPolicy, ManagedPolicyEdit};

/// From now on the named version decides, wherever the policy is attached.
pub(crate) async fn set_default_policy_version(
    cx: Context,
    policy: Authorized<OwnPolicy>,
    input: QueryInput,
) -> Result<Xml> {
    let number = version_number(&input)?;
    let set = |policy: &ManagedPolicy| -> Result<_> {
        policy.version(number).ok_or_else(|| no_version(number))?;
        Ok((policy.summary.default != number).then_some(ManagedPolicyEdit::SetDefault(number)))
    };
    cx.store.change_managed_policy(&cx.actor(), &policy.summary.name, set).await?;
    Ok(Xml::new())
}
