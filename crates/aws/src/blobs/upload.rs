//! Storing a file in parts, several at a time. The object appears when the last call succeeds, or not at all.

use super::{MARK, S3Blobs, mark, unavailable};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _};
use ports::{BlobError, BlobName};
use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::sync::Arc;

/// The size of a part where that gives at most [`MOST_PARTS`]; a shorter file is stored in one piece. S3 takes no parts below
/// 5 MiB but the last.
pub(super) const PART_BYTES: u64 = 8 << 20;

/// How many parts S3 takes.
const MOST_PARTS: u64 = 10_000;

/// How many parts are on their way at the same time, each of them in memory.
const AT_A_TIME: usize = 4;

/// A multipart upload that has begun.
struct Upload {
    blobs: S3Blobs,
    name: BlobName,
    id: String,
}

/// Stores the file `source` of `length` bytes as `name`.
pub(super) async fn upload(blobs: S3Blobs, name: BlobName, source: PathBuf, length: u64) -> Result<(), BlobError> {
    let mark = mark()?;
    let upload = Upload::begin(blobs, name, &mark).await?;
    let stored = match upload.store(source, length).await {
        Ok(parts) => upload.complete(parts, mark).await,
        Err(error) => Err(error),
    };
    if stored.is_err() {
        upload.abort().await;
    }
    stored
}

impl Upload {
    async fn begin(blobs: S3Blobs, name: BlobName, mark: &str) -> Result<Self, BlobError> {
        let begin = || {
            let (kind, key, context) = blobs.sealing();
            let begin = blobs.client.create_multipart_upload().bucket(&blobs.bucket).key(name.as_str());
            begin
                .metadata(MARK, mark)
                .checksum_algorithm(ChecksumAlgorithm::Crc32)
                .set_server_side_encryption(kind)
                .set_ssekms_key_id(key)
                .set_ssekms_encryption_context(context)
                .send()
        };
        let begun = blobs.retry.run(begin).await;
        let begun = begun.map_err(|failed| blobs.error(&failed, &name, "CreateMultipartUpload"))?;
        let id = begun.upload_id.ok_or_else(|| BlobError::Unavailable("S3 began an upload without an id".into()))?;
        Ok(Self { blobs, name, id })
    }

    /// Stores all parts; gives what the completion must name.
    async fn store(&self, source: PathBuf, length: u64) -> Result<Vec<CompletedPart>, BlobError> {
        let file = tokio::task::spawn_blocking(move || File::open(source)).await;
        let file = file.map_err(|error| BlobError::Unavailable(Box::new(error)))?.map_err(unavailable)?;
        let file = Arc::new(file);
        let store = |(number, range)| self.store_part(Arc::clone(&file), number, range);
        let stored = futures_util::stream::iter(parts(length)).map(store).buffer_unordered(AT_A_TIME);
        let mut parts: Vec<CompletedPart> = stored.try_collect().await?;
        parts.sort_unstable_by_key(|part| part.part_number);
        Ok(parts)
    }

    async fn store_part(&self, file: Arc<File>, number: i32, range: Range<u64>) -> Result<CompletedPart, BlobError> {
        let read = tokio::task::spawn_blocking(move || {
            let length = usize::try_from(range.end - range.start).map_err(std::io::Error::other)?;
            let mut bytes = vec![0; length];
            file.read_exact_at(&mut bytes, range.start)?;
            Ok(Bytes::from(bytes))
        });
        let bytes = read.await.map_err(|error| BlobError::Unavailable(Box::new(error)))?.map_err(unavailable)?;
        let blobs = &self.blobs;
        let store = || {
            let store = blobs.client.upload_part().bucket(&blobs.bucket).key(self.name.as_str()).upload_id(&self.id);
            let store = store.part_number(number).checksum_algorithm(ChecksumAlgorithm::Crc32);
            store.body(ByteStream::from(bytes.clone())).send()
        };
        let stored = blobs.retry.run(store).await;
        let stored = stored.map_err(|failed| blobs.error(&failed, &self.name, "UploadPart"))?;
        let part = CompletedPart::builder().part_number(number).set_e_tag(stored.e_tag);
        Ok(part.set_checksum_crc32(stored.checksum_crc32).build())
    }

    /// Makes the object of the parts, unless there is one of that name.
    async fn complete(&self, parts: Vec<CompletedPart>, mark: String) -> Result<(), BlobError> {
        let blobs = &self.blobs;
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let complete = || {
            let complete = blobs.client.complete_multipart_upload().bucket(&blobs.bucket).key(self.name.as_str());
            complete.upload_id(&self.id).multipart_upload(parts.clone()).if_none_match("*").send()
        };
        let Err(failed) = blobs.retry.run(complete).await else { return Ok(()) };
        // An upload that is no longer there was completed by an attempt whose answer was lost, or fell to a rival's.
        if matches!(failed.code(), "PreconditionFailed" | "NoSuchUpload") {
            match blobs.mark_of(&self.name).await? {
                Some(found) if found == mark => return Ok(()),
                Some(_) => return Err(BlobError::Exists(self.name.clone())),
                None => {}
            }
        }
        Err(blobs.error(&failed, &self.name, "CompleteMultipartUpload"))
    }

    /// Lets S3 forget the parts. When that fails too, the bucket's lifecycle rule removes them.
    async fn abort(&self) {
        let blobs = &self.blobs;
        let abort = || {
            let abort = blobs.client.abort_multipart_upload().bucket(&blobs.bucket).key(self.name.as_str());
            abort.upload_id(&self.id).send()
        };
        if let Err(failed) = blobs.retry.run(abort).await
            && failed.code() != "NoSuchUpload"
        {
            let reason = failed.told("AbortMultipartUpload");
            tracing::warn!(blob = %self.name, upload = %self.id, %reason, "the parts of a failed upload are left behind");
        }
    }
}

/// The parts of a file: their numbers, from 1, and their ranges.
fn parts(length: u64) -> impl Iterator<Item = (i32, Range<u64>)> {
    let size = PART_BYTES.max(length.div_ceil(MOST_PARTS));
    let starts = (0..length).step_by(usize::try_from(size).unwrap_or(usize::MAX));
    (1..).zip(starts.map(move |start| start..length.min(start + size)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_a_file_and_are_not_too_many() {
        for length in [1, PART_BYTES, PART_BYTES + 1, 3 * PART_BYTES - 1, 50 << 40] {
            let parts: Vec<_> = parts(length).collect();
            assert!(parts.len() as u64 <= MOST_PARTS, "{length}: {} parts", parts.len());
            assert_eq!(parts.iter().map(|(_, range)| range.end - range.start).sum::<u64>(), length);
            assert!(parts.windows(2).all(|pair| pair[0].1.end == pair[1].1.start && pair[0].0 + 1 == pair[1].0));
            let all_but_last = &parts[..parts.len() - 1];
            assert!(all_but_last.iter().all(|(_, range)| range.end - range.start >= PART_BYTES));
        }
    }
}
