//! `CreateUser`: makes a user.

use super::wire;
use service::{Authorized, Context, QueryInput, Result, Xml};
use store::NewUser;

/// Makes a user, who may do nothing and has no credentials yet.
pub(crate) async fn create_user(cx: Context, new: Authorized<NewUser>, _input: QueryInput) -> Result<Xml> {
    let user = cx.store.create_user(&cx.actor(), (*new).clone()).await?;
    Ok(Xml::new().nested("User", &wire::user(&cx, &user)))
}
