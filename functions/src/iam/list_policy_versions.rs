//! `ListPolicyVersions`: lists the versions of a managed policy.

use super::managed_policies as policies;
use service::{Authorized, Context, NamedPolicy, QueryInput, Result, Xml};

/// Lists the one version that there is.
pub(crate) async fn list_policy_versions(
    _cx: Context,
    _policy: Authorized<NamedPolicy>,
    _input: QueryInput,
) -> Result<Xml> {
    Ok(Xml::new().list("Versions", [policies::version()]).text("IsTruncated", false))
}
