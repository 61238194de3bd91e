//! `ListPolicies`: lists the managed policies.

use super::inputs::{failure, path_prefix};
use super::{managed_policies as policies, page};
use service::{Account, Authorized, Context, QueryError, QueryInput, Result, Xml, managed};

/// Lists AWS's policies, then the account's, each by name.
pub(crate) async fn list_policies(cx: Context, _account: Authorized<Account>, input: QueryInput) -> Result<Xml> {
    let prefix = path_prefix(&input)?;
    let (aws, own) = match input.text("Scope").unwrap_or("All") {
        "All" => (true, true),
        "AWS" => (true, false),
        "Local" => (false, true),
        _ => return Err(failure(QueryError::ValidationError, "Scope is All, AWS or Local")),
    };
    let only_attached = input.text("OnlyAttached") == Some("true");
    if only_attached && aws {
        let told = "to whom AWS's policies are attached is not counted here; OnlyAttached needs the Scope Local";
        return Err(failure(QueryError::InvalidInput, told));
    }
    let mut listed = Vec::new();
    if aws && prefix == "/" {
        listed.extend(managed::ALL.iter().map(|policy| (format!("0{}", policy.name), policies::aws(policy))));
    }
    if own {
        let found = cx.store.list_managed_policies().await?;
        let asked = found.iter().filter(|policy| policy.path.as_str().starts_with(prefix));
        let asked = asked.filter(|policy| !only_attached || policy.attachments > 0);
        listed.extend(asked.map(|policy| (format!("1{}", policy.name.key()), policies::own_summary(&cx, policy))));
    }
    page::of("Policies", &input, listed)
}
