//! `ListAccessKeys`: lists a user's access keys.

use super::{page, wire};
use service::{Authorized, Context, QueryInput, Result, UserOrCaller, Xml};

/// Lists the keys of the named user, or of the caller, by key id.
pub(crate) async fn list_access_keys(_cx: Context, user: Authorized<UserOrCaller>, input: QueryInput) -> Result<Xml> {
    let keys = user.access_keys.iter().map(|key| (key.id.clone(), wire::access_key(&user, key)));
    page::of("AccessKeyMetadata", &input, keys.collect())
}
