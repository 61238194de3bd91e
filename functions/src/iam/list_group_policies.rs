//! `ListGroupPolicies`: lists the names of a group's inline policies.

use super::page;
use service::{Authorized, Context, QueryInput, Result, Xml};
use store::Group;

/// Lists the names.
pub(crate) async fn list_group_policies(_cx: Context, group: Authorized<Group>, input: QueryInput) -> Result<Xml> {
    page::of_texts("PolicyNames", &input, group.policies.iter().map(|(name, _)| name.to_string()).collect())
}
