//! `ListPolicies`: lists the managed policies.

use super::inputs::{failure, path_prefix};
use super::{managed_policies as policies, page};
use service::{Account, Authorized, Context, QueryError, QueryInput, Result, Xml, managed};

/// Lists the policies by name. All there are belong to AWS's scope, so that there are no local ones.
pub(crate) async fn list_policies(_cx: Context, _account: Authorized<Account>, input: QueryInput) -> Result<Xml> {
    let prefix = path_prefix(&input)?;
    let scope = input.text("Scope").unwrap_or("All");
    if !["All", "AWS", "Local"].contains(&scope) {
        return Err(failure(QueryError::ValidationError, "Scope is All, AWS or Local"));
    }
    if input.text("OnlyAttached") == Some("true") {
        return Err(failure(QueryError::InvalidInput, "whether a policy is attached is not counted here"));
    }
    let listed = managed::ALL.iter().filter(|_| scope != "Local" && prefix == "/");
    page::of("Policies", &input, listed.map(|policy| (policy.name.to_owned(), policies::policy(policy))).collect())
}
