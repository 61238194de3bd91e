//! `AttachGroupPolicy`: attaches a managed policy to a group.

use super::policies::require_room;
use service::{Authorized, Context, QueryInput, Result, Xml};
use store::{Group, PolicyEdit};

/// Attaches the policy. One that is attached already stays so.
pub(crate) async fn attach_group_policy(cx: Context, group: Authorized<Group>, input: QueryInput) -> Result<Xml> {
    let arn = input.required("PolicyArn")?;
    cx.managed_policy(arn).await?;
    let attach = |group: &Group| -> Result<_> {
        if group.attached.contains(arn) {
            return Ok(Vec::new());
        }
        require_room(group.policies.len() + group.attached.len())?;
        Ok(vec![PolicyEdit::Attach(arn.to_owned())])
    };
    cx.store.change_group(&cx.actor(), &group.summary.name, attach).await?;
    Ok(Xml::new())
}
