//! Reads a request body from a blocking thread, and unpacks it when the client sent it gzipped.

use bytes::{Buf, Bytes};
use flate2::bufread::MultiGzDecoder;
use http_body::Body as _;
use http_body_util::BodyExt;
use service::Body;
use std::io::{self, BufRead, BufReader, Read};
use std::time::Duration;
use tokio::runtime::Handle;

/// How long a client may be silent in the middle of a request body.
const SILENCE: Duration = Duration::from_secs(300);

/// The two bytes a gzip stream begins with (RFC 1952). Gateways may unpack a body and still pass `Content-Encoding` on, so
/// the bytes decide, not the header.
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The body as a blocking stream of what the client meant. Must be read on a thread that may block.
pub(super) fn request_reader(body: Body, runtime: Handle) -> io::Result<Box<dyn BufRead + Send>> {
    let mut reader = BodyReader { body, runtime, chunk: Bytes::new() };
    let mut head = reader.fill_buf()?.to_vec();
    if head.len() == 1 {
        let first = head[0];
        reader.consume(1);
        head.extend_from_slice(reader.fill_buf()?);
        reader.chunk = [&[first], &reader.chunk[..]].concat().into();
    }
    if head.starts_with(&GZIP_MAGIC) {
        Ok(Box::new(BufReader::with_capacity(64 * 1024, MultiGzDecoder::new(reader))))
    } else {
        Ok(Box::new(reader))
    }
}

struct BodyReader {
    body: Body,
    runtime: Handle,
    chunk: Bytes,
}

impl BufRead for BodyReader {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.chunk.is_empty() && !self.body.is_end_stream() {
            let frame = self.runtime.block_on(async { tokio::time::timeout(SILENCE, self.body.frame()).await });
            let frame = frame.map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "the client stopped sending"))?;
            let Some(frame) = frame else { break };
            let frame = frame.map_err(|error| io::Error::new(io::ErrorKind::ConnectionAborted, error))?;
            if let Ok(data) = frame.into_data() {
                self.chunk = data;
            }
        }
        Ok(&self.chunk)
    }

    fn consume(&mut self, amount: usize) {
        self.chunk.advance(amount.min(self.chunk.len()));
    }
}

impl Read for BodyReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let length = available.len().min(buffer.len());
        buffer[..length].copy_from_slice(&available[..length]);
        self.consume(length);
        Ok(length)
    }
}
