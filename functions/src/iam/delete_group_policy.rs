//! `DeleteGroupPolicy`: removes an inline policy of a group.

use super::inputs::{missing, policy_name};
use service::{Authorized, Context, QueryInput, Result, Xml};
use store::{Group, PolicyEdit};

/// Removes the policy.
pub(crate) async fn delete_group_policy(cx: Context, group: Authorized<Group>, input: QueryInput) -> Result<Xml> {
    let name = policy_name(&input)?;
    let remove = |group: &Group| -> Result<_> {
        if !group.policies.iter().any(|(known, _)| known.key() == name.key()) {
            return Err(missing("policy", &name));
        }
        Ok(vec![PolicyEdit::Delete(name.clone())])
    };
    cx.store.change_group(&cx.actor(), &group.summary.name, remove).await?;
    Ok(Xml::new())
}
