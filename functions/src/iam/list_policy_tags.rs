//! `ListPolicyTags`: lists the tags of a managed policy.

use super::tags;
use service::{Authorized, Context, OwnPolicy, QueryInput, Result, Xml};

/// Lists the tags by key.
pub(crate) async fn list_policy_tags(_cx: Context, policy: Authorized<OwnPolicy>, input: QueryInput) -> Result<Xml> {
    tags::listed(&policy.tags, &input)
}
