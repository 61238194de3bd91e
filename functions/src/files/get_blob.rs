//! `GetBlob`: returns the content of a blob.

use super::content;
use crate::blocking::blocking;
use crate::inputs::object_id;
use api::{Blob, ErrorCode, GetBlobInput, GetBlobOutput};
use service::{Authorized, Context, Failure, Result};
use store::Repository;

/// Returns a blob of at most 6 MB.
pub(crate) async fn get_blob(
    _cx: Context,
    repository: Authorized<Repository>,
    input: GetBlobInput,
) -> Result<GetBlobOutput> {
    let id = object_id(input.blob_id, ErrorCode::BlobIdRequiredException, ErrorCode::InvalidBlobIdException)?;
    let odb = repository.odb().await?;
    let content = blocking(move || content::read(&odb, &id))
        .await?
        .ok_or_else(|| Failure::new(ErrorCode::BlobIdDoesNotExistException, format!("there is no blob {id}")))?;
    Ok(GetBlobOutput { content: Some(Blob::from(content)) })
}
