//! `AttachUserPolicy`: attaches a managed policy to a user.

use super::policies::require_room;
use service::{Authorized, Context, QueryInput, Result, Xml};
use store::{PolicyEdit, User, UserEdit};

/// Attaches the policy. One that is attached already stays so.
pub(crate) async fn attach_user_policy(cx: Context, user: Authorized<User>, input: QueryInput) -> Result<Xml> {
    let arn = input.required("PolicyArn")?;
    cx.managed_policy(arn).await?;
    let attach = |user: &User| -> Result<_> {
        if user.attached.contains(arn) {
            return Ok(Vec::new());
        }
        require_room(user.policies.len() + user.attached.len())?;
        Ok(vec![UserEdit::Policy(PolicyEdit::Attach(arn.to_owned()))])
    };
    cx.store.change_user(&cx.actor(), &user.summary.name, attach).await?;
    Ok(Xml::new())
}
