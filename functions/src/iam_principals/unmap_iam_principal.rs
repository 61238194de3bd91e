//! `UnmapIamPrincipal`: lets a user or role of AWS IAM sign in as a user no longer.

use super::wire;
use crate::unchanged_user::Unchanged;
use api::ErrorCode;
use api::own::UnmapIamPrincipalInput;
use service::{Authorized, Context, Failure, Result, UserOrCaller};
use store::{User, UserEdit};

/// Removes it from the user, which ends its sessions.
pub(crate) async fn unmap_iam_principal(
    cx: Context,
    user: Authorized<UserOrCaller>,
    input: UnmapIamPrincipalInput,
) -> Result<()> {
    cx.require_long_term_credentials("UnmapIamPrincipal")?;
    let principal = wire::principal(input.principal_arn)?;
    let remove = |user: &User| -> std::result::Result<_, Unchanged> {
        if !user.iam_principals.iter().any(|known| known.principal == principal) {
            let words = format!("{principal} does not sign in as user '{}'", user.summary.name);
            return Err(Failure::new(ErrorCode::IamPrincipalDoesNotExistException, words).into());
        }
        Ok(vec![UserEdit::DeleteIamPrincipal(principal.clone())])
    };
    cx.store.change_user(&cx.actor(), &user.summary.name, remove).await?;
    cx.identities_changed();
    Ok(())
}
