//! `AddUserToGroup`: puts a user into a group.

use super::inputs::{failure, invalid, missing};
use domain::UserName;
use service::{Authorized, Context, QueryError, QueryInput, Result, Xml};
use store::Group;

/// The most groups that a user may be in (AWS IAM quotas).
const MOST: usize = 10;

/// Puts the user into the group. One who is in it already stays so.
pub(crate) async fn add_user_to_group(cx: Context, group: Authorized<Group>, input: QueryInput) -> Result<Xml> {
    let name = UserName::parse(input.required("UserName")?).map_err(invalid)?;
    let user = cx.store.find_user(&name).await?.ok_or_else(|| missing("user", &name))?;
    let group = &group.summary.name;
    if user.groups.len() >= MOST && !user.groups.contains(group) {
        return Err(failure(QueryError::LimitExceeded, format!("a user is in at most {MOST} groups")));
    }
    cx.store.set_membership(&cx.actor(), &name, group, true).await?;
    Ok(Xml::new())
}
