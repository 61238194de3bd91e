//! `GetPolicy`: tells what is known of a managed policy.

use super::managed_policies as policies;
use service::{AnyPolicy, Authorized, Context, QueryInput, Result, Xml};

/// Tells of the policy, without its document.
pub(crate) async fn get_policy(cx: Context, policy: Authorized<AnyPolicy>, _input: QueryInput) -> Result<Xml> {
    let told = match &*policy {
        AnyPolicy::Aws(policy) => policies::aws(policy),
        AnyPolicy::Own(policy) => policies::own(&cx, policy),
    };
    Ok(Xml::new().nested("Policy", &told))
}
