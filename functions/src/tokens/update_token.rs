//! `UpdateToken`: makes a token for git active or inactive.

use super::wire::{self, missing_token};
use crate::unchanged_user::Unchanged;
use api::own::{UpdateTokenInput, UpdateTokenOutput};
use service::{Authorized, Context, Result, UserOrCaller};
use store::{TokenRecord, User, UserEdit};

/// Makes the user's token active or inactive.
pub(crate) async fn update_token(
    cx: Context,
    user: Authorized<UserOrCaller>,
    input: UpdateTokenInput,
) -> Result<UpdateTokenOutput> {
    let id = input.token_id.unwrap_or_default();
    let active = input.status.as_deref() == Some("active");
    let (found, grant) = wire::find(&cx, &user, &id).await?;
    let sealed = cx.credential_made(&id, active).await?.ok_or_else(|| missing_token(&user, &id))?;
    let record = TokenRecord { active, ..found };
    let change = |user: &User| -> std::result::Result<_, Unchanged> {
        if !user.tokens.iter().any(|token| token.id == id) {
            return Err(missing_token(user, &id).into());
        }
        Ok(vec![UserEdit::PutToken { token: record.clone(), sealed: sealed.clone() }])
    };
    cx.store.change_user(&cx.actor(), &user.summary.name, change).await?;
    Ok(UpdateTokenOutput { token: Some(wire::token(&user, &record, grant)) })
}
