//! The HTTP server: accepts connections, plain or TLS, and lets running requests finish when it is told to stop.

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use service::{Body, Peer};
use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// How long a client may take to send a request's headers, or to finish the TLS handshake.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);

/// How long accepting pauses when the system has no more file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Answers one request.
pub(crate) trait Answer: Send + Sync + 'static {
    /// The whole way from request to response; the response body may still be produced while it is sent.
    fn answer(&self, request: Request<Body>, peer: Peer) -> impl Future<Output = Response<Body>> + Send;
}

/// Serves until `stop` completes, then stops accepting and waits until `give_up` or until all requests are answered.
pub(crate) async fn serve<A: Answer>(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    answer: Arc<A>,
    stop: impl Future<Output = ()>,
    give_up: impl Future<Output = ()>,
) {
    let running = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let (stream, address) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        tokio::spawn(connection(stream, address, tls.clone(), answer.clone(), running.watcher()));
    }
    drop(listener);
    tracing::info!(connections = running.count(), "stopping; running requests are finished first");
    tokio::select! {
        () = running.shutdown() => {}
        () = give_up => tracing::warn!("stopped before all requests were answered"),
    }
}

async fn connection<A: Answer>(
    stream: TcpStream,
    address: SocketAddr,
    tls: Option<TlsAcceptor>,
    answer: Arc<A>,
    watcher: hyper_util::server::graceful::Watcher,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY could not be set");
    }
    let Some(tls) = tls else {
        return requests(stream, Peer { address, secure: false }, answer, watcher).await;
    };
    match tokio::time::timeout(HEADER_TIMEOUT, tls.accept(stream)).await {
        Ok(Ok(stream)) => requests(stream, Peer { address, secure: true }, answer, watcher).await,
        Ok(Err(error)) => tracing::debug!(peer = %address, %error, "TLS handshake failed"),
        Err(_) => tracing::debug!(peer = %address, "TLS handshake took too long"),
    }
}

async fn requests<A: Answer>(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: Peer,
    answer: Arc<A>,
    watcher: hyper_util::server::graceful::Watcher,
) {
    let address = peer.address;
    let service = service_fn(move |request: Request<Incoming>| {
        let (answer, peer) = (answer.clone(), peer.clone());
        async move { Ok::<_, Infallible>(answer.answer(request.map(Body::new), peer).await) }
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADER_TIMEOUT);
    builder.http2().timer(TokioTimer::new());
    let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(peer = %address, error = %error, "connection ended early");
    }
}
