//! The SigV4 key derivation and signature (AWS General Reference, "Create a signed AWS API request").

use crate::secret::Secret;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// What a signature is limited to.
pub(crate) struct Scope<'a> {
    /// `YYYYMMDD`.
    pub(crate) date: &'a str,
    pub(crate) region: &'a str,
    pub(crate) service: &'a str,
}

impl Scope<'_> {
    /// The scope as credentials and strings to sign carry it.
    pub(crate) fn name(&self) -> String {
        format!("{}/{}/{}/aws4_request", self.date, self.region, self.service)
    }
}

/// The signature that `secret` makes of `string_to_sign`, in lower-case hexadecimal.
pub(crate) fn signature(secret: &Secret, scope: &Scope<'_>, string_to_sign: &str) -> String {
    let mut key = Zeroizing::new(format!("AWS4{}", secret.expose()).into_bytes());
    for part in [scope.date, scope.region, scope.service, "aws4_request"] {
        key = Zeroizing::new(sign(&key, part));
    }
    hex(&sign(&key, string_to_sign))
}

/// Whether `signature` (lower-case hexadecimal) is the one that `secret` makes of `string_to_sign`. Takes the same time
/// wherever the two differ.
pub(crate) fn verifies(secret: &Secret, scope: &Scope<'_>, string_to_sign: &str, signature: &str) -> bool {
    self::signature(secret, scope, string_to_sign).as_bytes().ct_eq(signature.as_bytes()).into()
}

fn sign(key: &[u8], text: &str) -> Vec<u8> {
    // HMAC takes keys of every length, so there is no failure to report.
    Hmac::<Sha256>::new_from_slice(key)
        .map(|mac| mac.chain_update(text).finalize().into_bytes().to_vec())
        .unwrap_or_default()
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
