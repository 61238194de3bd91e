//! The users that our own operations are about, by their names.

use super::{Authorized, Resource};
use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::query::UserOrCaller;
use api::{ErrorCode, NamesUser};
use domain::UserName;

impl<Input: NamesUser + Sync> Resource<Input> for UserOrCaller {
    async fn find(cx: &Context, action: &str, input: &Input) -> Result<Authorized<Self>> {
        let name = match input.user_name() {
            Some(name) => UserName::parse(name).map_err(|error| {
                Failure::new(ErrorCode::ValidationException, format!("'userName' is not valid: {error}"))
            })?,
            None => cx.principal.user_name().clone(),
        };
        let found = cx.find_user(action, &name).await?;
        let missing = || Failure::new(ErrorCode::UserDoesNotExistException, format!("there is no user '{name}'"));
        found.map(|user| Authorized::grant(Self::of(user))).ok_or_else(missing)
    }
}
