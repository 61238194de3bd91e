//! `PutUserPolicy`: sets an inline policy of a user.

use super::inputs::{policy_document, policy_name};
use super::policies::require_room;
use service::{Authorized, Context, QueryInput, Result, Xml};
use store::{PolicyEdit, User, UserEdit};

/// Sets the policy, whether there was one of that name or not.
pub(crate) async fn put_user_policy(cx: Context, user: Authorized<User>, input: QueryInput) -> Result<Xml> {
    let (name, document) = (policy_name(&input)?, policy_document(&input)?);
    let set = |user: &User| -> Result<_> {
        if !user.policies.iter().any(|(known, _)| known.key() == name.key()) {
            require_room(user.policies.len() + user.attached.len())?;
        }
        Ok(vec![UserEdit::Policy(PolicyEdit::Put { name: name.clone(), document: document.to_owned() })])
    };
    cx.store.change_user(&cx.actor(), &user.summary.name, set).await?;
    Ok(Xml::new())
}
