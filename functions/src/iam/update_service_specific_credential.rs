//! `UpdateServiceSpecificCredential`: makes a user name for git active or inactive.

use super::inputs::{active, missing};
use service::{Authorized, Context, QueryInput, Result, UserOrCaller, Xml};
use store::{GitCredentialRecord, User, UserEdit};

/// Makes the user's credential active or inactive.
pub(crate) async fn update_service_specific_credential(
    cx: Context,
    user: Authorized<UserOrCaller>,
    input: QueryInput,
) -> Result<Xml> {
    let (id, active) = (input.required("ServiceSpecificCredentialId")?, active(&input)?);
    let unknown = || missing("service-specific credential", id.escape_debug());
    let known = user.git_credentials.iter().find(|known| known.id == id).ok_or_else(unknown)?;
    let sealed = cx.credential_made(&known.credential, active).await?.ok_or_else(unknown)?;
    let change = |user: &User| -> Result<_> {
        // A password that was replaced meanwhile is not touched.
        let same = |now: &&GitCredentialRecord| now.id == id && now.credential == known.credential;
        let now = user.git_credentials.iter().find(same).ok_or_else(unknown)?;
        let credential = GitCredentialRecord { active, ..now.clone() };
        Ok(vec![UserEdit::PutGitCredential { credential, sealed: sealed.clone() }])
    };
    cx.store.change_user(&cx.actor(), &user.summary.name, change).await?;
    Ok(Xml::new())
}
