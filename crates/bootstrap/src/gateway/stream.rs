//! Responses as streams: status and headers first, then the body as it is made, so that an answer may be larger than the 6 MB
//! that a function can give at once, and its first byte does not wait for its last.

use http_body_util::{BodyDataStream, BodyExt};
use lambda_runtime::{MetadataPrelude, StreamResponse};
use service::{Body, Response};

/// The bytes of a body, one piece after the other.
pub(crate) type BodyBytes = BodyDataStream<Body>;

/// The response in the form that Lambda streams to the gateway.
pub(crate) fn streamed(response: Response) -> StreamResponse<BodyBytes> {
    let (parts, body) = response.into_parts();
    let metadata_prelude = MetadataPrelude { status_code: parts.status, headers: parts.headers, cookies: Vec::new() };
    StreamResponse { metadata_prelude, stream: body.into_data_stream() }
}
