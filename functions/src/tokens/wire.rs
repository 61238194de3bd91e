//! Tokens as the API shows and names them.

use api::{ErrorCode, own};
use domain::TokenScope;
use service::{Context, Failure, Result, TokenGrant};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use store::{TokenRecord, User};

/// A token of a user.
pub(crate) fn token(user: &User, record: &TokenRecord, grant: TokenGrant) -> own::Token {
    let TokenGrant { scope: TokenScope { repositories, write, refs }, expires, used } = grant;
    own::Token {
        token_id: Some(record.id.clone()),
        user_name: Some(user.summary.name.to_string()),
        token_name: Some(record.name.clone()),
        token_type: Some(record.kind.as_str().to_owned()),
        repositories: Some(repositories.into_iter().map(String::from).collect()),
        access: Some(if write { "write" } else { "read" }.to_owned()),
        ref_patterns: Some(refs.into_iter().map(String::from).collect()),
        status: Some(if record.active { "active" } else { "inactive" }.to_owned()),
        creation_date: Some(record.created.into()),
        expiration_date: Some(seconds(expires).into()),
        last_used_date: used.map(|used| seconds(used).into()),
    }
}

fn seconds(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

/// What is told of the token that a user has under this id, and what it may do.
pub(crate) async fn find(cx: &Context, user: &User, id: &str) -> Result<(TokenRecord, TokenGrant)> {
    let missing = || missing_token(user, id);
    let record = user.tokens.iter().find(|token| token.id == id).ok_or_else(missing)?;
    let grant = cx.token_grant(id).await?.ok_or_else(missing)?;
    Ok((record.clone(), grant))
}

/// The failure for a token that is not there.
pub(crate) fn missing_token(user: &User, id: &str) -> Failure {
    let words = format!("user '{}' has no token '{}'", user.summary.name, id.escape_debug());
    Failure::new(ErrorCode::TokenDoesNotExistException, words)
}
