//! The port `Blobs` on a bucket of S3.

mod upload;

use crate::connection::{Connection, Service};
use crate::random;
use crate::retry::{Failed, Pauses, Retry};
use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use aws_sdk_s3::primitives::{AggregatedBytes, ByteStream};
use aws_sdk_s3::types::ServerSideEncryption;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use ports::{BlobError, BlobName, Blobs, EncryptionContext, KeyError, Presigned};
use std::error::Error;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use upload::PART_BYTES;

/// For how long a call is tried, unless told otherwise.
const PATIENCE: Duration = Duration::from_secs(20);

/// No blob is longer: S3 takes objects of 50 TB. A read behind this is answered without asking for a range that S3 may not
/// understand.
const LONGEST_BLOB: u64 = 50 << 40;

/// How many names S3 lists at once.
const LONGEST_LIST: usize = 1000;

/// The object metadata that holds a put's mark.
const MARK: &str = "put";

/// The key that objects are encrypted under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encryption {
    /// The key's ARN or id.
    pub key_id: String,
    /// What the encryption is bound to; it shows in the account's log of key use.
    pub context: EncryptionContext,
}

/// Blobs as objects of a bucket, encrypted as the bucket says or under a key of their own. Cheap to clone.
///
/// An object's metadata carries a mark drawn for each put. When the answer to a put was lost and the next attempt is told that
/// the object exists, the mark tells whether it was this put that made it.
#[derive(Clone)]
pub struct S3Blobs {
    client: Client,
    bucket: String,
    encryption: Option<Encryption>,
    retry: Retry,
}

impl S3Blobs {
    /// The blobs in `bucket`, which must exist.
    pub fn new(connection: &Connection, bucket: impl Into<String>) -> Self {
        // An emulator has no host name for each bucket.
        let path_style = connection.is_redirected(Service::S3);
        let config = Builder::from(&connection.config(Service::S3)).force_path_style(path_style).build();
        let (client, retry) = (Client::from_conf(config), Retry { within: PATIENCE });
        Self { client, bucket: bucket.into(), encryption: None, retry }
    }

    /// The same blobs; those that are put from here on are encrypted under this key. Reading needs no key to be named.
    #[must_use]
    pub fn with_encryption(&self, encryption: Encryption) -> Self {
        Self { encryption: Some(encryption), ..self.clone() }
    }

    /// The same blobs; a call that fails is tried again for so long.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { retry: Retry { within: patience }, ..self }
    }

    /// How S3 is told to encrypt: the kind, the key and the context.
    fn sealing(&self) -> (Option<ServerSideEncryption>, Option<String>, Option<String>) {
        let Some(Encryption { key_id, context }) = &self.encryption else { return (None, None, None) };
        let context = (!context.is_empty()).then(|| STANDARD.encode(serde_json::json!(context).to_string()));
        (Some(ServerSideEncryption::AwsKms), Some(key_id.clone()), context)
    }

    /// The mark of the put that made the object, if there is one.
    async fn mark_of(&self, name: &BlobName) -> Result<Option<String>, BlobError> {
        let head = || self.client.head_object().bucket(&self.bucket).key(name.as_str()).send();
        match self.retry.run(head).await {
            Ok(found) => Ok(Some(found.metadata.and_then(|mut all| all.remove(MARK)).unwrap_or_default())),
            Err(failed) if failed.status() == 404 => Ok(None),
            Err(failed) => Err(self.error(&failed, name, "HeadObject")),
        }
    }

    /// The port's error for a call about `name` that failed.
    fn error<E>(&self, failed: &Failed<E>, name: &BlobName, call: &'static str) -> BlobError
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let key = || self.encryption.as_ref().map_or_else(|| format!("of blob '{name}'"), |own| own.key_id.clone());
        match failed.code() {
            "NoSuchKey" | "NotFound" => BlobError::NotFound(name.clone()),
            "KMS.NotFoundException" => BlobError::Key(KeyError::NotFound(key())),
            "KMS.DisabledException" | "KMS.KMSInvalidStateException" => BlobError::Key(KeyError::Disabled(key())),
            "AccessDenied" if failed.message().contains("kms:") => BlobError::Key(KeyError::AccessDenied(key())),
            _ => BlobError::Unavailable(failed.told(call)),
        }
    }
}

