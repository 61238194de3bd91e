//! `GetAccountSummary`: tells how much there is of everything in the account, and how much there may be.

use super::managed_policies::{MOST_POLICIES, MOST_VERSIONS};
use super::{create_access_key, policies};
use service::{Account, Authorized, Context, QueryInput, Result, Xml};

/// Counts users, groups and managed policies. What AWS's answer has besides (roles, devices, certificates) does not exist here
/// and is left out.
pub(crate) async fn get_account_summary(cx: Context, _account: Authorized<Account>, _input: QueryInput) -> Result<Xml> {
    let users = cx.store.count_users().await?;
    let groups = cx.store.count_groups().await?;
    let own = cx.store.list_managed_policies().await?.len();
    let summary = [
        ("Users", users),
        ("Groups", groups),
        ("Policies", own),
        ("PoliciesQuota", MOST_POLICIES),
        ("VersionsPerPolicyQuota", MOST_VERSIONS),
        ("AttachedPoliciesPerUserQuota", policies::MOST),
        ("AttachedPoliciesPerGroupQuota", policies::MOST),
        ("AccessKeysPerUserQuota", create_access_key::MOST),
    ];
    let entries = summary.into_iter().fold(Xml::new(), |entries, (name, number)| {
        entries.nested("entry", &Xml::new().text("key", name).text("value", number))
    });
    Ok(Xml::new().nested("SummaryMap", &entries))
}
