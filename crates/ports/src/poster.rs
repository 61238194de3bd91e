//! The port `Poster`: posting to a URL that somebody else chose.

use async_trait::async_trait;
use bytes::Bytes;
use std::time::Duration;

/// A request to a stranger.
#[derive(Debug, Clone)]
pub struct PostRequest {
    /// Where to.
    pub url: String,
    /// The header fields: names in lower case, and values. Those about the connection and the length are added.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

/// What a stranger answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostAnswer {
    /// The status code.
    pub status: u16,
    /// For how long the stranger asks to be left alone (`Retry-After`), whether as seconds or as a date.
    pub retry_after: Option<Duration>,
    /// The beginning of the body.
    pub body: Bytes,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// The URL is none that may be posted to.
    #[error("'{}' is no URL that can be posted to: {reason}", .url.escape_debug())]
    Url {
        /// The URL.
        url: String,
        /// Which rule it breaks.
        reason: &'static str,
    },
    /// The host has no address that may be connected to.
    #[error("{host} has no address that may be connected to: it is, or leads to, a private or special place")]
    Forbidden {
        /// The host.
        host: String,
    },
    /// The request cannot be made.
    #[error("{0}")]
    Invalid(String),
    /// The host cannot be found or reached, speaks no TLS that is trusted, or did not answer in time.
    #[error("{0}")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Posts to URLs of strangers.
///
/// What an adapter promises: it connects to public addresses only, unless it was told of others, and looks at the very address that
/// it connects to; it follows no redirects; a call takes a bounded time, and of an answer it keeps a bounded part.
#[async_trait]
pub trait Poster: Send + Sync {
    /// Checks what can be said of a URL without asking anybody.
    fn check(&self, url: &str) -> Result<(), PostError>;

    /// Posts, and gives the answer whatever its status is.
    async fn post(&self, request: PostRequest) -> Result<PostAnswer, PostError>;
}
