//! The signature that `aws codecommit credential-helper` and git-remote-codecommit send as a Basic password.
//!
//! It covers the host and the path only, so it serves for every request to a repository as long as it is fresh:
//!
//! ```text
//! canonical request   GIT\n<path>\n\nhost:<host>\n\nhost\n
//! string to sign      AWS4-HMAC-SHA256\n<YYYYMMDDTHHMMSS>\n<scope>\n<hex of the canonical request's SHA-256>
//! password            <YYYYMMDDTHHMMSS>Z<signature>
//! ```

use crate::access_key::KeyKind;
use crate::claimed_key::ClaimedKey;
use crate::failure::{AuthenticationFailure, Reason};
use crate::secret::Secret;
use crate::signing_key::{Scope, hex, verifies};
use crate::sigv4::ALGORITHM;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};
use std::time::{Duration, SystemTime};

/// How old a signature may be: the helpers' passwords are kept for 15 minutes by credential caches.
const MAX_AGE: Duration = Duration::from_secs(15 * 60);

/// How far the client's clock may be ahead.
const MAX_AHEAD: Duration = Duration::from_secs(5 * 60);

/// A signature as a Basic user name and password.
pub struct GitSignature {
    access_key_id: String,
    token: Option<String>,
    /// `YYYYMMDDTHHMMSS`.
    time: String,
    signature: String,
}

/// The hosts and paths that the signature may be for. The two helpers sign different ones for the same request: with or without
/// the port, with or without a gateway's stage.
pub struct SignedPlaces<'a> {
    /// The hosts this service answers for, as clients may write them.
    pub hosts: &'a [String],
    /// The paths of the repository, as clients may write them.
    pub paths: &'a [String],
}

impl GitSignature {
    /// Reads user name and password; `None` when they do not have this form. The user name is an access key id, and behind a `%`
    /// the session token that belongs to it.
    pub fn parse(user: &str, password: &str) -> Option<Self> {
        let (time, signature) = password.split_at_checked(16)?;
        let time = time.strip_suffix('Z')?;
        let (access_key_id, token) = user.split_once('%').map_or((user, None), |(id, token)| (id, Some(token)));
        let well_formed = KeyKind::of(access_key_id).is_some()
            && DateTime::strptime("%Y%m%dT%H%M%S", time).is_ok()
            && signature.len() == 64
            && signature.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        well_formed.then(|| Self {
            access_key_id: access_key_id.to_owned(),
            token: token.map(str::to_owned),
            time: time.to_owned(),
            signature: signature.to_owned(),
        })
    }

    /// The access key id it names.
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// Whose key it claims to be made with.
    pub fn claimed_key(&self) -> Result<ClaimedKey<'_>, AuthenticationFailure> {
        ClaimedKey::of(&self.access_key_id, self.token.as_deref())
    }

    /// Checks the signature against every place it may have been made for.
    pub fn verify(
        &self,
        secret: &Secret,
        region: &str,
        places: &SignedPlaces<'_>,
        now: SystemTime,
    ) -> Result<(), AuthenticationFailure> {
        self.check_age(now)?;
        let scope = Scope { date: &self.time[..8], region, service: "codecommit" };
        let made_for = |host: &str, path: &str| {
            verifies(secret, &scope, &string_to_sign(&self.time, &scope, host, path), &self.signature)
        };
        if places.hosts.iter().any(|host| places.paths.iter().any(|path| made_for(host, path))) {
            return Ok(());
        }
        Err(AuthenticationFailure::new(
            Reason::Invalid,
            format!(
                "the signature does not fit: check the secret key, that the client's region is {region}, and its URL"
            ),
        ))
    }

    fn check_age(&self, now: SystemTime) -> Result<(), AuthenticationFailure> {
        let made = DateTime::strptime("%Y%m%dT%H%M%S", &self.time)
            .and_then(|time| TimeZone::UTC.to_timestamp(time))
            .and_then(SystemTime::try_from);
        let fresh = made.is_ok_and(|made| made <= now + MAX_AHEAD && now <= made + MAX_AGE);
        if fresh {
            return Ok(());
        }
        Err(AuthenticationFailure::new(
            Reason::Invalid,
            "the signature has expired: it is good for 15 minutes; check the clock, and forget cached passwords",
        ))
    }
}

