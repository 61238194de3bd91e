//! `RemoveUserFromGroup`: takes a user out of a group.

use super::inputs::{invalid, missing};
use domain::UserName;
use service::{Authorized, Context, QueryInput, Result, Xml};
use store::Group;

/// Takes the user out of the group.
pub(crate) async fn remove_user_from_group(cx: Context, group: Authorized<Group>, input: QueryInput) -> Result<Xml> {
    let name = UserName::parse(input.required("UserName")?).map_err(invalid)?;
    if !group.members.iter().any(|member| member.key() == name.key()) {
        return Err(missing("member", &name));
    }
    cx.store.set_membership(&cx.actor(), &name, &group.summary.name, false).await?;
    Ok(Xml::new())
}
