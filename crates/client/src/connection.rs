//! One request and its answer, on a connection of its own. Redirects are not followed.

use crate::endpoint::Endpoint;
use crate::error::CallError;
use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full, Limited};
use outbound::Conversation;
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};

/// How long a call may take, from the look-up of the name to the end of the answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long an answer may be, in bytes: the longest that API Gateway lets through is shorter.
const MOST_ANSWER_BYTES: usize = 32 << 20;

/// An answer with its whole body.
pub(crate) struct Answer {
    pub(crate) head: http::response::Parts,
    pub(crate) body: Bytes,
}

/// A connector for TLS that trusts the certificates in `ca_bundle`, or else what this machine trusts.
pub(crate) fn connector(ca_bundle: Option<&Path>) -> Result<TlsConnector, CallError> {
    let roots = match ca_bundle {
        Some(file) => {
            let certificates = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
            let certificates =
                certificates.map_err(|error| CallError::Trust(format!("'{}': {error}", file.display())))?;
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(certificates);
            roots
        }
        None => outbound::machine_roots(),
    };
    if roots.is_empty() {
        return Err(CallError::Trust("there are none; name a file of them with --ca-bundle".to_owned()));
    }
    outbound::tls(roots).map_err(|error| CallError::Trust(error.to_string()))
}

/// Sends a request, and reads the whole answer.
pub(crate) async fn exchange(
    to: &Endpoint,
    tls: Option<&TlsConnector>,
    request: Request<Full<Bytes>>,
) -> Result<Answer, CallError> {
    let unreachable = |reason: String| CallError::Unreachable { endpoint: to.to_string(), reason };
    match tokio::time::timeout(PATIENCE, attempt(to, tls, request)).await {
        Ok(done) => done.map_err(|error| unreachable(error.to_string())),
        Err(_) => Err(unreachable(format!("it did not answer within {} seconds", PATIENCE.as_secs()))),
    }
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;

async fn attempt(to: &Endpoint, tls: Option<&TlsConnector>, request: Request<Full<Bytes>>) -> Result<Answer, BoxError> {
    let stream = outbound::connect(to.place()).await?;
    let Some(tls) = tls else { return talk(stream, request).await };
    let name = ServerName::try_from(to.place().host().to_owned())?;
    talk(tls.connect(name, stream).await?, request).await
}

async fn talk(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
) -> Result<Answer, BoxError> {
    let conversation = Conversation::begin(stream, request).await?;
    let (head, body) = conversation.response.into_parts();
    let body = Limited::new(body, MOST_ANSWER_BYTES).collect().await?.to_bytes();
    Ok(Answer { head, body })
}
