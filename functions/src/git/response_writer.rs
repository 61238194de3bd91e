//! Writes a response body from a blocking thread while it is being sent.

use bytes::Bytes;
use futures_util::StreamExt;
use http_body::Frame;
use http_body_util::StreamBody;
use service::Body;
use std::io::{self, Write};
use tokio::sync::{mpsc, oneshot};

/// How many bytes are gathered before they are handed to the connection.
const CHUNK: usize = 64 * 1024;

/// How many chunks may wait for a slow client before the writer blocks. This bounds a response's memory.
const WAITING_CHUNKS: usize = 4;

/// The blocking end of a streamed body. Nothing is sent before the first chunk is full or flushed, so that a failure
/// before it can still be answered with an error status.
pub(super) struct ResponseWriter {
    gathered: Vec<u8>,
    chunks: mpsc::Sender<io::Result<Bytes>>,
    started: Option<oneshot::Sender<()>>,
}

/// The sending end: what becomes of a response.
pub(super) struct ResponseStart {
    started: oneshot::Receiver<()>,
    chunks: mpsc::Receiver<io::Result<Bytes>>,
}

/// A connected pair of writer and body.
pub(super) fn response_writer() -> (ResponseWriter, ResponseStart) {
    let (sender, chunks) = mpsc::channel(WAITING_CHUNKS);
    let (start, started) = oneshot::channel();
    (ResponseWriter { gathered: Vec::new(), chunks: sender, started: Some(start) }, ResponseStart { started, chunks })
}

impl ResponseStart {
    /// The body, once its first bytes are there; `None` when the writer ended without writing any.
    pub(super) async fn body(self) -> Option<Body> {
        let Self { started, chunks } = self;
        started.await.ok()?;
        let frames = futures_util::stream::unfold(chunks, |mut chunks| async move {
            chunks.recv().await.map(|chunk| (chunk, chunks))
        });
        Some(Body::new(StreamBody::new(frames.map(|chunk| chunk.map(Frame::data)))))
    }
}

impl ResponseWriter {
    /// Whether bytes are on their way, so that the status can no longer change.
    pub(super) fn has_started(&self) -> bool {
        self.started.is_none()
    }

    /// Cuts the body off, so that the client sees a broken transfer instead of a complete one.
    pub(super) fn abort(mut self, error: io::Error) {
        self.gathered.clear();
        if self.has_started() {
            // A client that is gone already needs no telling.
            drop(self.chunks.blocking_send(Err(error)));
        }
    }

    fn send(&mut self) -> io::Result<()> {
        if self.gathered.is_empty() {
            return Ok(());
        }
        let chunk = Bytes::from(std::mem::take(&mut self.gathered));
        let gone = || io::Error::new(io::ErrorKind::BrokenPipe, "the client closed the connection");
        self.chunks.blocking_send(Ok(chunk)).map_err(|_| gone())?;
        if let Some(started) = self.started.take() {
            started.send(()).map_err(|()| gone())?;
        }
        Ok(())
    }
}

impl Write for ResponseWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.gathered.capacity() == 0 {
            self.gathered.reserve(CHUNK.max(bytes.len()));
        }
        self.gathered.extend_from_slice(bytes);
        if self.gathered.len() >= CHUNK {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.send()
    }
}
