//! `ListPolicyVersions`: lists the versions of a managed policy.

use super::managed_policies as policies;
use service::{AnyPolicy, Authorized, Context, QueryInput, Result, Xml};

/// Lists them all, the newest first: there are never more than fit on a page.
pub(crate) async fn list_policy_versions(
    _cx: Context,
    policy: Authorized<AnyPolicy>,
    _input: QueryInput,
) -> Result<Xml> {
    let versions = policies::versions(&policy);
    Ok(Xml::new().list("Versions", versions.iter().map(policies::Version::told)).text("IsTruncated", false))
}
