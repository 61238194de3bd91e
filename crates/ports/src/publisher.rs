//! The port `Publisher`: telling others, by a topic that hands messages on (SNS), a function that is run (Lambda) or a bus
//! (`EventBridge`).

use async_trait::async_trait;
use std::collections::BTreeMap;
use std::time::SystemTime;

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

/// A message that reads differently to a person and to a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicMessage {
    /// Its subject, for subscribers that have one (e-mail): at most 99 characters, without line breaks.
    pub subject: String,
    /// What every subscriber gets that has no variant of its own.
    pub default: String,
    /// What subscribers of some protocols get instead (SNS: `MessageStructure` `json`; `sqs`, `lambda`, `http`, `https`, …).
    pub variants: BTreeMap<String, String>,
    /// Texts by which subscribers can choose (SNS message attributes, for filter policies).
    pub attributes: BTreeMap<String, String>,
}

/// An event on its way to a bus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusEvent {
    /// Names it, the same each time it is put. `EventBridge` gives ids of its own, so that the detail carries it too.
    pub id: String,
    /// Who tells it.
    pub source: String,
    /// What kind of event it is.
    pub detail_type: String,
    /// When it happened.
    pub time: SystemTime,
    /// The account it happened in.
    pub account: String,
    /// The region it happened in.
    pub region: String,
    /// The ARNs of what it is about.
    pub resources: Vec<String>,
    /// What happened: a JSON object.
    pub detail: String,
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

    /// Hands a message with variants over to a topic, by its ARN. The variants together must not be longer than one message.
    /// An adapter without variants hands over the text that is for everybody.
    async fn publish_message(&self, topic: &str, message: &TopicMessage) -> Result<(), PublishError> {
        self.publish(topic, &message.subject, &message.default).await
    }

    /// Puts events on a bus, by its ARN, in their order. An error may mean that only some of them are there.
    /// An adapter may know no buses.
    async fn put_events(&self, bus: &str, _events: &[BusEvent]) -> Result<(), PublishError> {
        Err(PublishError::NotFound { arn: bus.to_owned(), reason: "there are no event buses here".to_owned() })
    }
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
