//! `DeletePolicy`: removes a managed policy.

use service::{Authorized, Context, OwnPolicy, QueryInput, Result, Xml};

/// Removes a policy that is attached to nobody and has no version but the one that holds.
pub(crate) async fn delete_policy(cx: Context, policy: Authorized<OwnPolicy>, _input: QueryInput) -> Result<Xml> {
    cx.store.delete_managed_policy(&cx.actor(), &policy.summary.name).await?;
    Ok(Xml::new())
}
