//! AWS Signature Version 4 in the Authorization header (AWS General Reference, "Create a signed AWS API request").
//!
//! Stricter than the letter of the document where leniency would let a request be read in two ways: headers that matter must be
//! signed and occur once, the body's hash is always computed, and the host must be one that this service answers for.

use crate::access_key::is_access_key_id;
use crate::failure::{AuthenticationFailure, Reason};
use crate::secret::Secret;
use crate::signing_key::{Scope, hex, verifies};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::request::Parts;
use http::{HeaderName, Uri};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};
use std::time::{Duration, SystemTime};

/// How far the client's clock may be from ours, in either direction.
pub const MAX_SKEW: Duration = Duration::from_secs(5 * 60);

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const DATE: HeaderName = HeaderName::from_static("x-amz-date");
const CONTENT_HASH: HeaderName = HeaderName::from_static("x-amz-content-sha256");
const SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

/// Unreserved characters stay as they are (RFC 3986, section 2.3).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What a signature must be for.
pub struct Expected<'a> {
    /// The regions that may stand in the scope; at least one.
    pub regions: &'a [&'a str],
    /// The service in the scope, such as `codecommit`.
    pub service: &'a str,
    /// The hosts this service answers for, as clients write them, with the port if there is one.
    pub hosts: &'a [String],
}

/// A request that carries a signature, with everything but the body put in canonical form.
#[derive(Debug)]
pub struct SignedRequest {
    access_key_id: String,
    date: String,
    region: String,
    service: String,
    signature: String,
    /// `YYYYMMDDTHHMMSSZ`.
    time: String,
    host: String,
    has_token: bool,
    content_hash: Option<String>,
    /// The canonical request, up to and including the signed headers.
    canonical_head: String,
}

impl SignedRequest {
    /// Takes the signature's parts out of a request and checks that they make sense together.
    pub fn parse(parts: &Parts) -> Result<Self, AuthenticationFailure> {
        let Some(authorization) = single(parts, &AUTHORIZATION)? else {
            return Err(AuthenticationFailure::new(
                Reason::Missing,
                "the request is not signed (AWS Signature Version 4)",
            ));
        };
        let fields = authorization
            .strip_prefix(ALGORITHM)
            .and_then(|rest| rest.strip_prefix(' '))
            .ok_or_else(|| incomplete(format!("the Authorization header does not begin with {ALGORITHM}")))?;
        let [credential, signed_headers, signature] = authorization_fields(fields)?;
        let scope: Vec<&str> = credential.split('/').collect();
        let [access_key_id, date, region, service, "aws4_request"] = scope[..] else {
            return Err(incomplete("the credential scope is not <key id>/<date>/<region>/<service>/aws4_request"));
        };
        let time = single(parts, &DATE)?.ok_or_else(|| incomplete("there is no X-Amz-Date header"))?;
        if !time.ends_with('Z') || parse_time(time).is_none() || time.get(..8) != Some(date) {
            return Err(incomplete("X-Amz-Date is not YYYYMMDDTHHMMSSZ, or of another day than the credential scope"));
        }
        let host = match single(parts, &HOST)? {
            Some(host) => host.to_owned(),
            None => {
                parts.uri.authority().map(ToString::to_string).ok_or_else(|| incomplete("there is no Host header"))?
            }
        };
        let canonical_headers = canonical_headers(parts, signed_headers, &host)?;
        let canonical_head = format!(
            "{}\n{}\n{}\n{canonical_headers}\n{signed_headers}\n",
            parts.method,
            canonical_path(&parts.uri),
            canonical_query(&parts.uri),
        );
        Ok(Self {
            access_key_id: access_key_id.to_owned(),
            date: date.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
            signature: signature.to_owned(),
            time: time.to_owned(),
            host,
            has_token: single(parts, &SECURITY_TOKEN)?.is_some(),
            content_hash: single(parts, &CONTENT_HASH)?.map(str::to_owned),
            canonical_head,
        })
    }

    /// Whose key it claims to be made with; `None` when that cannot be a key of this service.
    pub fn access_key_id(&self) -> Option<&str> {
        is_access_key_id(&self.access_key_id).then_some(self.access_key_id.as_str())
    }

    /// Checks the signature with the key's secret.
    pub fn verify(
        &self,
        secret: &Secret,
        body: &[u8],
        now: SystemTime,
        expected: &Expected<'_>,
    ) -> Result<(), AuthenticationFailure> {
        if self.has_token {
            return Err(AuthenticationFailure::new(
                Reason::Unknown,
                "a long-term key is used without a session token: remove aws_session_token from the profile",
            ));
        }
        if !expected.regions.contains(&self.region.as_str()) || self.service != expected.service {
            let region = expected.regions.first().copied().unwrap_or_default();
            return Err(AuthenticationFailure::new(
                Reason::Invalid,
                format!("the signature must be for region {region} and service {}", expected.service),
            ));
        }
        if !expected.hosts.iter().any(|host| host.eq_ignore_ascii_case(&self.host)) {
            return Err(AuthenticationFailure::new(
                Reason::Invalid,
                "the signature is for a host that this service is not",
            ));
        }
        self.check_clock(now)?;
        let body_hash = hex(&Sha256::digest(body));
        if self.content_hash.as_ref().is_some_and(|claimed| *claimed != body_hash) {
            return Err(AuthenticationFailure::new(
                Reason::Invalid,
                "X-Amz-Content-Sha256 is not the hash of the body",
            ));
        }
        let canonical = format!("{}{body_hash}", self.canonical_head);
        let string_to_sign = format!(
            "{ALGORITHM}\n{}\n{}/{}/{}/aws4_request\n{}",
            self.time,
            self.date,
            self.region,
            self.service,
            hex(&Sha256::digest(canonical)),
        );
        let scope = Scope { date: &self.date, region: &self.region, service: &self.service };
        if verifies(secret, &scope, &string_to_sign, &self.signature) {
            return Ok(());
        }
        Err(AuthenticationFailure::new(
            Reason::Invalid,
            "the request signature does not match: check the secret access key, and that no proxy changes the request",
        ))
    }

