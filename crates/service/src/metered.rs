//! Counts the bytes of a body and tells when it is complete or was given up.

use crate::body::{Body, BoxError};
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll};

/// A body whose bytes are counted while they pass. When it is dropped, complete or not, `at_end` is called.
pub(crate) struct Metered<F: FnOnce(u64)> {
    body: Body,
    bytes: u64,
    at_end: Option<F>,
}

impl<F: FnOnce(u64) + Send + Unpin + 'static> Metered<F> {
    pub(crate) fn wrap(body: Body, at_end: F) -> Body {
        Body::new(Self { body, bytes: 0, at_end: Some(at_end) })
    }
}

impl<F: FnOnce(u64) + Unpin> HttpBody for Metered<F> {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            self.bytes += frame.data_ref().map_or(0, Bytes::len) as u64;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<F: FnOnce(u64)> Drop for Metered<F> {
    fn drop(&mut self) {
        if let Some(at_end) = self.at_end.take() {
            at_end(self.bytes);
        }
    }
}
