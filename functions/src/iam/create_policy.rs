//! `CreatePolicy`: makes a managed policy.

use super::inputs::{check_description, failure};
use super::managed_policies::{self as policies, MOST_POLICIES};
use service::{Authorized, Context, QueryError, QueryInput, Result, Xml};
use store::NewManagedPolicy;

/// Makes the policy with its first version, attached to nobody. Two made at the same moment may both be the last one there is
/// room for.
pub(crate) async fn create_policy(cx: Context, new: Authorized<NewManagedPolicy>, _input: QueryInput) -> Result<Xml> {
    service::check_policy(&new.document)?;
    check_description(new.description.as_deref())?;
    if cx.store.list_managed_policies().await?.len() >= MOST_POLICIES {
        return Err(failure(QueryError::LimitExceeded, format!("there can be at most {MOST_POLICIES} policies")));
    }
    let policy = cx.store.create_managed_policy(&cx.actor(), (*new).clone()).await?;
    Ok(Xml::new().nested("Policy", &policies::own(&cx, &policy)))
}
