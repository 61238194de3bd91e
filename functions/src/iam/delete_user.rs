//! `DeleteUser`: removes a user.

use service::{Authorized, Context, QueryInput, Result, Xml};
use store::User;

/// Removes a user who has no credentials, policies and groups any more.
pub(crate) async fn delete_user(cx: Context, user: Authorized<User>, _input: QueryInput) -> Result<Xml> {
    cx.store.delete_user(&cx.actor(), &user.summary.name).await?;
    Ok(Xml::new())
}
