//! The suite for the port [`Keys`].

#![expect(clippy::expect_used, reason = "a suite reports a broken promise as every test does")]

use crate::keys::MAX_PLAINTEXT_BYTES;
use crate::{EncryptionContext, KeyError, Keys};
use async_trait::async_trait;
use std::sync::Arc;

/// A key service under test.
#[async_trait]
pub trait KeysFixture: Send + Sync + 'static {
    /// The service.
    fn keys(&self) -> Arc<dyn Keys>;

    /// A key that was used and then disabled. `None` when the adapter has no such thing, which skips what the suite has to say about it.
    async fn disabled_key(&mut self) -> Option<DisabledKey> {
        None
    }

    /// Closes the service as a process that ends does, and opens it again; `false` when that is not possible.
    async fn reopen(&mut self) -> bool {
        false
    }
}

/// A key that was disabled after it was used.
pub struct DisabledKey {
    /// The key's id.
    pub id: String,
    /// Something encrypted under it with an empty context, when it was enabled.
    pub ciphertext: Vec<u8>,
}

impl<K: Keys + 'static> KeysFixture for Arc<K> {
    fn keys(&self) -> Arc<dyn Keys> {
        Self::clone(self)
    }
}

fn context(pairs: &[(&str, &str)]) -> EncryptionContext {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn is_invalid<T>(answer: Result<T, KeyError>) -> bool {
    matches!(answer, Err(KeyError::InvalidCiphertext))
}

/// At every length that is possible, and under every kind of context.
pub async fn what_was_encrypted_is_decrypted(fixture: impl KeysFixture) {
    let keys = fixture.keys();
    for context in [context(&[]), context(&[("repository", "r-1")]), context(&[("a", ""), ("b", "é"), ("c", "🦀")])]
    {
        for length in [1, 16, 32, 1000, MAX_PLAINTEXT_BYTES] {
            let plaintext: Vec<u8> = (0..length).map(|n| (n % 251) as u8).collect();
            let ciphertext = keys.encrypt(None, &plaintext, &context).await.expect("encrypts");
            assert!(
                !ciphertext.windows(plaintext.len().max(8)).any(|part| part == plaintext),
                "it is not in the clear"
            );
            assert_eq!(*keys.decrypt(&ciphertext, &context).await.expect("decrypts"), plaintext);
        }
    }
}

/// Nobody can tell from the ciphertexts that the same thing was encrypted twice.
pub async fn equal_plaintexts_have_different_ciphertexts(fixture: impl KeysFixture) {
    let keys = fixture.keys();
    let first = keys.encrypt(None, b"secret", &context(&[])).await.expect("encrypts");
    let second = keys.encrypt(None, b"secret", &context(&[])).await.expect("encrypts");
    assert_ne!(first, second);
}

/// Nothing and too much cannot be encrypted.
pub async fn plaintexts_have_limits(fixture: impl KeysFixture) {
    let keys = fixture.keys();
    for plaintext in [vec![], vec![0; MAX_PLAINTEXT_BYTES + 1]] {
        let answer = keys.encrypt(None, &plaintext, &context(&[])).await;
        assert!(matches!(answer, Err(KeyError::Invalid(_))), "{} bytes", plaintext.len());
    }
}

/// A ciphertext belongs to its context: none missing, none added, none changed.
pub async fn another_context_is_refused(fixture: impl KeysFixture) {
    let keys = fixture.keys();
    let right = context(&[("repository", "r-1"), ("purpose", "password")]);
    let wrong = [
        context(&[]),
        context(&[("repository", "r-1")]),
        context(&[("repository", "r-1"), ("purpose", "password"), ("more", "")]),
        context(&[("repository", "r-2"), ("purpose", "password")]),
        context(&[("repository", "r-1"), ("Purpose", "password")]),
        context(&[("repository", "password"), ("purpose", "r-1")]),
    ];
    let ciphertext = keys.encrypt(None, b"secret", &right).await.expect("encrypts");
    let data_key = keys.generate_data_key(None, &right).await.expect("generates");
    for wrong in wrong {
        assert!(is_invalid(keys.decrypt(&ciphertext, &wrong).await), "{wrong:?}");
        assert!(is_invalid(keys.decrypt(&data_key.wrapped, &wrong).await), "{wrong:?}");
    }
    assert!(keys.decrypt(&ciphertext, &right).await.is_ok());
}

/// Names and values do not run into each other.
pub async fn a_context_cannot_be_read_in_two_ways(fixture: impl KeysFixture) {
    let keys = fixture.keys();
    let alike = [
        context(&[("ab", "c")]),
        context(&[("a", "bc")]),
        context(&[("abc", "")]),
        context(&[("a", "b"), ("c", "")]),
        context(&[("a", ""), ("b", "c")]),
        context(&[("a", "b\0c")]),
        context(&[("a\0b", "c")]),
    ];
    for made_in in &alike {
        let ciphertext = keys.encrypt(None, b"secret", made_in).await.expect("encrypts");
        for read_in in &alike {
            assert_eq!(
                keys.decrypt(&ciphertext, read_in).await.is_ok(),
                made_in == read_in,
                "{made_in:?}, {read_in:?}"
            );
        }
    }
}

/// Whatever byte is changed.
pub async fn an_altered_ciphertext_is_refused(fixture: impl KeysFixture) {
    let keys = fixture.keys();
    let context = context(&[("a", "b")]);
    let ciphertext = keys.encrypt(None, b"secret", &context).await.expect("encrypts");
    for index in 0..ciphertext.len() {
        for flip in [0x01, 0x80] {
            let mut altered = ciphertext.clone();
            altered[index] ^= flip;
            assert!(is_invalid(keys.decrypt(&altered, &context).await), "byte {index} of {}", ciphertext.len());
        }
    }
}

/// Whatever its length; nothing at all is no ciphertext either.
pub async fn a_truncated_or_extended_ciphertext_is_refused(fixture: impl KeysFixture) {
    let keys = fixture.keys();
    let ciphertext = keys.encrypt(None, b"secret", &context(&[])).await.expect("encrypts");
    for length in 0..ciphertext.len() {
        assert!(is_invalid(keys.decrypt(&ciphertext[..length], &context(&[])).await), "cut to {length}");
    }
    let extended = [&ciphertext[..], b"\0"].concat();
    assert!(is_invalid(keys.decrypt(&extended, &context(&[])).await));
}

/// `decrypt` unwraps what `generate_data_key` wrapped.
pub async fn a_data_key_unwraps_to_the_same_key(fixture: impl KeysFixture) {
    let keys = fixture.keys();
    let context = context(&[("repository", "r-1")]);
    let data_key = keys.generate_data_key(None, &context).await.expect("generates");
    let unwrapped = keys.decrypt(&data_key.wrapped, &context).await.expect("unwraps");
    assert_eq!(unwrapped.as_slice(), data_key.plaintext.as_slice());
}

/// No two are the same, and none is all zeros.
pub async fn data_keys_differ(fixture: impl KeysFixture) {
    let keys = fixture.keys();
    let first = keys.generate_data_key(None, &context(&[])).await.expect("generates");
    let second = keys.generate_data_key(None, &context(&[])).await.expect("generates");
    assert_ne!(first.plaintext, second.plaintext);
    assert_ne!(*first.plaintext, [0; 32]);
}

/// Every method says so.
pub async fn an_unknown_key_is_not_found(fixture: impl KeysFixture) {
    let keys = fixture.keys();
    let unknown = Some("00000000-0000-0000-0000-000000000000");
    assert!(matches!(keys.describe(unknown).await, Err(KeyError::NotFound(_))));
    assert!(matches!(keys.encrypt(unknown, b"x", &context(&[])).await, Err(KeyError::NotFound(_))));
    assert!(matches!(keys.generate_data_key(unknown, &context(&[])).await, Err(KeyError::NotFound(_))));
}

/// `describe` gives an id that can be used wherever a key is named.
pub async fn the_default_key_is_enabled_and_known_by_its_id(fixture: impl KeysFixture) {
    let keys = fixture.keys();
    let default = keys.describe(None).await.expect("describes");
    assert!(default.enabled);
    assert_eq!(keys.describe(Some(&default.id)).await.expect("describes"), default);
    let ciphertext = keys.encrypt(Some(&default.id), b"secret", &context(&[])).await.expect("encrypts");
    assert_eq!(keys.decrypt(&ciphertext, &context(&[])).await.expect("decrypts").as_slice(), b"secret");
}

/// It is described as disabled and does nothing any more, not even decrypt.
pub async fn a_disabled_key_is_refused(mut fixture: impl KeysFixture) {
    let Some(DisabledKey { id, ciphertext }) = fixture.disabled_key().await else { return };
    let keys = fixture.keys();
    assert!(!keys.describe(Some(&id)).await.expect("describes").enabled);
    assert!(matches!(keys.encrypt(Some(&id), b"x", &context(&[])).await, Err(KeyError::Disabled(_))));
    assert!(matches!(keys.generate_data_key(Some(&id), &context(&[])).await, Err(KeyError::Disabled(_))));
    assert!(matches!(keys.decrypt(&ciphertext, &context(&[])).await, Err(KeyError::Disabled(_))));
}

/// What was encrypted before can be decrypted after.
pub async fn ciphertexts_survive_a_restart(mut fixture: impl KeysFixture) {
    let context = context(&[("a", "b")]);
    let before = fixture.keys().describe(None).await.expect("describes");
    let ciphertext = fixture.keys().encrypt(None, b"secret", &context).await.expect("encrypts");
    if !fixture.reopen().await {
        return;
    }
    let keys = fixture.keys();
    assert_eq!(keys.describe(None).await.expect("describes"), before);
    assert_eq!(keys.decrypt(&ciphertext, &context).await.expect("decrypts").as_slice(), b"secret");
}
