//! `GetPolicy`: tells what is known of a managed policy.

use super::managed_policies as policies;
use service::{Authorized, Context, NamedPolicy, QueryInput, Result, Xml};

/// Tells of the policy, without its document.
pub(crate) async fn get_policy(_cx: Context, policy: Authorized<NamedPolicy>, _input: QueryInput) -> Result<Xml> {
    Ok(Xml::new().nested("Policy", &policies::policy(&policy)))
}
