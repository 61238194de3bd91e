//! `GetGroup`: tells what is known of a group, and who is in it.

use super::{page, wire};
use service::{Authorized, Context, QueryInput, Result, Xml};
use store::Group;

/// Tells of the group, and lists its members by name.
pub(crate) async fn get_group(cx: Context, group: Authorized<Group>, input: QueryInput) -> Result<Xml> {
    let mut members = Vec::new();
    for name in &group.members {
        if let Some(user) = cx.store.find_user(name).await? {
            members.push((name.key(), wire::user_summary(&cx, &user.summary)));
        }
    }
    Ok(Xml::new().nested("Group", &wire::group(&cx, &group.summary)).and(&page::of("Users", &input, members)?))
}
