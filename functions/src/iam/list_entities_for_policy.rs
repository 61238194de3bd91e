//! `ListEntitiesForPolicy`: tells whom a managed policy is attached to.

use super::inputs::failure;
use super::page;
use service::{Authorized, Context, OwnPolicy, QueryError, QueryInput, Result, Xml};

/// Lists users and groups, all on one page.
pub(crate) async fn list_entities_for_policy(
    _cx: Context,
    policy: Authorized<OwnPolicy>,
    input: QueryInput,
) -> Result<Xml> {
    let (users, groups) = match input.text("EntityFilter") {
        None => (true, true),
        Some("User") => (true, false),
        Some("Group") => (false, true),
        Some("Role") => (false, false),
        Some(_) => return Err(failure(QueryError::ValidationError, "EntityFilter is User, Group or Role")),
    };
    let users = policy.users.iter().filter(|_| users).map(|name| Xml::new().text("UserName", name));
    let groups = policy.groups.iter().filter(|_| groups).map(|name| Xml::new().text("GroupName", name));
    let told = Xml::new().list("PolicyUsers", users).list("PolicyGroups", groups);
    Ok(page::end(told.list("PolicyRoles", []), None))
}
