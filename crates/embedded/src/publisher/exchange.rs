//! One request and its answer, on a connection of its own. Redirects are not followed.

use super::endpoint::Endpoint;
use super::unavailable;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use ports::PublishError;
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

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
        let stream = connect(to).await.map_err(unavailable)?;
        let Some(tls) = self.tls.as_ref().filter(|_| to.is_https()) else {
            return talk(stream, to, request).await;
        };
        let name = ServerName::try_from(to.host().to_owned()).map_err(unavailable)?;
        talk(tls.connect(name, stream).await.map_err(unavailable)?, to, request).await
    }
}

fn trusting() -> io::Result<TlsConnector> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        return Err(io::Error::new(io::ErrorKind::NotFound, "no certificates are trusted on this machine"));
    }
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

async fn connect(to: &Endpoint) -> io::Result<TcpStream> {
    let mut failure = None;
    for address in lookup_host((to.host(), to.port())).await? {
        if !to.may_be_at(&address) {
            continue;
        }
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => failure = Some(error),
        }
    }
    Err(failure
        .unwrap_or_else(|| io::Error::new(io::ErrorKind::NotFound, format!("{to} has no address that may be used"))))
}

async fn talk(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    to: &Endpoint,
    request: Request<Full<Bytes>>,
) -> Result<(), PublishError> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(unavailable)?;
    // Aborted when this function is left, so that no connection outlives the delivery.
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    let response = sender.send_request(request).await.map_err(unavailable)?;
    judge(to, response).await
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
