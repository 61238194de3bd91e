//! Which credential a request claims to be made with, for who counts failures and keeps records of them.

use crate::basic::GitCredentials;
use crate::sigv4::SignedRequest;
use http::request::Parts;

/// The longest id that is told.
const MOST: usize = 64;

/// The id of the credential that a request claims to be made with: of an access key, or of a Git password. Anybody may claim
/// anything; but it is short, consists of letters, digits, `-` and `_`, and is no secret.
pub fn claimed_credential_id(parts: &Parts) -> Option<String> {
    let id = match SignedRequest::parse(parts) {
        Ok(signed) => signed.access_key_id().to_owned(),
        Err(_) => match GitCredentials::parse(&parts.headers) {
            Ok(GitCredentials::Password(password)) => password.credential_id(),
            Ok(GitCredentials::Signed(signature)) => signature.access_key_id().to_owned(),
            Err(_) => return None,
        },
    };
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    ((1..=MOST).contains(&id.len()) && id.bytes().all(is_plain)).then_some(id)
}
