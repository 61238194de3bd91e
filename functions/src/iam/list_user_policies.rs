//! `ListUserPolicies`: lists the names of a user's inline policies.

use super::page;
use service::{Authorized, Context, QueryInput, Result, Xml};
use store::User;

/// Lists the names.
pub(crate) async fn list_user_policies(_cx: Context, user: Authorized<User>, input: QueryInput) -> Result<Xml> {
    page::of_texts("PolicyNames", &input, user.policies.iter().map(|(name, _)| name.to_string()).collect())
}
