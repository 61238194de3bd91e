//! `TagPolicy`: sets tags of a managed policy.

use super::inputs::{MOST_TAGS, failure};
use service::{Authorized, Context, OwnPolicy, QueryError, QueryInput, Result, Xml};
use store::{ManagedPolicy, ManagedPolicyEdit};

/// Sets the given tags and keeps the others.
pub(crate) async fn tag_policy(cx: Context, policy: Authorized<OwnPolicy>, input: QueryInput) -> Result<Xml> {
    let new = input.tags()?;
    let set = |policy: &ManagedPolicy| -> Result<_> {
        let mut tags = policy.tags.clone();
        tags.retain(|known, _| !new.keys().any(|key| key.eq_ignore_ascii_case(known)));
        tags.extend(new.clone());
        if tags.len() > MOST_TAGS {
            return Err(failure(QueryError::LimitExceeded, format!("a policy has at most {MOST_TAGS} tags")));
        }
        Ok((tags != policy.tags).then_some(ManagedPolicyEdit::SetTags(tags)))
    };
    cx.store.change_managed_policy(&cx.actor(), &policy.summary.name, set).await?;
    Ok(Xml::new())
}
