//! Secrets of webhooks: made or taken, encrypted, and used to sign.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::{WebhookFormat, WebhookId};
use hmac::{Hmac, KeyInit as _, Mac as _};
use ports::{EncryptionContext, KeyError, Keys};
use sha2::Sha256;
use zeroize::Zeroizing;

/// What secrets of Standard Webhooks begin with.
const PREFIX: &str = "whsec_";

/// How many bytes such a secret may have (Standard Webhooks, "Signature scheme").
const BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// How long a secret in the GitHub form may be.
const GITHUB_BYTES: std::ops::RangeInclusive<usize> = 16..=256;

/// Why a secret cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// It has not the form that the webhook's form asks for.
    #[error("{0}")]
    Form(&'static str),
    /// The key service failed.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The operating system gives no random numbers.
    #[error("no random numbers are to be had: {0}")]
    Random(#[from] getrandom::Error),
    /// What is stored is not what was stored.
    #[error("the stored secret of webhook '{0}' is damaged")]
    Damaged(WebhookId),
}

/// A fresh secret: 32 random bytes in the form of Standard Webhooks, which serves both forms.
pub fn generate() -> Result<Zeroizing<String>, SecretError> {
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom::fill(bytes.as_mut_slice())?;
    Ok(Zeroizing::new(format!("{PREFIX}{}", STANDARD.encode(bytes.as_slice()))))
}

/// Checks a secret that somebody else made.
pub fn check(format: WebhookFormat, secret: &str) -> Result<(), SecretError> {
    let good = match format {
        WebhookFormat::Coldforge => key(secret).is_some_and(|key| BYTES.contains(&key.len())),
        WebhookFormat::Github => {
            GITHUB_BYTES.contains(&secret.len()) && secret.bytes().all(|byte| byte.is_ascii_graphic())
        }
    };
    match (good, format) {
        (true, _) => Ok(()),
        (false, WebhookFormat::Coldforge) => Err(SecretError::Form("a secret is whsec_ and 24 to 64 bytes in base64")),
        (false, WebhookFormat::Github) => Err(SecretError::Form("a secret has 16 to 256 visible ASCII characters")),
    }
}

/// Encrypts the secret of a webhook, bound to it.
pub async fn seal(keys: &dyn Keys, webhook: &WebhookId, secret: &str) -> Result<String, SecretError> {
    Ok(STANDARD.encode(keys.encrypt(None, secret.as_bytes(), &context(webhook)).await?))
}

/// Decrypts what [`seal`] gave.
pub(crate) async fn open(keys: &dyn Keys, webhook: &WebhookId, sealed: &str) -> Result<Zeroizing<String>, SecretError> {
    let damaged = || SecretError::Damaged(webhook.clone());
    let sealed = STANDARD.decode(sealed).map_err(|_| damaged())?;
    let secret = keys.decrypt(&sealed, &context(webhook)).await?;
    let secret = std::str::from_utf8(&secret).map_err(|_| damaged())?;
    Ok(Zeroizing::new(secret.to_owned()))
}

fn context(webhook: &WebhookId) -> EncryptionContext {
    [("coldforge:webhook".to_owned(), webhook.to_string())].into()
}

/// The value of `webhook-signature` (Standard Webhooks, version 1 of symmetric signatures) for a message of this id, sent at this
/// time in seconds since 1970.
pub fn standard_signature(secret: &str, id: &str, seconds: u64, body: &str) -> String {
    let key = key(secret).unwrap_or_default();
    let mac = mac(&key, &[id.as_bytes(), b".", seconds.to_string().as_bytes(), b".", body.as_bytes()]);
    format!("v1,{}", STANDARD.encode(mac))
}

/// The value of `X-Hub-Signature-256`.
pub fn github_signature(secret: &str, body: &str) -> String {
    let hex = mac(secret.as_bytes(), &[body.as_bytes()]).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    format!("sha256={hex}")
}

/// The bytes behind `whsec_`.
fn key(secret: &str) -> Option<Zeroizing<Vec<u8>>> {
    STANDARD.decode(secret.strip_prefix(PREFIX)?).ok().map(Zeroizing::new)
}

fn mac(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    // A key of any length will do.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_those_of_the_specifications() {
        // Standard Webhooks' own example, and GitHub's ("Validating webhook deliveries").
        let signature = standard_signature(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
        );
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert_eq!(
            github_signature("It's a Secret to Everybody", "Hello, World!"),
            "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        );
    }

    #[test]
    fn a_secret_has_the_form_that_its_use_asks_for() {
        let made = generate().unwrap();
        assert!(check(WebhookFormat::Coldforge, &made).is_ok());
        assert!(check(WebhookFormat::Github, &made).is_ok());
        assert_ne!(*made, *generate().unwrap());
        for wrong in ["", "whsec_", "whsec_c2hvcnQ=", "whsec_!!!", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] {
            assert!(check(WebhookFormat::Coldforge, wrong).is_err(), "{wrong}");
        }
        for wrong in ["", "short", "with a space in it", &"x".repeat(257)] {
            assert!(check(WebhookFormat::Github, wrong).is_err(), "{wrong}");
        }
    }
}
