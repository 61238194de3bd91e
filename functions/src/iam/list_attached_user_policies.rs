//! `ListAttachedUserPolicies`: lists the managed policies that are attached to a user.

use super::policies::attached;
use service::{Authorized, Context, QueryInput, Result, Xml};
use store::User;

/// Lists names and ARNs.
pub(crate) async fn list_attached_user_policies(
    _cx: Context,
    user: Authorized<User>,
    input: QueryInput,
) -> Result<Xml> {
    attached(&input, user.attached.iter())
}
