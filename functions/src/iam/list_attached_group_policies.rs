//! `ListAttachedGroupPolicies`: lists the managed policies that are attached to a group.

use super::policies::attached;
use service::{Authorized, Context, QueryInput, Result, Xml};
use store::Group;

/// Lists names and ARNs.
pub(crate) async fn list_attached_group_policies(
    _cx: Context,
    group: Authorized<Group>,
    input: QueryInput,
) -> Result<Xml> {
    attached(&input, group.attached.iter())
}
