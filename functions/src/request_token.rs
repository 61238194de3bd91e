//! Client request tokens, which make it safe to send a request again.

use api::ErrorCode;
use serde::Serialize;
use service::{Context, Failure, Result};
use store::RequestToken;

/// The most characters of a token. SDKs make UUIDs.
const MOST_CHARACTERS: usize = 256;

/// The token of a request, as it was sent and as it is remembered; an empty one is none. `request` is the whole request.
pub(crate) fn request_token<T: Serialize>(
    cx: &Context,
    operation: &str,
    given: Option<&String>,
    request: &T,
) -> Result<Option<(String, RequestToken)>> {
    let Some(token) = given.filter(|token| !token.is_empty()) else { return Ok(None) };
    if token.chars().count() > MOST_CHARACTERS || token.chars().any(char::is_control) {
        return Err(Failure::new(
            ErrorCode::InvalidClientRequestTokenException,
            format!("a client request token has at most {MOST_CHARACTERS} characters, which can be printed"),
        ));
    }
    let request = serde_json::to_vec(request).map_err(Failure::internal)?;
    let remembered = RequestToken::new(&cx.principal.arn(), operation, token, &request);
    Ok(Some((token.clone(), remembered)))
}
