//! `CreateToken`: makes a token for git that may do less than its owner.

use super::wire;
use crate::inputs::invalid;
use crate::unchanged_user::Unchanged;
use api::ErrorCode;
use api::own::{CreateTokenInput, CreateTokenOutput};
use domain::token::{MOST_SCOPE_PATTERNS, MOST_TOKENS};
use domain::{RefPattern, RepositoryPattern, TokenKind, TokenScope};
use service::{Authorized, Context, Failure, Result, TokenGrant, UserOrCaller};
use std::time::UNIX_EPOCH;
use store::{TokenRecord, User, UserEdit};

const SECONDS_OF_A_DAY: u64 = 24 * 60 * 60;

/// Makes a token. It is told only now.
pub(crate) async fn create_token(
    cx: Context,
    user: Authorized<UserOrCaller>,
    input: CreateTokenInput,
) -> Result<CreateTokenOutput> {
    cx.require_long_term_credentials("CreateToken")?;
    let name = input.token_name.unwrap_or_default();
    if name.trim() != name || name.chars().any(char::is_control) {
        return Err(invalid("tokenName", "it has no control characters, and no spaces at its ends"));
    }
    let kind = TokenKind::parse(&input.token_type.unwrap_or_default())
        .ok_or_else(|| invalid("tokenType", "it is personal or deploy"))?;
    let scope = TokenScope {
        repositories: repositories(kind, input.repositories)?,
        write: input.access.as_deref() == Some("write"),
        refs: refs(input.ref_patterns.unwrap_or_default())?,
    };
    let days = days(&cx, kind, input.expires_in_days)?;
    let now = cx.now();
    let expires = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()) + days * SECONDS_OF_A_DAY;

    let new = cx.new_token(&user.summary.name, kind, scope.clone(), expires).await?;
    let record = TokenRecord { id: new.id.clone(), name, kind, active: true, created: now };
    let add = |user: &User| -> std::result::Result<_, Unchanged> {
        if user.tokens.len() >= MOST_TOKENS {
            let words = format!("a user has at most {MOST_TOKENS} tokens");
            return Err(Failure::new(ErrorCode::MaximumTokensExceededException, words).into());
        }
        Ok(vec![UserEdit::PutToken { token: record.clone(), sealed: new.sealed.clone() }])
    };
    cx.store.change_user(&cx.actor(), &user.summary.name, add).await?;
    Ok(CreateTokenOutput {
        token: Some(wire::token(&user, &record, TokenGrant { scope, expires, used: None })),
        token_value: Some(new.secret.expose().to_owned()),
        git_user_name: Some(user.summary.name.to_string()),
    })
}

/// A machine has one thing to do, so that somebody has to say for which repositories.
fn repositories(kind: TokenKind, given: Option<Vec<String>>) -> Result<Vec<RepositoryPattern>> {
    let given = match (kind, given) {
        (TokenKind::Personal, None) => vec!["*".to_owned()],
        (TokenKind::Deploy, None) => return Err(invalid("repositories", "a deploy token names its repositories")),
        (_, Some(given)) => given,
    };
    if !(1..=MOST_SCOPE_PATTERNS).contains(&given.len()) {
        return Err(invalid("repositories", format!("it has 1 to {MOST_SCOPE_PATTERNS} entries")));
    }
    let patterns = given.into_iter().map(RepositoryPattern::parse);
    patterns.collect::<std::result::Result<_, _>>().map_err(|error| invalid("repositories", error))
}

fn refs(given: Vec<String>) -> Result<Vec<RefPattern>> {
    if given.len() > MOST_SCOPE_PATTERNS {
        return Err(invalid("refPatterns", format!("it has at most {MOST_SCOPE_PATTERNS} entries")));
    }
    let patterns = given.into_iter().map(RefPattern::parse);
    patterns.collect::<std::result::Result<_, _>>().map_err(|error| invalid("refPatterns", error))
}

fn days(cx: &Context, kind: TokenKind, given: Option<i32>) -> Result<u64> {
    let most = cx.settings.quotas.token_days;
    let days = match given {
        None => kind.usual_days().min(most),
        Some(days) => u32::try_from(days)
            .ok()
            .filter(|days| (1..=most).contains(days))
            .ok_or_else(|| invalid("expiresInDays", format!("it is a number from 1 to {most}")))?,
    };
    Ok(days.into())
}
