//! `ListPolicyTags`: lists the tags of a managed policy.

use super::page;
use service::{Authorized, Context, OwnPolicy, QueryInput, Result, Xml};

/// Lists the tags by key.
pub(crate) async fn list_policy_tags(_cx: Context, policy: Authorized<OwnPolicy>, input: QueryInput) -> Result<Xml> {
    let tags = policy.tags.iter().map(|(key, value)| (key.clone(), Xml::new().text("Key", key).text("Value", value)));
    page::of("Tags", &input, tags.collect())
}
