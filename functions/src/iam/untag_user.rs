//! `UntagUser`: removes tags of a user.

use super::tags;
use service::{Authorized, Context, QueryInput, Result, Xml};
use store::{User, UserEdit};

/// Removes the tags of the given keys. A key that is not there is no error.
pub(crate) async fn untag_user(cx: Context, user: Authorized<User>, input: QueryInput) -> Result<Xml> {
    let keys = input.list("TagKeys");
    let remove = |user: &User| -> Result<_> {
        let tags = tags::without(&user.tags, keys.iter());
        Ok(if tags == user.tags { Vec::new() } else { vec![UserEdit::SetTags(tags)] })
    };
    cx.store.change_user(&cx.actor(), &user.summary.name, remove).await?;
    Ok(Xml::new())
}
