//! `ListTokens`: lists a user's tokens for git.

use super::wire;
use api::own::{ListTokensInput, ListTokensOutput};
use futures_util::future::try_join_all;
use service::{Authorized, Context, Result, UserOrCaller};

/// Lists the tokens by name. What each one may do is read for itself.
pub(crate) async fn list_tokens(
    cx: Context,
    user: Authorized<UserOrCaller>,
    _input: ListTokensInput,
) -> Result<ListTokensOutput> {
    let grants = try_join_all(user.tokens.iter().map(|record| cx.token_grant(&record.id))).await?;
    let mut tokens: Vec<_> =
        user.tokens.iter().zip(grants).filter_map(|(record, grant)| Some(wire::token(&user, record, grant?))).collect();
    tokens.sort_by(|a, b| (&a.token_name, &a.token_id).cmp(&(&b.token_name, &b.token_id)));
    Ok(ListTokensOutput { tokens: Some(tokens) })
}
