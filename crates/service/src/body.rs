//! Request and response bodies: streams of bytes.

use crate::metered::Metered;
use bytes::{Bytes, BytesMut};
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Empty, Full};
use std::pin::Pin;
use std::task::{Context, Poll};

/// Any error.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A body as a stream of bytes, whatever it comes from.
pub struct Body(UnsyncBoxBody<Bytes, BoxError>);

/// Why a body was not collected.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// It is longer than allowed.
    #[error("the body has more than {0} bytes")]
    TooLarge(usize),
    /// The transfer broke.
    #[error("the body could not be read: {0}")]
    Broken(#[source] BoxError),
}

impl Body {
    /// Wraps a body.
    pub fn new<B>(body: B) -> Self
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        Self(body.map_err(Into::into).boxed_unsync())
    }

    /// A body without bytes.
    pub fn empty() -> Self {
        Self::new(Empty::new())
    }

    /// The same body; `then` is called with the number of bytes that passed when it is dropped, complete or not.
    pub fn at_end(self, then: impl FnOnce(u64) + Send + Unpin + 'static) -> Self {
        Metered::wrap(self, then)
    }

    /// The whole body in memory, if it has at most `most` bytes.
    pub async fn collect(mut self, most: usize) -> Result<Bytes, BodyError> {
        let mut collected = BytesMut::new();
        while let Some(frame) = self.frame().await {
            let Ok(data) = frame.map_err(BodyError::Broken)?.into_data() else { continue };
            if collected.len() + data.len() > most {
                return Err(BodyError::TooLarge(most));
            }
            collected.extend_from_slice(&data);
        }
        Ok(collected.freeze())
    }
}

impl<T: Into<Bytes>> From<T> for Body {
    fn from(bytes: T) -> Self {
        Self::new(Full::new(bytes.into()))
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        Pin::new(&mut self.0).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}
