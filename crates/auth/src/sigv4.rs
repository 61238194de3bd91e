//! AWS Signature Version 4 in the Authorization header (AWS General Reference, "Create a signed AWS API request").
//!
//! Stricter than the letter of the document where leniency would let a request be read in two ways: headers that matter must be
//! signed and occur once, the body's hash is always computed, and the host must be one that this service answers for.

use crate::canonical;
use crate::claimed_key::ClaimedKey;
use crate::failure::{AuthenticationFailure, Reason};
use crate::secret::Secret;
use crate::signing_key::{Scope, hex, verifies};
use http::HeaderName;
use http::header::{AUTHORIZATION, HOST};
use http::request::Parts;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};
use std::time::{Duration, SystemTime};

/// How far the client's clock may be from ours, in either direction.
pub const MAX_SKEW: Duration = Duration::from_secs(5 * 60);

pub(crate) const ALGORITHM: &str = "AWS4-HMAC-SHA256";
pub(crate) const DATE: HeaderName = HeaderName::from_static("x-amz-date");
pub(crate) const SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");
const CONTENT_HASH: HeaderName = HeaderName::from_static("x-amz-content-sha256");

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
    token: Option<String>,
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
        let canonical_head = canonical::head(parts, signed_headers, &host).map_err(incomplete)?;
        Ok(Self {
            access_key_id: access_key_id.to_owned(),
            date: date.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
            signature: signature.to_owned(),
            time: time.to_owned(),
            host,
            token: single(parts, &SECURITY_TOKEN)?.map(str::to_owned),
            content_hash: single(parts, &CONTENT_HASH)?.map(str::to_owned),
            canonical_head,
        })
    }

    /// The access key id it names, which may be anything.
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// Whose key it claims to be made with.
    pub fn claimed_key(&self) -> Result<ClaimedKey<'_>, AuthenticationFailure> {
        ClaimedKey::of(&self.access_key_id, self.token.as_deref())
    }

    /// Checks the signature with the key's secret.
    pub fn verify(
        &self,
        secret: &Secret,
        body: &[u8],
        now: SystemTime,
        expected: &Expected<'_>,
    ) -> Result<(), AuthenticationFailure> {
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
        let scope = Scope { date: &self.date, region: &self.region, service: &self.service };
        let string_to_sign = string_to_sign(&self.canonical_head, &body_hash, &self.time, &scope);
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

/// What the signature is of.
pub(crate) fn string_to_sign(canonical_head: &str, body_hash: &str, time: &str, scope: &Scope<'_>) -> String {
    let canonical = hex(&Sha256::digest(format!("{canonical_head}{body_hash}")));
    format!("{ALGORITHM}\n{time}\n{}\n{canonical}", scope.name())
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