#[async_trait]
impl Blobs for S3Blobs {
    async fn put(&self, name: &BlobName, bytes: Bytes) -> Result<(), BlobError> {
        let mark = mark()?;
        let put = || {
            let (kind, key, context) = self.sealing();
            self.client
                .put_object()
                .bucket(&self.bucket)
                .key(name.as_str())
                .if_none_match("*")
                .metadata(MARK, &mark)
                .set_server_side_encryption(kind)
                .set_ssekms_key_id(key)
                .set_ssekms_encryption_context(context)
                .body(ByteStream::from(bytes.clone()))
                .send()
        };
        let Err(failed) = self.retry.run(put).await else { return Ok(()) };
        if failed.code() != "PreconditionFailed" {
            return Err(self.error(&failed, name, "PutObject"));
        }
        if failed.lost_before && self.mark_of(name).await? == Some(mark) {
            return Ok(());
        }
        Err(BlobError::Exists(name.clone()))
    }

    async fn put_file(&self, name: &BlobName, source: &Path) -> Result<(), BlobError> {
        let length = tokio::fs::metadata(source).await.map_err(unavailable)?.len();
        if length <= PART_BYTES {
            let bytes = tokio::fs::read(source).await.map_err(unavailable)?;
            return self.put(name, bytes.into()).await;
        }
        // A task of its own goes on when the caller is gone, so that an upload is completed or aborted but not left behind.
        let upload = upload::upload(self.clone(), name.clone(), source.to_owned(), length);
        tokio::spawn(upload).await.map_err(|error| BlobError::Unavailable(Box::new(error)))?
    }

    async fn get_range(&self, name: &BlobName, range: Range<u64>) -> Result<Bytes, BlobError> {
        if range.start > range.end {
            return Err(BlobError::Invalid(format!("range {}..{} of '{name}' is reversed", range.start, range.end)));
        }
        let out_of_range = || BlobError::OutOfRange { name: name.clone(), range: range.clone() };
        if range.is_empty() || range.end > LONGEST_BLOB {
            // S3 has no empty ranges.
            let length = self.head(name).await?.ok_or_else(|| BlobError::NotFound(name.clone()))?;
            return if range.end <= length { Ok(Bytes::new()) } else { Err(out_of_range()) };
        }
        let wanted = format!("bytes={}-{}", range.start, range.end - 1);
        let get = || self.client.get_object().bucket(&self.bucket).key(name.as_str()).range(&wanted).send();
        let mut pauses = Pauses::new(self.retry.within);
        loop {
            let answer = self.retry.run(get).await.map_err(|failed| match failed.code() {
                "InvalidRange" => out_of_range(),
                _ => self.error(&failed, name, "GetObject"),
            })?;
            // Of a range that reaches past the end, S3 gives what there is.
            if answer.content_length.and_then(|length| u64::try_from(length).ok()) != Some(range.end - range.start) {
                return Err(out_of_range());
            }
            let error: Box<dyn Error + Send + Sync> = match answer.body.collect().await.map(AggregatedBytes::into_bytes)
            {
                Ok(bytes) if bytes.len() as u64 == range.end - range.start => return Ok(bytes),
                Ok(_) => "the answer to GetObject broke off".into(),
                Err(error) => Box::new(error),
            };
            if !pauses.pause().await {
                return Err(BlobError::Unavailable(error));
            }
        }
    }

