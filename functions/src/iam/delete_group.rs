//! `DeleteGroup`: removes a group.

use service::{Authorized, Context, QueryInput, Result, Xml};
use store::Group;

/// Removes a group that has no members and policies any more.
pub(crate) async fn delete_group(cx: Context, group: Authorized<Group>, _input: QueryInput) -> Result<Xml> {
    cx.store.delete_group(&cx.actor(), &group.summary.name).await?;
    Ok(Xml::new())
}
