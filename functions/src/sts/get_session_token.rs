//! `GetSessionToken`: keys that are good for some hours.

use crate::iam::inputs::failure;
use crate::iam::wire::time;
use service::{Authorized, Context, QueryError, QueryInput, Result, Several, Xml};
use std::ops::RangeInclusive;
use std::time::Duration;

/// How many seconds a session may last, and how many it does when nobody says (AWS STS API reference, `GetSessionToken`).
const SECONDS: RangeInclusive<u64> = 900..=129_600;
const DEFAULT_SECONDS: u64 = 43_200;

/// Makes keys for a session of the caller's. No policy is needed, nor can one forbid it (AWS STS API reference). Beyond AWS, a
/// `Policy` may narrow what the session may do.
pub(crate) async fn get_session_token(cx: Context, _nothing: Authorized<Several>, input: QueryInput) -> Result<Xml> {
    let seconds = input.text("DurationSeconds").map_or(Some(DEFAULT_SECONDS), |given| given.parse().ok());
    let seconds = seconds.filter(|seconds| SECONDS.contains(seconds)).ok_or_else(|| {
        let (least, most) = (SECONDS.start(), SECONDS.end());
        failure(QueryError::ValidationError, format!("DurationSeconds is a number from {least} to {most}"))
    })?;
    let (claims, keys) = cx.new_session(Duration::from_secs(seconds), input.text("Policy")).await?;
    let credentials = Xml::new()
        .text("AccessKeyId", keys.access_key_id)
        .text("SecretAccessKey", keys.secret.expose())
        .text("SessionToken", keys.token.expose())
        .text("Expiration", time(claims.expires()));
    Ok(Xml::new().nested("Credentials", &credentials))
}