    async fn head(&self, name: &BlobName) -> Result<Option<u64>, BlobError> {
        let head = || self.client.head_object().bucket(&self.bucket).key(name.as_str()).send();
        match self.retry.run(head).await {
            Ok(found) => Ok(found.content_length.and_then(|length| u64::try_from(length).ok())),
            Err(failed) if failed.status() == 404 => Ok(None),
            Err(failed) => Err(self.error(&failed, name, "HeadObject")),
        }
    }

    async fn list(&self, prefix: &str, after: Option<&BlobName>, limit: usize) -> Result<Vec<BlobName>, BlobError> {
        if limit == 0 {
            return Err(BlobError::Invalid("a list needs a limit of at least 1".to_owned()));
        }
        let mut names = Vec::new();
        let mut after = after.map(|name| name.as_str().to_owned());
        loop {
            let most = i32::try_from((limit - names.len()).min(LONGEST_LIST)).unwrap_or(i32::MAX);
            let list = || {
                let list = self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix);
                list.set_start_after(after.clone()).max_keys(most).send()
            };
            let page = self.retry.run(list).await;
            let page = page.map_err(|failed| BlobError::Unavailable(failed.told("ListObjectsV2")))?;
            let keys: Vec<_> = page.contents.unwrap_or_default().into_iter().filter_map(|object| object.key).collect();
            let is_last = keys.is_empty() || page.is_truncated != Some(true);
            after = keys.last().cloned();
            // What has no blob's name was not put here by this adapter.
            names.extend(keys.into_iter().filter_map(|key| BlobName::parse(key).ok()));
            if is_last || names.len() == limit {
                return Ok(names);
            }
        }
    }

    async fn delete(&self, name: &BlobName) -> Result<(), BlobError> {
        let delete = || self.client.delete_object().bucket(&self.bucket).key(name.as_str()).send();
        self.retry.run(delete).await.map_err(|failed| self.error(&failed, name, "DeleteObject"))?;
        Ok(())
    }

    fn encrypted_under(&self, key: Option<&str>, context: &EncryptionContext) -> Option<Arc<dyn Blobs>> {
        let key_id = key.or(self.encryption.as_ref().map(|usual| usual.key_id.as_str()))?.to_owned();
        Some(Arc::new(self.with_encryption(Encryption { key_id, context: context.clone() })))
    }

    async fn presign_get(&self, name: &BlobName, valid_for: Duration) -> Result<Option<Presigned>, BlobError> {
        let get = self.client.get_object().bucket(&self.bucket).key(name.as_str());
        let request = get.presigned(presigning(valid_for)?).await;
        Ok(Some(presigned(&request.map_err(|error| BlobError::Unavailable(Box::new(error)))?)))
    }

    async fn presign_put(&self, name: &BlobName, valid_for: Duration) -> Result<Option<Presigned>, BlobError> {
        let (kind, key, context) = self.sealing();
        let put = self.client.put_object().bucket(&self.bucket).key(name.as_str()).if_none_match("*");
        let put = put.set_server_side_encryption(kind).set_ssekms_key_id(key).set_ssekms_encryption_context(context);
        let request = put.presigned(presigning(valid_for)?).await;
        Ok(Some(presigned(&request.map_err(|error| BlobError::Unavailable(Box::new(error)))?)))
    }
}

fn presigning(valid_for: Duration) -> Result<PresigningConfig, BlobError> {
    PresigningConfig::expires_in(valid_for).map_err(|error| BlobError::Invalid(error.to_string()))
}

fn presigned(request: &PresignedRequest) -> Presigned {
    let headers = request.headers().map(|(name, value)| (name.to_owned(), value.to_owned()));
    Presigned { url: request.uri().to_owned(), headers: headers.collect() }
}

/// What tells one put from every other.
fn mark() -> Result<String, BlobError> {
    let bytes: [u8; 16] = random().map_err(|error| BlobError::Unavailable(Box::new(error)))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn unavailable(error: io::Error) -> BlobError {
    BlobError::Unavailable(Box::new(error))
}
