//! The client's side of signatures: what `sigv4` and `git_signature` verify is made here by the same rules.

use crate::canonical;
use crate::git_signature;
use crate::secret::Secret;
use crate::signing_key::{Scope, hex, signature};
use crate::sigv4::{ALGORITHM, DATE, SECURITY_TOKEN, string_to_sign};
use http::HeaderValue;
use http::header::{AUTHORIZATION, HOST};
use http::request::Parts;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::time::SystemTime;

/// Keys, and what they are to sign for.
pub struct Signer<'a> {
    /// The access key id.
    pub access_key_id: &'a str,
    /// The secret access key.
    pub secret: &'a Secret,
    /// The session token that comes with keys of a session.
    pub session_token: Option<&'a Secret>,
    /// The region of the service.
    pub region: &'a str,
    /// The name that the service signs by, such as `codecommit`.
    pub service: &'a str,
}

/// A user name and password for one repository, as the helpers of AWS make them.
pub struct GitLogin {
    /// The access key id, with the session token behind it if there is one.
    pub user: String,
    /// The signature with its time. Serves for 15 minutes.
    pub password: Secret,
}

/// A request that cannot be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the request cannot be signed: {0}")]
pub struct SignError(String);

impl Signer<'_> {
    /// Adds the headers that make a request signed, all headers that it has by now included. It must have a `Host`.
    pub fn sign(&self, parts: &mut Parts, body: &[u8], now: SystemTime) -> Result<(), SignError> {
        let time = format!("{}Z", time(now)?);
        parts.headers.insert(DATE, header(&time)?);
        if let Some(token) = self.session_token {
            let mut token = header(token.expose())?;
            token.set_sensitive(true);
            parts.headers.insert(SECURITY_TOKEN, token);
        }
        let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
        let host = host.ok_or_else(|| SignError("it has no Host header".to_owned()))?.to_owned();
        let mut names: Vec<&str> = parts.headers.keys().map(http::HeaderName::as_str).collect();
        names.sort_unstable();
        let signed_headers = names.join(";");
        let head = canonical::head(parts, &signed_headers, &host).map_err(SignError)?;
        let scope = Scope { date: &time[..8], region: self.region, service: self.service };
        let text = string_to_sign(&head, &hex(&Sha256::digest(body)), &time, &scope);
        let authorization = format!(
            "{ALGORITHM} Credential={}/{}, SignedHeaders={signed_headers}, Signature={}",
            self.access_key_id,
            scope.name(),
            signature(self.secret, &scope, &text),
        );
        let mut authorization = header(&authorization)?;
        authorization.set_sensitive(true);
        parts.headers.insert(AUTHORIZATION, authorization);
        Ok(())
    }

    /// What git is to send for the repository at this host and path.
    pub fn git_login(&self, host: &str, path: &str, now: SystemTime) -> Result<GitLogin, SignError> {
        let time = time(now)?;
        let scope = Scope { date: &time[..8], region: self.region, service: self.service };
        let text = git_signature::string_to_sign(&time, &scope, host, path);
        let password = format!("{time}Z{}", signature(self.secret, &scope, &text));
        let user = match self.session_token {
            Some(token) => format!("{}%{}", self.access_key_id, token.expose()),
            None => self.access_key_id.to_owned(),
        };
        Ok(GitLogin { user, password: Secret::new(password) })
    }
}

/// `YYYYMMDDTHHMMSS`
fn time(now: SystemTime) -> Result<String, SignError> {
    let now = Timestamp::try_from(now).map_err(|error| SignError(error.to_string()))?;
    Ok(now.strftime("%Y%m%dT%H%M%S").to_string())
}

fn header(value: &str) -> Result<HeaderValue, SignError> {
    HeaderValue::from_str(value).map_err(|_| SignError("a header would not be plain text".to_owned()))
}
