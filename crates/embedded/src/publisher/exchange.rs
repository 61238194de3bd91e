//! One request and its answer, on a connection of its own. Redirects are not followed.

use super::unavailable;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use outbound::{Conversation, Endpoint};
use ports::PublishError;
use std::io;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

/// How much of an answer is read, in bytes.
const MOST_ANSWER_BYTES: usize = 64 * 1024;
/// How much of an answer that is a refusal is told, in characters.
const MOST_TOLD_CHARACTERS: usize = 200;

/// Makes connections.
pub(super) struct Connector {
    tls: Option<TlsConnector>,
}

impl Connector {
    /// A connector that can also speak TLS, if that is wanted, and then trusts what this machine trusts.
    pub(super) fn new(tls: bool) -> io::Result<Self> {
        Ok(Self { tls: tls.then(trusting).transpose()? })
    }

    /// Sends the request, and judges the answer.
    pub(super) async fn exchange(&self, to: &Endpoint, request: Request<Full<Bytes>>) -> Result<(), PublishError> {
        let stream = outbound::connect(to).await.map_err(unavailable)?;
        let Some(tls) = self.tls.as_ref().filter(|_| to.is_https()) else {
            return talk(stream, to, request).await;
        };
        let name = ServerName::try_from(to.host().to_owned()).map_err(unavailable)?;
        talk(tls.connect(name, stream).await.map_err(unavailable)?, to, request).await
    }
}

fn trusting() -> io::Result<TlsConnector> {
    let roots = outbound::machine_roots();
    if roots.is_empty() {
        return Err(io::Error::new(io::ErrorKind::NotFound, "no certificates are trusted on this machine"));
    }
    outbound::tls(roots).map_err(io::Error::other)
}

async fn talk(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    to: &Endpoint,
    request: Request<Full<Bytes>>,
) -> Result<(), PublishError> {
    let conversation = Conversation::begin(stream, request).await.map_err(unavailable)?;
    judge(to, conversation.response).await
}

async fn judge(to: &Endpoint, response: Response<Incoming>) -> Result<(), PublishError> {
    let status = response.status();
    let answer = Limited::new(response.into_body(), MOST_ANSWER_BYTES).collect().await;
    if status.is_success() {
        return Ok(());
    }
    let answer = answer.map(|answer| answer.to_bytes()).unwrap_or_default();
    let text: String = String::from_utf8_lossy(&answer).trim().chars().take(MOST_TOLD_CHARACTERS).collect();
    let told = format!("{to} answered {status} {}", text.escape_debug()).trim_end().to_owned();
    let passes = matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS);
    Err(if passes || status.is_server_error() { unavailable(told) } else { PublishError::Refused(told) })
}
