//! `GetCallerIdentity`: tells who signed the request.

use service::{Authorized, Context, QueryInput, Result, Several, Xml};

/// Tells the caller's account, ARN and unique id. No policy is needed, nor can one forbid it (AWS STS API reference).
pub(crate) async fn get_caller_identity(cx: Context, _nothing: Authorized<Several>, _input: QueryInput) -> Result<Xml> {
    let (principal, account) = (&cx.principal, &cx.settings.account);
    Ok(Xml::new().text("Arn", principal.arn()).text("UserId", principal.id()).text("Account", account))
}
