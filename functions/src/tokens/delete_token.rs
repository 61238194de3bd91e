//! `DeleteToken`: revokes a token for git.

use super::wire::missing_token;
use crate::unchanged_user::Unchanged;
use api::own::DeleteTokenInput;
use service::{Authorized, Context, Result, UserOrCaller};
use store::{User, UserEdit};

/// Removes the user's token. Nothing of it is kept anywhere, so that it is good for nothing from the next request on.
pub(crate) async fn delete_token(cx: Context, user: Authorized<UserOrCaller>, input: DeleteTokenInput) -> Result<()> {
    let id = input.token_id.unwrap_or_default();
    let remove = |user: &User| -> std::result::Result<_, Unchanged> {
        if !user.tokens.iter().any(|token| token.id == id) {
            return Err(missing_token(user, &id).into());
        }
        Ok(vec![UserEdit::DeleteToken(id.clone())])
    };
    cx.store.change_user(&cx.actor(), &user.summary.name, remove).await?;
    Ok(())
}
