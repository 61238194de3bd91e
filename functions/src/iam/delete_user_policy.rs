//! `DeleteUserPolicy`: removes an inline policy of a user.

use super::inputs::{missing, policy_name};
use service::{Authorized, Context, QueryInput, Result, Xml};
use store::{PolicyEdit, User, UserEdit};

/// Removes the policy.
pub(crate) async fn delete_user_policy(cx: Context, user: Authorized<User>, input: QueryInput) -> Result<Xml> {
    let name = policy_name(&input)?;
    let remove = |user: &User| -> Result<_> {
        if !user.policies.iter().any(|(known, _)| known.key() == name.key()) {
            return Err(missing("policy", &name));
        }
        Ok(vec![UserEdit::Policy(PolicyEdit::Delete(name.clone()))])
    };
    cx.store.change_user(&cx.actor(), &user.summary.name, remove).await?;
    Ok(Xml::new())
}
