//! API Gateway's IAM authorization: the principals that exist, and the check of who signed a request.

use super::wire;
use crate::signing::{Keys, added_headers};
use http::HeaderMap;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The environment variable with the principals, as a JSON list.
pub const VARIABLE: &str = "COLDFORGE_IAM_PRINCIPALS";

/// How far the time of a signature may be away.
const MOST_SKEW: Duration = Duration::from_secs(5 * 60);

/// A user of IAM, or somebody who has assumed a role, with keys.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Principal {
    /// The id of the access key.
    pub access_key_id: String,
    /// The secret key.
    pub secret_access_key: String,
    /// The ARN, of the user or of the role's session.
    pub arn: String,
    /// The unique id, for a role with `:` and the name of the session behind it.
    pub unique_id: String,
}

/// All principals.
#[derive(Debug, Default)]
pub struct Principals(Vec<Principal>);

/// A request whose signature is to be checked.
pub struct Request<'a> {
    /// The method.
    pub method: &'a str,
    /// The path with the stage and the query.
    pub path: &'a str,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The body.
    pub body: &'a [u8],
    /// The region of the API.
    pub region: &'a str,
}

impl Principals {
    /// Those that the environment tells of.
    pub fn from_environment() -> Self {
        Self(std::env::var(VARIABLE).map(|told| serde_json::from_str(&told).unwrap()).unwrap_or_default())
    }

    /// Who signed, as a function is told of it; or the gateway response that refuses the request (API Gateway developer guide,
    /// "Gateway response types for API Gateway").
    pub fn identify(&self, request: &Request<'_>) -> Result<Map<String, Value>, &'static str> {
        let given = wire::text(request.headers, "authorization");
        let signature = given.strip_prefix("AWS4-HMAC-SHA256 ").ok_or("MISSING_AUTHENTICATION_TOKEN")?;
        let field = |name: &str| {
            let mut fields = signature.split(',').map(str::trim).filter_map(|field| field.split_once('='));
            fields.find_map(|(found, value)| (found == name).then_some(value)).ok_or("MISSING_AUTHENTICATION_TOKEN")
        };
        let id = field("Credential")?.split('/').next().unwrap_or_default();
        let signed: Vec<&str> = field("SignedHeaders")?.split(';').collect();
        if !signed.contains(&"host") {
            return Err("INVALID_SIGNATURE");
        }
        let principal = self.0.iter().find(|principal| principal.access_key_id == id).ok_or("INVALID_SIGNATURE")?;
        let at = time(wire::text(request.headers, "x-amz-date")).ok_or("INVALID_SIGNATURE")?;
        let now = SystemTime::now();
        if now.duration_since(at).or_else(|_| at.duration_since(now)).is_ok_and(|away| away > MOST_SKEW) {
            return Err("INVALID_SIGNATURE");
        }
        if principal.sign(request, &signed, at) != given {
            return Err("INVALID_SIGNATURE");
        }
        let account = principal.arn.split(':').nth(4).unwrap_or_default();
        let told = [
            ("accountId", account),
            ("accessKey", &principal.access_key_id),
            ("caller", &principal.unique_id),
            ("user", &principal.unique_id),
            ("userArn", &principal.arn),
        ];
        Ok(told.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect())
    }
}

impl Principal {
    /// The header `Authorization` that the principal would have sent.
    fn sign(&self, request: &Request<'_>, signed: &[&str], at: SystemTime) -> String {
        let keys = Keys { id: &self.access_key_id, secret: &self.secret_access_key, token: None };
        let url = format!("http://{}{}", wire::text(request.headers, "host"), request.path);
        // The signer adds the time itself.
        let headers = signed.iter().filter(|name| **name != "x-amz-date");
        let headers = headers.map(|name| (*name, wire::text(request.headers, name)));
        let scope = (request.region, "execute-api");
        let added = added_headers(request.method, &url, keys, scope, at, headers, request.body);
        added.into_iter().find_map(|(name, value)| (name == "authorization").then_some(value)).unwrap()
    }
}

/// The time of a signature, as in `20261129T061500Z`.
fn time(text: &str) -> Option<SystemTime> {
    let at = TimeZone::UTC.to_timestamp(DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?).ok()?;
    Some(UNIX_EPOCH + Duration::from_secs(at.as_second().try_into().ok()?))
}
