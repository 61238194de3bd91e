//! `DetachGroupPolicy`: detaches a managed policy from a group.

use super::policies::not_attached;
use service::{Authorized, Context, QueryInput, Result, Xml};
use store::{Group, PolicyEdit};

/// Detaches the policy.
pub(crate) async fn detach_group_policy(cx: Context, group: Authorized<Group>, input: QueryInput) -> Result<Xml> {
    let arn = input.required("PolicyArn")?;
    let detach = |group: &Group| -> Result<_> {
        if !group.attached.contains(arn) {
            return Err(not_attached(arn));
        }
        Ok(vec![PolicyEdit::Detach(arn.to_owned())])
    };
    cx.store.change_group(&cx.actor(), &group.summary.name, detach).await?;
    Ok(Xml::new())
}
