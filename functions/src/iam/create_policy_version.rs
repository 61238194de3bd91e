//! `CreatePolicyVersion`: gives a managed policy another version.

use super::inputs::{failure, policy_document};
use super::managed_policies::{self as policies, MOST_VERSIONS};
use service::{Authorized, Context, OwnPolicy, QueryError, QueryInput, Result, Xml};
use store::{ManagedPolicy, ManagedPolicyEdit};

/// Adds the version, which holds from now on if `SetAsDefault` says so.
pub(crate) async fn create_policy_version(
    cx: Context,
    policy: Authorized<OwnPolicy>,
    input: QueryInput,
) -> Result<Xml> {
    let document = policy_document(&input)?;
    let default = input.text("SetAsDefault") == Some("true");
    let add = |policy: &ManagedPolicy| -> Result<_> {
        if policy.versions.len() >= MOST_VERSIONS {
            let told = format!("a policy has at most {MOST_VERSIONS} versions: delete one that is no longer needed");
            return Err(failure(QueryError::LimitExceeded, told));
        }
        Ok(Some(ManagedPolicyEdit::AddVersion { document: document.to_owned(), default }))
    };
    let changed = cx.store.change_managed_policy(&cx.actor(), &policy.summary.name, add).await?;
    Ok(Xml::new().nested("PolicyVersion", &policies::newest(&changed)))
}
