//! `CreateGroup`: makes a group of users.

use super::wire;
use service::{Authorized, Context, QueryInput, Result, Xml};
use store::NewGroup;

/// Makes a group without members and permissions.
pub(crate) async fn create_group(cx: Context, new: Authorized<NewGroup>, _input: QueryInput) -> Result<Xml> {
    let group = cx.store.create_group(&cx.actor(), (*new).clone()).await?;
    Ok(Xml::new().nested("Group", &wire::group(&cx, &group.summary)))
}
