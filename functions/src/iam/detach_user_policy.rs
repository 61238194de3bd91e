//! `DetachUserPolicy`: detaches a managed policy from a user.

use super::policies::not_attached;
use service::{Authorized, Context, QueryInput, Result, Xml};
use store::{PolicyEdit, User, UserEdit};

/// Detaches the policy.
pub(crate) async fn detach_user_policy(cx: Context, user: Authorized<User>, input: QueryInput) -> Result<Xml> {
    let arn = input.required("PolicyArn")?;
    let detach = |user: &User| -> Result<_> {
        if !user.attached.contains(arn) {
            return Err(not_attached(arn));
        }
        Ok(vec![UserEdit::Policy(PolicyEdit::Detach(arn.to_owned()))])
    };
    cx.store.change_user(&cx.actor(), &user.summary.name, detach).await?;
    Ok(Xml::new())
}
