//! `PutGroupPolicy`: sets an inline policy of a group.

use super::inputs::{policy_document, policy_name};
use super::policies::require_room;
use service::{Authorized, Context, QueryInput, Result, Xml};
use store::{Group, PolicyEdit};

/// Sets the policy, whether there was one of that name or not.
pub(crate) async fn put_group_policy(cx: Context, group: Authorized<Group>, input: QueryInput) -> Result<Xml> {
    let (name, document) = (policy_name(&input)?, policy_document(&input)?);
    let set = |group: &Group| -> Result<_> {
        if !group.policies.iter().any(|(known, _)| known.key() == name.key()) {
            require_room(group.policies.len() + group.attached.len())?;
        }
        Ok(vec![PolicyEdit::Put { name: name.clone(), document: document.to_owned() }])
    };
    cx.store.change_group(&cx.actor(), &group.summary.name, set).await?;
    Ok(Xml::new())
}
