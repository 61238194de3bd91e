//! `ListUserTags`: lists the tags of a user.

use super::tags;
use service::{Authorized, Context, QueryInput, Result, Xml};
use store::User;

/// Lists the tags by key.
pub(crate) async fn list_user_tags(_cx: Context, user: Authorized<User>, input: QueryInput) -> Result<Xml> {
    tags::listed(&user.tags, &input)
}
