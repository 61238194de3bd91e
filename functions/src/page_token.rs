//! Continuation tokens: where a page ended, and which listing it belongs to.

use api::ErrorCode;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use service::{Failure, Result};

#[derive(Serialize, Deserialize)]
struct Token {
    /// What is listed, with everything that must stay the same from page to page.
    listing: String,
    /// The last row of the page before.
    after: String,
}

/// A token that continues `listing` behind `after`.
pub(crate) fn encode(listing: &str, after: &str) -> String {
    let token = Token { listing: listing.to_owned(), after: after.to_owned() };
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(&token).unwrap_or_default())
}

/// Where to continue `listing`; a token of another listing is refused.
pub(crate) fn decode(token: Option<String>, listing: &str) -> Result<Option<String>> {
    let Some(token) = token else { return Ok(None) };
    URL_SAFE_NO_PAD
        .decode(token)
        .ok()
        .and_then(|bytes| serde_json::from_slice::<Token>(&bytes).ok())
        .filter(|token| token.listing == listing)
        .map(|token| Some(token.after))
        .ok_or_else(|| {
            Failure::new(
                ErrorCode::InvalidContinuationTokenException,
                "the token was not returned by this operation with these parameters; begin without one",
            )
        })
}
