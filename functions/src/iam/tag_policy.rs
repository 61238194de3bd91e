//! `TagPolicy`: sets tags of a managed policy.

use super::tags;
use service::{Authorized, Context, OwnPolicy, QueryInput, Result, Xml};
use store::{ManagedPolicy, ManagedPolicyEdit};

/// Sets the given tags and keeps the others.
pub(crate) async fn tag_policy(cx: Context, policy: Authorized<OwnPolicy>, input: QueryInput) -> Result<Xml> {
    let new = input.tags()?;
    let set = |policy: &ManagedPolicy| -> Result<_> {
        let tags = tags::with(&policy.tags, &new, "policy")?;
        Ok((tags != policy.tags).then_some(ManagedPolicyEdit::SetTags(tags)))
    };
    cx.store.change_managed_policy(&cx.actor(), &policy.summary.name, set).await?;
    Ok(Xml::new())
}
