//! `ListServiceSpecificCredentials`: lists a user's user names for git.

use super::inputs::git_service;
use super::wire;
use service::{Authorized, Context, QueryInput, Result, UserOrCaller, Xml};

/// Lists them; there are at most two.
pub(crate) async fn list_service_specific_credentials(
    _cx: Context,
    user: Authorized<UserOrCaller>,
    input: QueryInput,
) -> Result<Xml> {
    if let Some(service) = input.text("ServiceName") {
        git_service(service)?;
    }
    let credentials = user.git_credentials.iter().map(|credential| wire::git_credential(&user, credential));
    Ok(Xml::new().list("ServiceSpecificCredentials", credentials).text("IsTruncated", false))
}
