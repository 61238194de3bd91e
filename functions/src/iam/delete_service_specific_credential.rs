//! `DeleteServiceSpecificCredential`: removes a user name and password for git.

use super::inputs::missing;
use service::{Authorized, Context, QueryInput, Result, UserOrCaller, Xml};
use store::{User, UserEdit};

/// Removes the user's credential.
pub(crate) async fn delete_service_specific_credential(
    cx: Context,
    user: Authorized<UserOrCaller>,
    input: QueryInput,
) -> Result<Xml> {
    let id = input.required("ServiceSpecificCredentialId")?;
    let remove = |user: &User| -> Result<_> {
        if !user.git_credentials.iter().any(|known| known.id == id) {
            return Err(missing("service-specific credential", id.escape_debug()));
        }
        Ok(vec![UserEdit::DeleteGitCredential(id.to_owned())])
    };
    cx.store.change_user(&cx.actor(), &user.summary.name, remove).await?;
    Ok(Xml::new())
}
