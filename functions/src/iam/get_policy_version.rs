//! `GetPolicyVersion`: gives the document of a managed policy.

use super::managed_policies as policies;
use service::{AnyPolicy, Authorized, Context, QueryInput, Result, Xml};

/// Gives the document of the named version.
pub(crate) async fn get_policy_version(_cx: Context, policy: Authorized<AnyPolicy>, input: QueryInput) -> Result<Xml> {
    let number = policies::version_number(&input)?;
    let versions = policies::versions(&policy);
    let found = versions.iter().find(|version| version.is(number)).ok_or_else(|| policies::no_version(number))?;
    Ok(Xml::new().nested("PolicyVersion", &found.told_whole()))
}
