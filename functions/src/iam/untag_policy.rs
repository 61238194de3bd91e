//! `UntagPolicy`: removes tags of a managed policy.

use super::tags;
use service::{Authorized, Context, OwnPolicy, QueryInput, Result, Xml};
use store::{ManagedPolicy, ManagedPolicyEdit};

/// Removes the tags of the given keys. A key that is not there is no error.
pub(crate) async fn untag_policy(cx: Context, policy: Authorized<OwnPolicy>, input: QueryInput) -> Result<Xml> {
    let keys = input.list("TagKeys");
    let remove = |policy: &ManagedPolicy| -> Result<_> {
        let tags = tags::without(&policy.tags, keys.iter());
        Ok((tags != policy.tags).then_some(ManagedPolicyEdit::SetTags(tags)))
    };
    cx.store.change_managed_policy(&cx.actor(), &policy.summary.name, remove).await?;
    Ok(Xml::new())
}
