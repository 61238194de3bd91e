//! `ResetServiceSpecificCredential`: replaces a password for git.

use super::inputs::missing;
use super::wire;
use service::{Authorized, Context, QueryInput, Result, UserOrCaller, Xml};
use store::{GitCredentialRecord, User, UserEdit};

/// Makes a new password, active at once; the old one is no longer good. It is told only now.
pub(crate) async fn reset_service_specific_credential(
    cx: Context,
    user: Authorized<UserOrCaller>,
    input: QueryInput,
) -> Result<Xml> {
    let id = input.required("ServiceSpecificCredentialId")?;
    let unknown = || missing("service-specific credential", id.escape_debug());
    let known = user.git_credentials.iter().find(|known| known.id == id).ok_or_else(unknown)?;
    let new = cx.new_git_password(&user.summary.name).await?;
    let replaced = GitCredentialRecord { credential: new.id.clone(), active: true, created: cx.now(), ..known.clone() };
    let change = |user: &User| -> Result<_> {
        if !user.git_credentials.iter().any(|now| now.id == id) {
            return Err(unknown());
        }
        Ok(vec![UserEdit::PutGitCredential { credential: replaced.clone(), sealed: new.sealed.clone() }])
    };
    cx.store.change_user(&cx.actor(), &user.summary.name, change).await?;
    let made = wire::git_credential(&user, &replaced).text("ServicePassword", new.secret.expose());
    Ok(Xml::new().nested("ServiceSpecificCredential", &made))
}
