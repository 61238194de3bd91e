//! `ListGroups`: lists the groups of the account.

use super::{inputs, page, wire};
use service::{Account, Authorized, Context, QueryInput, Result, Xml};

/// Lists the groups whose path begins with the given prefix, by name. A page may have fewer groups than asked for, even none.
pub(crate) async fn list_groups(cx: Context, _account: Authorized<Account>, input: QueryInput) -> Result<Xml> {
    let prefix = inputs::path_prefix(&input)?;
    let found = cx.store.list_groups(page::after(&input)?.as_deref(), inputs::max_items(&input)?).await?;
    let groups = found.groups.iter().filter(|group| group.path.as_str().starts_with(prefix));
    let groups = Xml::new().list("Groups", groups.map(|group| wire::group(&cx, group)));
    Ok(page::end(groups, found.next.as_deref()))
}
