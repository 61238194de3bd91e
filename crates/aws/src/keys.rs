//! The port `Keys` on KMS.
//!
//! A ciphertext is KMS's own behind a checksum. KMS's names its key, and when that part is altered, KMS says that there is no
//! such key, or that it may not be used; the checksum lets an altered ciphertext be told from a key that is gone.

use crate::connection::{Connection, Service};
use crate::retry::{Failed, Retry};
use async_trait::async_trait;
use aws_sdk_kms::Client;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::DataKeySpec;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use ports::keys::{KeyDescription, MAX_PLAINTEXT_BYTES};
use ports::{DataKey, EncryptionContext, KeyError, Keys};
use std::collections::HashMap;
use std::error::Error;
use std::time::Duration;
use zeroize::Zeroizing;

/// For how long a call is tried, unless told otherwise.
const PATIENCE: Duration = Duration::from_secs(8);

/// The first byte of a ciphertext: how the rest is to be read.
const FORMAT: u8 = 1;

/// Format and checksum.
const HEAD_BYTES: usize = 5;

/// Master keys in KMS. The SDK's own copies of plaintexts are not wiped; those that this hands out are.
pub struct KmsKeys {
    client: Client,
    region: String,
    default_key: String,
    retry: Retry,
}

impl KmsKeys {
    /// The keys of an account. `default_key` (an ARN, an id, or an alias with `alias/` before it) is used where none is named.
    pub fn new(connection: &Connection, default_key: impl Into<String>) -> Self {
        let client = Client::new(&connection.config(Service::Kms));
        let region = connection.region().to_owned();
        Self { client, region, default_key: default_key.into(), retry: Retry { within: PATIENCE } }
    }

    /// The same keys; a call that fails is tried again for so long.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { retry: Retry { within: patience }, ..self }
    }

    /// The key to ask for. One whose ARN is of another region is none that this region's KMS has, but a role that may use keys of
    /// its own region would have it answer that the key may not be used.
    fn id<'a>(&'a self, key: Option<&'a str>) -> Result<&'a str, KeyError> {
        let id = key.unwrap_or(&self.default_key);
        let region = id.strip_prefix("arn:").and_then(|rest| rest.split(':').nth(2));
        if region.is_none_or(|region| region == self.region) { Ok(id) } else { Err(KeyError::NotFound(id.to_owned())) }
    }
}

#[async_trait]
impl Keys for KmsKeys {
    async fn generate_data_key(&self, key: Option<&str>, context: &EncryptionContext) -> Result<DataKey, KeyError> {
        let id = self.id(key)?;
        let generate = || {
            let generate = self.client.generate_data_key().key_id(id).key_spec(DataKeySpec::Aes256);
            generate.set_encryption_context(Some(map(context))).send()
        };
        let answer = self.retry.run(generate).await.map_err(|failed| key_error(&failed, id, "GenerateDataKey"))?;
        let plaintext = answer.plaintext.map(Blob::into_inner).map(Zeroizing::new);
        let plaintext = plaintext.and_then(|bytes| Some(Zeroizing::new(<[u8; 32]>::try_from(bytes.as_slice()).ok()?)));
        match (plaintext, answer.ciphertext_blob) {
            (Some(plaintext), Some(wrapped)) => Ok(DataKey { plaintext, wrapped: sealed(wrapped.as_ref()) }),
            _ => Err(incomplete("GenerateDataKey")),
        }
    }

    async fn encrypt(
        &self,
        key: Option<&str>,
        plaintext: &[u8],
        context: &EncryptionContext,
    ) -> Result<Vec<u8>, KeyError> {
        if plaintext.is_empty() || plaintext.len() > MAX_PLAINTEXT_BYTES {
            return Err(KeyError::Invalid(format!(
                "{} bytes cannot be encrypted; 1 to {MAX_PLAINTEXT_BYTES} are possible",
                plaintext.len()
            )));
        }
        let id = self.id(key)?;
        let encrypt = || {
            let encrypt = self.client.encrypt().key_id(id).plaintext(Blob::new(plaintext));
            encrypt.set_encryption_context(Some(map(context))).send()
        };
        let answer = self.retry.run(encrypt).await.map_err(|failed| key_error(&failed, id, "Encrypt"))?;
        let ciphertext = answer.ciphertext_blob.ok_or_else(|| incomplete("Encrypt"))?;
        Ok(sealed(ciphertext.as_ref()))
    }

