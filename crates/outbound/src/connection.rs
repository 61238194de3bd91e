//! Connections, each for one request and its answer.

use crate::endpoint::Endpoint;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use std::io;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::task::JoinSet;

/// A connection to the first address of the endpoint that can be reached and may be used ([`Endpoint::may_be_at`]).
pub async fn connect(to: &Endpoint) -> io::Result<TcpStream> {
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
    let unusable = || io::Error::new(io::ErrorKind::NotFound, format!("{to} has no address that may be used"));
    Err(failure.unwrap_or_else(unusable))
}

/// An answer whose body is still on the way. The connection ends when this is dropped.
pub struct Conversation {
    /// The answer. Redirects are not followed.
    pub response: Response<Incoming>,
    _driver: JoinSet<hyper::Result<()>>,
}

impl Conversation {
    /// Sends a request on a connection.
    pub async fn begin(
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        request: Request<Full<Bytes>>,
    ) -> hyper::Result<Self> {
        Self::begin_with(&http1::Builder::new(), stream, request).await
    }

    /// The same, with these settings.
    pub async fn begin_with(
        settings: &http1::Builder,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        request: Request<Full<Bytes>>,
    ) -> hyper::Result<Self> {
        let (mut sender, connection) = settings.handshake(TokioIo::new(stream)).await?;
        // Aborted when it is dropped, so that no connection outlives the conversation.
        let mut driver = JoinSet::new();
        driver.spawn(connection);
        Ok(Self { response: sender.send_request(request).await?, _driver: driver })
    }
}
