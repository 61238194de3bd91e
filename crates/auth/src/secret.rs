//! Text that must never be logged, and where it comes from.

use zeroize::Zeroizing;

/// A secret. It has no `Debug` or `Display`, so that it cannot slip into a log, and is wiped when dropped.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

/// The operating system gave no randomness.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no randomness: {0}")]
pub struct RandomError(#[from] getrandom::Error);

impl Secret {
    /// Wraps a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The secret itself, for computing with it or for showing it to its owner once.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// Letters and digits, in the order of their value in base 62.
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// `length` random characters out of `alphabet`, each equally likely.
pub(crate) fn random_text(alphabet: &[u8], length: usize) -> Result<String, RandomError> {
    // Bytes at and above the largest multiple of the alphabet's size would favour its first characters.
    let fair = 256 - 256 % alphabet.len();
    let mut text = String::with_capacity(length);
    let mut bytes = [0u8; 64];
    while text.len() < length {
        getrandom::fill(&mut bytes)?;
        let usable = bytes.iter().filter(|byte| usize::from(**byte) < fair);
        for byte in usable.take(length - text.len()) {
            text.push(char::from(alphabet[usize::from(*byte) % alphabet.len()]));
        }
    }
    Ok(text)
}

/// `length` random characters of base 62: 5.95 bits each.
pub(crate) fn random_base62(length: usize) -> Result<String, RandomError> {
    random_text(BASE62, length)
}

/// Six characters of base 62 that tell a mistyped token from a real one before anything is looked up.
pub(crate) fn checksum(text: &str) -> String {
    let mut rest = crc32fast::hash(text.as_bytes());
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[(rest % 62) as usize];
        rest /= 62;
    }
    digits.iter().map(|digit| char::from(*digit)).collect()
}
