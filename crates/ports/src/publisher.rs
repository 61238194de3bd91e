//! The port `Publisher`: telling others, by a topic that hands messages on (SNS) or a function that is run (Lambda).

use async_trait::async_trait;

/// The most bytes of a message or a payload (SNS: 256 KB; Lambda takes more when it is invoked asynchronously).
pub const MAX_MESSAGE_BYTES: usize = 256 * 1024;

/// Why a message was not delivered.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// There is no such topic or function.
    #[error("destination '{arn}' is not known: {reason}")]
    NotFound {
        /// The destination.
        arn: String,
        /// Why it is not known.
        reason: String,
    },
    /// The caller may not use the topic or function.
    #[error("access to destination '{0}' is denied")]
    AccessDenied(String),
    /// The destination answered that it does not take the message. The same message will not be taken later.
    #[error("the destination refused the message: {0}")]
    Refused(String),
    /// The call breaks a rule of the port (too long a message).
    #[error("{0}")]
    Invalid(String),
    /// Worth another try later.
    #[error("the destination is unavailable: {0}")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Delivers messages, each at least once when the call succeeds. A call that fails may have delivered all the same, so whoever
/// tries again lets the message carry an id by which the receiver knows it.
///
/// What an adapter promises: a call that succeeds has handed the text over unchanged; messages of more than
/// [`MAX_MESSAGE_BYTES`] are refused as [`PublishError::Invalid`] before anything is sent; no call waits for longer than a
/// bounded time; a destination that is not there is a [`PublishError::NotFound`].
#[async_trait]
pub trait Publisher: Send + Sync {
    /// Hands a message over to a topic, by its ARN.
    async fn publish(&self, topic: &str, subject: &str, message: &str) -> Result<(), PublishError>;

    /// Has a function run with a payload of JSON, by its ARN, without waiting for what it gives.
    async fn invoke(&self, function: &str, payload: &str) -> Result<(), PublishError>;
}

/// Checks the length of a message; the error is [`PublishError::Invalid`].
pub fn check_message(message: &str) -> Result<(), PublishError> {
    if message.len() > MAX_MESSAGE_BYTES {
        return Err(PublishError::Invalid(format!(
            "a message of {} bytes; at most {MAX_MESSAGE_BYTES} are possible",
            message.len()
        )));
    }
    Ok(())
}
