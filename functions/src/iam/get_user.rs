//! `GetUser`: tells what is known of a user.

use super::wire;
use service::{Authorized, Context, QueryInput, Result, UserOrCaller, Xml};

/// Tells of the named user, or of the caller.
pub(crate) async fn get_user(cx: Context, user: Authorized<UserOrCaller>, _input: QueryInput) -> Result<Xml> {
    Ok(Xml::new().nested("User", &wire::user(&cx, &user)))
}
