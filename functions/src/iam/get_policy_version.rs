//! `GetPolicyVersion`: gives the document of a managed policy.

use super::managed_policies as policies;
use service::{Authorized, Context, NamedPolicy, QueryInput, Result, Xml};

/// Gives the document of the policy's version.
pub(crate) async fn get_policy_version(
    _cx: Context,
    policy: Authorized<NamedPolicy>,
    input: QueryInput,
) -> Result<Xml> {
    policies::only_version(&input)?;
    Ok(Xml::new().nested("PolicyVersion", &policies::version().text("Document", policies::document(&policy))))
}
