//! What the keys say of each of KMS's errors.

use crate::emulator::Emulator;
use crate::script::{Answer, Script, answer, refusal};
use aws::KmsKeys;
use ports::{EncryptionContext, KeyError, Keys as _};
use serde_json::json;
use std::time::Duration;

const KEY: &str = "alias/default";

/// A ciphertext as the adapter makes it.
async fn some_ciphertext() -> Vec<u8> {
    let script = Script::new(|_, _| answer(200, r#"{"CiphertextBlob": "c2VjcmV0"}"#));
    let keys = KmsKeys::new(&script.connection(), KEY);
    keys.encrypt(None, b"plain", &EncryptionContext::new()).await.unwrap()
}

/// What each method says when KMS answers with the error `code`.
async fn told(status: u16, code: &'static str) -> [KeyError; 4] {
    let ciphertext = some_ciphertext().await;
    let script = Script::new(move |_, _| refusal(status, code));
    let keys = KmsKeys::new(&script.connection(), KEY).with_patience(Duration::from_millis(200));
    let context = EncryptionContext::new();
    [
        keys.generate_data_key(None, &context).await.err().unwrap(),
        keys.encrypt(None, b"plain", &context).await.unwrap_err(),
        keys.decrypt(&ciphertext, &context).await.unwrap_err(),
        keys.describe(None).await.unwrap_err(),
    ]
}

#[tokio::test(start_paused = true)]
async fn a_key_that_cannot_be_used_is_told_by_what_is_wrong_with_it() {
    for (code, is_right) in [
        ("NotFoundException", (|error| matches!(error, KeyError::NotFound(_))) as fn(&KeyError) -> bool),
        ("InvalidArnException", |error| matches!(error, KeyError::NotFound(_))),
        ("DisabledException", |error| matches!(error, KeyError::Disabled(_))),
        ("KMSInvalidStateException", |error| matches!(error, KeyError::Disabled(_))),
        ("AccessDeniedException", |error| matches!(error, KeyError::AccessDenied(_))),
        ("InvalidCiphertextException", |error| matches!(error, KeyError::InvalidCiphertext)),
        ("IncorrectKeyException", |error| matches!(error, KeyError::InvalidCiphertext)),
        ("UnsupportedOperationException", |error| matches!(error, KeyError::Unavailable(_))),
        ("ThrottlingException", |error| matches!(error, KeyError::Unavailable(_))),
    ] {
        for error in told(400, code).await {
            assert!(is_right(&error), "{code}: {error:?}");
        }
    }
    for code in ["KMSInternalException", "KeyUnavailableException", "DependencyTimeoutException"] {
        for error in told(500, code).await {
            assert!(matches!(error, KeyError::Unavailable(_)), "{code}: {error:?}");
        }
    }
    let [told, ..] = told(400, "DisabledException").await;
    assert_eq!(told.to_string(), "key 'alias/default' is disabled");
}

#[tokio::test(start_paused = true)]
async fn a_call_is_made_again_after_every_passing_trouble() {
    let script = Script::new(|n, _| match n {
        0 => refusal(400, "ThrottlingException"),
        1 => refusal(500, "KMSInternalException"),
        2 => refusal(500, "KeyUnavailableException"),
        3 => Answer::Lost,
        _ => answer(200, r#"{"KeyMetadata": {"KeyId": "k", "Arn": "arn:k", "Enabled": true}}"#),
    });
    let key = KmsKeys::new(&script.connection(), KEY).describe(None).await.unwrap();
    assert_eq!((key.id.as_str(), key.enabled), ("arn:k", true));
    assert_eq!(script.sent().len(), 5);
}

#[tokio::test]
async fn what_was_altered_is_refused_without_a_call() {
    let mut ciphertext = some_ciphertext().await;
    let script = Script::new(|_, _| refusal(400, "AccessDeniedException"));
    let keys = KmsKeys::new(&script.connection(), KEY);
    let last = ciphertext.len() - 1;
    ciphertext[last] ^= 1;
    let told = keys.decrypt(&ciphertext, &EncryptionContext::new()).await;
    assert!(matches!(told, Err(KeyError::InvalidCiphertext)));
    assert!(script.sent().is_empty());
}

#[tokio::test]
async fn a_key_is_described_as_it_is_and_found_by_its_alias() {
    let emulator = Emulator::start();
    let arn = emulator.key();
    emulator.call("kms", "TrentService.CreateAlias", &json!({"AliasName": KEY, "TargetKeyId": arn}));
    let keys = KmsKeys::new(&emulator.connection(), KEY);
    assert_eq!(keys.describe(None).await.unwrap().id, arn);
    assert!(keys.describe(None).await.unwrap().enabled);
    // KMS takes an ARN here as well; the emulator fails at it.
    let id = json!({"KeyId": arn.rsplit_once('/').unwrap().1});
    emulator.call("kms", "TrentService.DisableKey", &id);
    assert!(!keys.describe(Some(&arn)).await.unwrap().enabled);
    emulator.call("kms", "TrentService.ScheduleKeyDeletion", &id);
    assert!(!keys.describe(Some(&arn)).await.unwrap().enabled);
}