/// What the signature is of; `time` is without the `Z`.
pub(crate) fn string_to_sign(time: &str, scope: &Scope<'_>, host: &str, path: &str) -> String {
    let canonical = hex(&Sha256::digest(format!("GIT\n{path}\n\nhost:{host}\n\nhost\n")));
    format!("{ALGORITHM}\n{time}\n{}\n{canonical}", scope.name())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn verify(secret: &str, region: &str, time: &str, host: &str, path: &str, signature: &str) -> bool {
        let password = format!("{time}Z{signature}");
        let made = GitSignature::parse("CFKAAAAAAAAAAAAAAAAA", &password).unwrap();
        let now: Timestamp = format!("{}Z", DateTime::strptime("%Y%m%dT%H%M%S", time).unwrap()).parse().unwrap();
        let (hosts, paths) = ([host.to_owned()], [path.to_owned()]);
        let places = SignedPlaces { hosts: &hosts, paths: &paths };
        made.verify(&Secret::new(secret), region, &places, SystemTime::try_from(now).unwrap()).is_ok()
    }

    const HOST: &str = "git-codecommit.us-west-2.amazonaws.com";

    /// What the string to sign of git-remote-codecommit's own test comes to.
    fn signature(secret: &str, region: &str, time: &str, host: &str, path: &str) -> String {
        let canonical = hex(&Sha256::digest(format!("GIT\n{path}\n\nhost:{host}\n\nhost\n")));
        let text = format!("AWS4-HMAC-SHA256\n{time}\n{}/{region}/codecommit/aws4_request\n{canonical}", &time[..8]);
        let mut key = format!("AWS4{secret}").into_bytes();
        for part in [&time[..8], region, "codecommit", "aws4_request", &text] {
            use hmac::{Hmac, KeyInit, Mac};
            key = Hmac::<Sha256>::new_from_slice(&key).unwrap().chain_update(part).finalize().into_bytes().to_vec();
        }
        hex(&key)
    }

    #[test]
    fn published_signatures_are_reproduced() {
        let made = signature("secret", "us-west-2", "20171224T115320", HOST, "/v1/repos/test_repo");
        assert!(made.starts_with("b6df2d758a80") && made.ends_with("f1959a"), "{made}");
        let made = signature("secret", "us-west-2", "20171224T115320", "land.called.honahlee", "/v1/repos/test_repo");
        assert!(made.starts_with("a14a37a53035"), "{made}");
        assert!(verify("secret", "us-west-2", "20171224T115320", "land.called.honahlee", "/v1/repos/test_repo", &made));
    }

    #[test]
    fn a_signature_for_another_place_or_key_is_refused() {
        let time = "20171224T115320";
        let made = signature("secret", "us-west-2", time, HOST, "/v1/repos/a");
        assert!(verify("secret", "us-west-2", time, HOST, "/v1/repos/a", &made));
        assert!(!verify("secret", "us-west-2", time, HOST, "/v1/repos/b", &made));
        assert!(!verify("secret", "us-west-2", time, "other", "/v1/repos/a", &made));
        assert!(!verify("secret", "eu-west-1", time, HOST, "/v1/repos/a", &made));
        assert!(!verify("other", "us-west-2", time, HOST, "/v1/repos/a", &made));
    }

    #[test]
    fn a_signature_serves_for_fifteen_minutes() {
        let made = signature("secret", "us-west-2", "20171224T115320", HOST, "/v1/repos/a");
        let made = GitSignature::parse("CFKAAAAAAAAAAAAAAAAA", &format!("20171224T115320Z{made}")).unwrap();
        let time: Timestamp = "2017-12-24T11:53:20Z".parse().unwrap();
        let time = SystemTime::try_from(time).unwrap();
        let (hosts, paths) = ([HOST.to_owned()], ["/v1/repos/a".to_owned()]);
        let at = |now| {
            made.verify(&Secret::new("secret"), "us-west-2", &SignedPlaces { hosts: &hosts, paths: &paths }, now)
                .is_ok()
        };
        let seconds = Duration::from_secs;
        assert!(at(time + seconds(900)) && at(time - seconds(300)));
        assert!(!at(time + seconds(901)) && !at(time - seconds(301)));
    }
}
