//! `GetGroupPolicy`: gives an inline policy of a group.

use super::inputs::{encoded_document, missing, policy_name};
use service::{Authorized, Context, QueryInput, Result, Xml};
use store::Group;

/// Gives the policy's document as it was written.
pub(crate) async fn get_group_policy(_cx: Context, group: Authorized<Group>, input: QueryInput) -> Result<Xml> {
    let wanted = policy_name(&input)?;
    let found = group.policies.iter().find(|(name, _)| name.key() == wanted.key());
    let (name, document) = found.ok_or_else(|| missing("policy", &wanted))?;
    Ok(Xml::new()
        .text("GroupName", &group.summary.name)
        .text("PolicyName", name)
        .text("PolicyDocument", encoded_document(document)))
}
