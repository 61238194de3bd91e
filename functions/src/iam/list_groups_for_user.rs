//! `ListGroupsForUser`: lists the groups that a user is in.

use super::{page, wire};
use service::{Authorized, Context, QueryInput, Result, Xml};
use store::User;

/// Lists the groups by name.
pub(crate) async fn list_groups_for_user(cx: Context, user: Authorized<User>, input: QueryInput) -> Result<Xml> {
    let mut groups = Vec::new();
    for name in &user.groups {
        if let Some(group) = cx.store.find_group(name).await? {
            groups.push((name.key(), wire::group(&cx, &group.summary)));
        }
    }
    page::of("Groups", &input, groups)
}
