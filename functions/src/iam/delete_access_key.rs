//! `DeleteAccessKey`: removes an access key.

use super::inputs::missing;
use service::{Authorized, Context, QueryInput, Result, UserOrCaller, Xml};
use store::{User, UserEdit};

/// Removes a key of the user.
pub(crate) async fn delete_access_key(cx: Context, user: Authorized<UserOrCaller>, input: QueryInput) -> Result<Xml> {
    let id = input.required("AccessKeyId")?;
    let remove = |user: &User| -> Result<_> {
        if !user.access_keys.iter().any(|key| key.id == id) {
            return Err(missing("access key", id.escape_debug()));
        }
        Ok(vec![UserEdit::DeleteAccessKey(id.to_owned())])
    };
    cx.store.change_user(&cx.actor(), &user.summary.name, remove).await?;
    Ok(Xml::new())
}
