//! Which credential a request claims to be made with, for who counts failures and keeps records of them.

use crate::basic::GitCredentials;
use crate::sigv4::SignedRequest;
use http::request::Parts;

/// The longest id that is told.
const MOST: usize = 64;

/// The id of the credential that a request claims to be made with: of an access key, or of a Git password. Anybody may claim
/// anything, also what is a secret by mistake: so what is no id by its form is not told.
pub fn claimed_credential_id(parts: &Parts) -> Option<String> {
    let key_id = match SignedRequest::parse(parts) {
        Ok(signed) => signed.access_key_id().to_owned(),
        Err(_) => match GitCredentials::parse(&parts.headers) {
            Ok(GitCredentials::Password(password)) => return Some(password.credential_id()),
            Ok(GitCredentials::Signed(signature)) => signature.access_key_id().to_owned(),
            Err(_) => return None,
        },
    };
    // Ids of access keys, AWS's too, have no small letters; secrets always do, as good as certainly.
    let is_of_id = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    ((1..=MOST).contains(&key_id.len()) && key_id.bytes().all(is_of_id)).then_some(key_id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    fn claimed(key_id: &str) -> Option<String> {
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={key_id}/20261128/eu-west-1/codecommit/aws4_request, \
             SignedHeaders=host;x-amz-date, Signature={}",
            "0".repeat(64)
        );
        let request = Request::post("/").header("host", "git.example.com").header("x-amz-date", "20261128T120000Z");
        let request = request.header("authorization", authorization).body(()).unwrap();
        claimed_credential_id(&request.into_parts().0)
    }

    #[test]
    fn ids_are_told_and_what_was_mistaken_for_one_is_not() {
        for id in ["CFKAABCDEFGHIJKLMNOP", "AKIAIOSFODNN7EXAMPLE", "X"] {
            assert_eq!(claimed(id).as_deref(), Some(id));
        }
        let password = "cfp_pat_0123456789_0123456789abcdefghijABCDEFGHIJ_abcdef";
        for other in [
            password,
            "cfs_0123456789abcdefghijABCDEFGHIJabcdef",
            "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY",
            &"A".repeat(65),
        ] {
            assert_eq!(claimed(other), None, "{other}");
        }
    }
}
