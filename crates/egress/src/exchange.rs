//! One request and its answer, on a connection of its own.

use crate::connect::Connector;
use crate::url::Target;
use bytes::{Bytes, BytesMut};
use http::header::{HOST, HeaderName, HeaderValue, RETRY_AFTER};
use http::{HeaderMap, Request};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use outbound::Conversation;
use ports::{PostAnswer, PostError, PostRequest};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::rustls::pki_types::ServerName;

/// How much of an answer is kept, in bytes.
const MOST_BODY_BYTES: usize = 16 * 1024;
/// How many bytes the header fields of an answer may have.
const MOST_HEADER_BYTES: usize = 64 * 1024;

pub(crate) async fn exchange(
    connector: &Connector,
    target: &Target,
    request: PostRequest,
) -> Result<PostAnswer, PostError> {
    let request = prepare(target, request)?;
    let stream = connector.connect(target).await?;
    if !target.is_https() {
        return talk(stream, request).await;
    }
    let name = ServerName::try_from(target.host().to_owned()).map_err(|error| PostError::Invalid(error.to_string()))?;
    talk(connector.tls()?.connect(name, stream).await.map_err(unavailable)?, request).await
}

fn prepare(target: &Target, request: PostRequest) -> Result<Request<Full<Bytes>>, PostError> {
    let invalid = |error: &dyn std::fmt::Display| PostError::Invalid(error.to_string());
    let mut prepared = Request::post(target.path()).body(Full::new(request.body)).map_err(|error| invalid(&error))?;
    let headers = prepared.headers_mut();
    for (name, value) in request.headers {
        let name = HeaderName::try_from(name).map_err(|error| invalid(&error))?;
        headers.insert(name, HeaderValue::try_from(value).map_err(|error| invalid(&error))?);
    }
    headers.insert(HOST, HeaderValue::from_str(target.authority()).map_err(|error| invalid(&error))?);
    Ok(prepared)
}

async fn talk(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
) -> Result<PostAnswer, PostError> {
    let mut builder = http1::Builder::new();
    builder.max_buf_size(MOST_HEADER_BYTES);
    let conversation = Conversation::begin_with(&builder, stream, request).await.map_err(unavailable)?;
    let (parts, body) = conversation.response.into_parts();
    Ok(PostAnswer {
        status: parts.status.as_u16(),
        retry_after: retry_after(&parts.headers),
        body: beginning(body).await,
    })
}

/// The beginning of a body, as far as it arrives: the status was the answer.
async fn beginning(mut body: Incoming) -> Bytes {
    let mut kept = BytesMut::new();
    while kept.len() < MOST_BODY_BYTES
        && let Some(Ok(frame)) = body.frame().await
    {
        if let Some(data) = frame.data_ref() {
            kept.extend_from_slice(&data[..data.len().min(MOST_BODY_BYTES - kept.len())]);
        }
    }
    kept.freeze()
}

/// `Retry-After`, as seconds or as a date (RFC 9110, 10.2.3).
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::parse(value).ok()?;
    let date = UNIX_EPOCH + Duration::from_secs(u64::try_from(date.timestamp().as_second()).ok()?);
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}

fn unavailable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> PostError {
    PostError::Unavailable(error.into())
}
