//! `ListUserTags`: lists the tags of a user.

use super::page;
use service::{Authorized, Context, QueryInput, Result, Xml};
use store::User;

/// Lists the tags by key.
pub(crate) async fn list_user_tags(_cx: Context, user: Authorized<User>, input: QueryInput) -> Result<Xml> {
    let tags = user.tags.iter().map(|(key, value)| (key.clone(), Xml::new().text("Key", key).text("Value", value)));
    page::of("Tags", &input, tags.collect())
}
