//! `GetUserPolicy`: gives an inline policy of a user.

use super::inputs::{encoded_document, missing, policy_name};
use service::{Authorized, Context, QueryInput, Result, Xml};
use store::User;

/// Gives the policy's document as it was written.
pub(crate) async fn get_user_policy(_cx: Context, user: Authorized<User>, input: QueryInput) -> Result<Xml> {
    let wanted = policy_name(&input)?;
    let found = user.policies.iter().find(|(name, _)| name.key() == wanted.key());
    let (name, document) = found.ok_or_else(|| missing("policy", &wanted))?;
    Ok(Xml::new()
        .text("UserName", &user.summary.name)
        .text("PolicyName", name)
        .text("PolicyDocument", encoded_document(document)))
}
