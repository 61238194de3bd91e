//! `EndUserSessions`: ends what was issued to a user for some hours, at once.

use crate::inputs::invalid;
use api::ErrorCode;
use api::own::EndUserSessionsInput;
use domain::UserName;
use service::{Account, Authorized, Context, Failure, Result};
use store::{IdentityError, User, UserEdit};

/// Ends the sessions of a user that were issued until now.
pub(crate) async fn end_user_sessions(
    cx: Context,
    _account: Authorized<Account>,
    input: EndUserSessionsInput,
) -> Result<()> {
    let name = UserName::parse(input.user_name.unwrap_or_default()).map_err(|error| invalid("userName", error))?;
    let now = cx.now();
    let end = |_user: &User| Ok::<_, IdentityError>(vec![UserEdit::EndSessions(now)]);
    match cx.store.change_user(&cx.actor(), &name, end).await {
        Ok(()) => {
            cx.identities_changed();
            Ok(())
        }
        Err(IdentityError::Missing) => {
            Err(Failure::new(ErrorCode::UserDoesNotExistException, format!("there is no user '{name}'")))
        }
        Err(error) => Err(error.into()),
    }
}