    fn check_clock(&self, now: SystemTime) -> Result<(), AuthenticationFailure> {
        let made = parse_time(&self.time).unwrap_or(SystemTime::UNIX_EPOCH);
        let skew = now.duration_since(made).unwrap_or_else(|ahead| ahead.duration());
        if skew <= MAX_SKEW {
            return Ok(());
        }
        let ours = Timestamp::try_from(now).map(|now| now.strftime("%Y%m%dT%H%M%SZ").to_string()).unwrap_or_default();
        let direction = if made < now { "Signature expired" } else { "Signature not yet current" };
        Err(AuthenticationFailure::new(
            Reason::Invalid,
            format!("{direction}: it was made at {}, and here it is {ours}; check the clock", self.time),
        ))
    }
}

fn incomplete(message: impl Into<String>) -> AuthenticationFailure {
    AuthenticationFailure::new(Reason::Incomplete, message)
}

fn parse_time(time: &str) -> Option<SystemTime> {
    let time = DateTime::strptime("%Y%m%dT%H%M%SZ", time).ok()?;
    SystemTime::try_from(TimeZone::UTC.to_timestamp(time).ok()?).ok()
}

/// The value of a header that may occur once.
fn single<'a>(parts: &'a Parts, name: &HeaderName) -> Result<Option<&'a str>, AuthenticationFailure> {
    let mut values = parts.headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(incomplete(format!("the header {name} occurs more than once")));
    }
    value
        .to_str()
        .map(|value| Some(value.trim()))
        .map_err(|_| incomplete(format!("the header {name} is not plain text")))
}

/// Credential, SignedHeaders and Signature, which must each occur once and may come in any order.
fn authorization_fields(fields: &str) -> Result<[&str; 3], AuthenticationFailure> {
    let mut found = [None; 3];
    for field in fields.split(',') {
        let (name, value) = field.trim().split_once('=').unwrap_or((field, ""));
        let at = ["Credential", "SignedHeaders", "Signature"].iter().position(|known| *known == name);
        let slot = at.map(|at| &mut found[at]).filter(|slot| slot.is_none());
        let slot = slot.ok_or_else(|| incomplete("the Authorization header has an unknown or repeated part"))?;
        *slot = Some(value);
    }
    match found {
        [Some(credential), Some(signed_headers), Some(signature)] => Ok([credential, signed_headers, signature]),
        _ => Err(incomplete("the Authorization header needs Credential, SignedHeaders and Signature")),
    }
}

/// The signed headers with their values. Everything that decides what the request means must be among them.
fn canonical_headers(parts: &Parts, signed: &str, host: &str) -> Result<String, AuthenticationFailure> {
    let names: Vec<&str> = signed.split(';').collect();
    if !names.is_sorted_by(|a, b| a < b) || names.iter().any(|name| *name != name.to_ascii_lowercase()) {
        return Err(incomplete("SignedHeaders is not sorted, in lower case and without repetition"));
    }
    let must_sign =
        |name: &str| name == CONTENT_TYPE.as_str() || (name.starts_with("x-amz-") && !name.starts_with("x-amzn-"));
    let unsigned = parts.headers.keys().map(HeaderName::as_str).find(|name| must_sign(name) && !names.contains(name));
    if let Some(name) = unsigned.or((!names.contains(&"host")).then_some("host")) {
        return Err(incomplete(format!("the header {name} must be signed")));
    }
    let mut canonical = String::new();
    for name in names {
        let values: Vec<String> = match name {
            "host" => vec![host.to_owned()],
            name => parts.headers.get_all(name).iter().map(|value| folded(value.as_bytes())).collect(),
        };
        if values.is_empty() {
            return Err(incomplete(format!("the signed header {name} is missing")));
        }
        if must_sign(name) && values.len() > 1 {
            return Err(incomplete(format!("the header {name} occurs more than once")));
        }
        canonical.push_str(&format!("{name}:{}\n", values.join(",")));
    }
    Ok(canonical)
}

/// A header value with runs of spaces made one.
fn folded(value: &[u8]) -> String {
    let value = String::from_utf8_lossy(value);
    value.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Every segment of the path, encoded as it was sent and once more, as all services but S3 do it.
fn canonical_path(uri: &Uri) -> String {
    let path = uri.path();
    if path.is_empty() {
        return "/".to_owned();
    }
    path.split('/').map(|segment| utf8_percent_encode(segment, ENCODED).to_string()).collect::<Vec<_>>().join("/")
}

fn canonical_query(uri: &Uri) -> String {
    let Some(query) = uri.query() else { return String::new() };
    let encode = |text: &str| {
        let decoded: Vec<u8> = percent_decode_str(text).collect();
        percent_encoding::percent_encode(&decoded, ENCODED).to_string()
    };
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (encode(name), encode(value)))
        .collect();
    pairs.sort();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}