    async fn decrypt(&self, ciphertext: &[u8], context: &EncryptionContext) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let ciphertext = opened(ciphertext).ok_or(KeyError::InvalidCiphertext)?;
        let decrypt = || {
            let decrypt = self.client.decrypt().ciphertext_blob(Blob::new(ciphertext));
            decrypt.set_encryption_context(Some(map(context))).send()
        };
        let failed = |failed| key_error(&failed, "that a ciphertext names", "Decrypt");
        let answer = self.retry.run(decrypt).await.map_err(failed)?;
        let plaintext = answer.plaintext.ok_or_else(|| incomplete("Decrypt"))?;
        Ok(Zeroizing::new(plaintext.into_inner()))
    }

    async fn describe(&self, key: Option<&str>) -> Result<KeyDescription, KeyError> {
        let id = self.id(key)?;
        let describe = || self.client.describe_key().key_id(id).send();
        let answer = self.retry.run(describe).await.map_err(|failed| key_error(&failed, id, "DescribeKey"))?;
        let key = answer.key_metadata.ok_or_else(|| incomplete("DescribeKey"))?;
        let id = key.arn.ok_or_else(|| incomplete("DescribeKey"))?;
        Ok(KeyDescription { id, enabled: key.enabled })
    }
}

fn map(context: &EncryptionContext) -> HashMap<String, String> {
    context.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// KMS's ciphertext as this adapter hands it out.
fn sealed(ciphertext: &[u8]) -> Vec<u8> {
    [&[FORMAT], &crc32fast::hash(ciphertext).to_be_bytes()[..], ciphertext].concat()
}

/// KMS's ciphertext from what this adapter handed out, unless that was altered.
fn opened(sealed: &[u8]) -> Option<&[u8]> {
    let (head, ciphertext) = sealed.split_at_checked(HEAD_BYTES)?;
    let is_whole = head[0] == FORMAT && head[1..] == crc32fast::hash(ciphertext).to_be_bytes();
    (is_whole && !ciphertext.is_empty()).then_some(ciphertext)
}

/// The port's error for a call about the key `id` that failed.
fn key_error<E>(failed: &Failed<E>, id: &str, call: &'static str) -> KeyError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    match failed.code() {
        "NotFoundException" | "InvalidArnException" => KeyError::NotFound(id.to_owned()),
        "DisabledException" | "KMSInvalidStateException" => KeyError::Disabled(id.to_owned()),
        "AccessDeniedException" => KeyError::AccessDenied(id.to_owned()),
        "InvalidCiphertextException" | "IncorrectKeyException" => KeyError::InvalidCiphertext,
        _ => KeyError::Unavailable(failed.told(call)),
    }
}

fn incomplete(call: &'static str) -> KeyError {
    KeyError::Unavailable(format!("{call} answered without what was asked for").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_key_of_another_region_is_not_found_and_not_asked_for() {
        let variables = [("AWS_REGION", "eu-west-1"), ("AWS_ACCESS_KEY_ID", "x"), ("AWS_SECRET_ACCESS_KEY", "x")];
        let nowhere = ("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
        let variable = |name: &str| {
            let found = variables.iter().chain([&nowhere]).find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let connection = Connection::from_variables(variable).unwrap();
        let keys = KmsKeys::new(&connection, "alias/own").with_patience(Duration::ZERO);
        let described = |region: &str| {
            let arn = format!("arn:aws:kms:{region}:123456789012:key/x");
            let keys = &keys;
            async move { keys.describe(Some(&arn)).await.unwrap_err() }
        };
        assert!(matches!(described("us-east-1").await, KeyError::NotFound(_)));
        assert!(matches!(described("eu-west-1").await, KeyError::Unavailable(_)));
    }
}
