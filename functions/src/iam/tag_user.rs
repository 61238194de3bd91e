//! `TagUser`: sets tags of a user.

use super::tags;
use service::{Authorized, Context, QueryInput, Result, Xml};
use store::{User, UserEdit};

/// Sets the given tags and keeps the others.
pub(crate) async fn tag_user(cx: Context, user: Authorized<User>, input: QueryInput) -> Result<Xml> {
    let new = input.tags()?;
    let set = |user: &User| -> Result<_> {
        let tags = tags::with(&user.tags, &new, "user")?;
        Ok(if tags == user.tags { Vec::new() } else { vec![UserEdit::SetTags(tags)] })
    };
    cx.store.change_user(&cx.actor(), &user.summary.name, set).await?;
    Ok(Xml::new())
}
