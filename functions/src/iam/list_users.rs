//! `ListUsers`: lists the users of the account.

use super::{inputs, page, wire};
use service::{Account, Authorized, Context, QueryInput, Result, Xml};

/// Lists the users whose path begins with the given prefix, by name. A page may have fewer users than asked for, even none.
pub(crate) async fn list_users(cx: Context, _account: Authorized<Account>, input: QueryInput) -> Result<Xml> {
    let prefix = inputs::path_prefix(&input)?;
    let found = cx.store.list_users(page::after(&input)?.as_deref(), inputs::max_items(&input)?).await?;
    let users = found.users.iter().filter(|user| user.path.as_str().starts_with(prefix));
    let users = Xml::new().list("Users", users.map(|user| wire::user_summary(&cx, user)));
    Ok(page::end(users, found.next.as_deref()))
}
