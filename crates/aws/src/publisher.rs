//! The port `Publisher` on SNS, Lambda and `EventBridge`.

mod bus;

use crate::connection::{Connection, Service};
use crate::retry::{Failed, Retry};
use async_trait::async_trait;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use aws_sdk_sns::types::MessageAttributeValue;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use ports::publisher::check_message;
use ports::{BusEvent, PublishError, Publisher, TopicMessage};
use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::time::Duration;

/// For how long a delivery is tried, unless told otherwise.
const PATIENCE: Duration = Duration::from_secs(8);

/// Tells SNS topics, invokes Lambda functions without waiting for what they give, and puts events on buses of `EventBridge`.
pub struct AwsPublisher {
    topics: aws_sdk_sns::Client,
    functions: aws_sdk_lambda::Client,
    buses: aws_sdk_eventbridge::Client,
    retry: Retry,
}

impl AwsPublisher {
    /// A publisher to the topics, functions and buses of the connection's region.
    pub fn new(connection: &Connection) -> Self {
        Self {
            topics: aws_sdk_sns::Client::new(&connection.config(Service::Sns)),
            functions: aws_sdk_lambda::Client::new(&connection.config(Service::Lambda)),
            buses: aws_sdk_eventbridge::Client::new(&connection.config(Service::EventBridge)),
            retry: Retry { within: PATIENCE },
        }
    }

    /// The same publisher; a delivery that fails is tried again for so long.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { retry: Retry { within: patience }, ..self }
    }
}

#[async_trait]
impl Publisher for AwsPublisher {
    async fn publish(&self, topic: &str, subject: &str, message: &str) -> Result<(), PublishError> {
        check_message(message)?;
        let publish = || self.topics.publish().topic_arn(topic).subject(subject).message(message).send();
        self.retry.run(publish).await.map_err(|failed| publish_error(&failed, topic, "Publish"))?;
        Ok(())
    }

    async fn publish_message(&self, topic: &str, message: &TopicMessage) -> Result<(), PublishError> {
        let invalid = |error: &dyn Error| PublishError::Invalid(error.to_string());
        let default = (&"default".to_owned(), &message.default);
        let variants: BTreeMap<&String, &String> = message.variants.iter().chain([default]).collect();
        let text = serde_json::to_string(&variants).map_err(|error| invalid(&error))?;
        // What is too long with the variants for programs is told in the words that are for everybody.
        if check_message(&text).is_err() {
            return self.publish(topic, &message.subject, &message.default).await;
        }
        let mut attributes = HashMap::new();
        for (name, value) in &message.attributes {
            let value = MessageAttributeValue::builder().data_type("String").string_value(value).build();
            attributes.insert(name.clone(), value.map_err(|error| invalid(&error))?);
        }
        let publish = || {
            let publish = self.topics.publish().topic_arn(topic).subject(&message.subject).message(&text);
            publish.message_structure("json").set_message_attributes(Some(attributes.clone())).send()
        };
        self.retry.run(publish).await.map_err(|failed| publish_error(&failed, topic, "Publish"))?;
        Ok(())
    }

    async fn invoke(&self, function: &str, payload: &str) -> Result<(), PublishError> {
        check_message(payload)?;
        let invoke = || {
            let invoke = self.functions.invoke().function_name(function).invocation_type(InvocationType::Event);
            invoke.payload(Blob::new(payload)).send()
        };
        self.retry.run(invoke).await.map_err(|failed| publish_error(&failed, function, "Invoke"))?;
        Ok(())
    }

    async fn put_events(&self, bus: &str, events: &[BusEvent]) -> Result<(), PublishError> {
        bus::put(&self.buses, self.retry, bus, events).await
    }
}

/// The port's error for a delivery to `arn` that failed.
fn publish_error<E>(failed: &Failed<E>, arn: &str, call: &'static str) -> PublishError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    match failed.code() {
        // Nothing else that a service answers for good becomes better by asking again.
        "" => PublishError::Unavailable(failed.told(call)),
        code => {
            refusal(code, failed.message(), arn).unwrap_or_else(|| PublishError::Refused(failed.told(call).to_string()))
        }
    }
}

/// What a service says of a destination that it does not reach; `None` when the code says something else.
fn refusal(code: &str, message: &str, arn: &str) -> Option<PublishError> {
    Some(match code {
        "NotFound" | "NotFoundException" | "ResourceNotFoundException" => {
            PublishError::NotFound { arn: arn.to_owned(), reason: message.to_owned() }
        }
        "AuthorizationError" | "AuthorizationErrorException" | "AccessDenied" | "AccessDeniedException" => {
            PublishError::AccessDenied(arn.to_owned())
        }
        _ => return None,
    })
}
