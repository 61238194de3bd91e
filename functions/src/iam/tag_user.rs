//! `TagUser`: sets tags of a user.

use super::inputs::{MOST_TAGS, failure};
use service::{Authorized, Context, QueryError, QueryInput, Result, Xml};
use store::{User, UserEdit};

/// Sets the given tags and keeps the others.
pub(crate) async fn tag_user(cx: Context, user: Authorized<User>, input: QueryInput) -> Result<Xml> {
    let new = input.tags()?;
    let set = |user: &User| -> Result<_> {
        let mut tags = user.tags.clone();
        tags.retain(|known, _| !new.keys().any(|key| key.eq_ignore_ascii_case(known)));
        tags.extend(new.clone());
        if tags.len() > MOST_TAGS {
            return Err(failure(QueryError::LimitExceeded, format!("a user has at most {MOST_TAGS} tags")));
        }
        Ok(if tags == user.tags { Vec::new() } else { vec![UserEdit::SetTags(tags)] })
    };
    cx.store.change_user(&cx.actor(), &user.summary.name, set).await?;
    Ok(Xml::new())
}
