//! `ListIamPrincipals`: lists the users and roles of AWS IAM that sign in as a user.

use super::wire;
use api::own::{ListIamPrincipalsInput, ListIamPrincipalsOutput};
use service::{Authorized, Context, Result, UserOrCaller};

/// Lists them, by account, kind and name.
pub(crate) async fn list_iam_principals(
    _cx: Context,
    user: Authorized<UserOrCaller>,
    _input: ListIamPrincipalsInput,
) -> Result<ListIamPrincipalsOutput> {
    let mut records: Vec<_> = user.iam_principals.iter().collect();
    records.sort_by(|a, b| a.principal.cmp(&b.principal));
    let told = records.into_iter().map(|record| wire::told(&user, record));
    Ok(ListIamPrincipalsOutput { iam_principals: Some(told.collect()) })
}
