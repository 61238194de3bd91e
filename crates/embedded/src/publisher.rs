//! The port `Publisher` for one machine: what is for a topic, a function or a bus is posted to an HTTP endpoint that stands in
//! for it.

mod exchange;

use async_trait::async_trait;
use exchange::Connector;
use http::Request;
use http::header::{CONTENT_TYPE, HOST, HeaderName, HeaderValue};
use http_body_util::Full;
use jiff::Timestamp;
use outbound::Endpoint;
use ports::clock::Clock;
use ports::publisher::check_message;
use ports::{BusEvent, PublishError, Publisher, TopicMessage};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// How long a delivery may take, from the look-up of the name to the end of the answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Posts to the endpoints that topics and functions were given.
///
/// A function's endpoint gets the payload as it is, as the Lambda runtime interface emulator takes it. A topic's endpoint gets
/// what an HTTP subscriber of SNS gets, except a signature, which only SNS can make. A bus's endpoint gets each event as a rule's
/// target would.
pub struct HttpPublisher {
    endpoints: BTreeMap<String, Endpoint>,
    connector: Connector,
    clock: Arc<dyn Clock>,
}

/// The body of a notification (SNS developer guide, "HTTP/HTTPS notification JSON format").
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Notification<'a> {
    r#type: &'static str,
    message_id: &'a str,
    topic_arn: &'a str,
    subject: &'a str,
    message: &'a str,
    timestamp: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    message_attributes: BTreeMap<&'a str, MessageAttribute<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct MessageAttribute<'a> {
    r#type: &'static str,
    value: &'a str,
}

/// An event as rules of `EventBridge` hand it to their targets (`EventBridge` user guide, "Event structure").
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Envelope<'a> {
    version: &'static str,
    id: &'a str,
    detail_type: &'a str,
    source: &'a str,
    account: &'a str,
    time: String,
    region: &'a str,
    resources: &'a [String],
    detail: serde_json::Value,
}

impl HttpPublisher {
    /// A publisher that posts what is for an ARN to its endpoint. Fails when one of them is HTTPS and this machine trusts no
    /// certificates.
    pub fn new(endpoints: BTreeMap<String, Endpoint>, clock: Arc<dyn Clock>) -> io::Result<Self> {
        let connector = Connector::new(endpoints.values().any(Endpoint::is_https))?;
        Ok(Self { endpoints, connector, clock })
    }

    fn endpoint(&self, arn: &str) -> Result<&Endpoint, PublishError> {
        self.endpoints.get(arn).ok_or_else(|| PublishError::NotFound {
            arn: arn.to_owned(),
            reason: "this service was started without --destination for it".to_owned(),
        })
    }

    async fn post(
        &self,
        endpoint: &Endpoint,
        headers: &[(&'static str, &str)],
        content_type: &'static str,
        body: String,
    ) -> Result<(), PublishError> {
        let request = Request::post(endpoint.path()).header(HOST, endpoint.authority()).body(Full::from(body));
        let mut request = request.map_err(|error| PublishError::Invalid(error.to_string()))?;
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        for (name, value) in headers {
            let value = HeaderValue::from_str(value).map_err(|error| PublishError::Invalid(error.to_string()))?;
            request.headers_mut().insert(HeaderName::from_static(name), value);
        }
        match tokio::time::timeout(PATIENCE, self.connector.exchange(endpoint, request)).await {
            Ok(done) => done,
            Err(_) => Err(unavailable(format!("{endpoint} did not answer within {} seconds", PATIENCE.as_secs()))),
        }
    }
}

#[async_trait]
impl Publisher for HttpPublisher {
    async fn publish(&self, topic: &str, subject: &str, message: &str) -> Result<(), PublishError> {
        self.notify(topic, subject, message, &BTreeMap::new()).await
    }

    async fn invoke(&self, function: &str, payload: &str) -> Result<(), PublishError> {
        check_message(payload)?;
        let endpoint = self.endpoint(function)?;
        let headers = [("x-amz-invocation-type", "Event")];
        self.post(endpoint, &headers, "application/json", payload.to_owned()).await
    }

    async fn publish_message(&self, topic: &str, message: &TopicMessage) -> Result<(), PublishError> {
        let text = message.variants.get("http").unwrap_or(&message.default);
        self.notify(topic, &message.subject, text, &message.attributes).await
    }

    async fn put_events(&self, bus: &str, events: &[BusEvent]) -> Result<(), PublishError> {
        let endpoint = self.endpoint(bus)?;
        for event in events {
            check_message(&event.detail)?;
            let time = Timestamp::try_from(event.time).map_err(|error| PublishError::Invalid(error.to_string()))?;
            let detail =
                serde_json::from_str(&event.detail).map_err(|error| PublishError::Invalid(error.to_string()))?;
            let envelope = Envelope {
                version: "0",
                id: &event.id,
                detail_type: &event.detail_type,
                source: &event.source,
                account: &event.account,
                time: time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
                region: &event.region,
                resources: &event.resources,
                detail,
            };
            let body = serde_json::to_string(&envelope).map_err(|error| PublishError::Invalid(error.to_string()))?;
            self.post(endpoint, &[], "application/json", body).await?;
        }
        Ok(())
    }
}

impl HttpPublisher {
    /// Posts a notification as a topic would.
    async fn notify(
        &self,
        topic: &str,
        subject: &str,
        message: &str,
        attributes: &BTreeMap<String, String>,
    ) -> Result<(), PublishError> {
        check_message(message)?;
        let endpoint = self.endpoint(topic)?;
        let id = message_id()?;
        let time = Timestamp::try_from(self.clock.now()).map_err(|error| PublishError::Invalid(error.to_string()))?;
        let notification = Notification {
            r#type: "Notification",
            message_id: &id,
            topic_arn: topic,
            subject,
            message,
            timestamp: format!("{time:.3}"),
            message_attributes: attributes
                .iter()
                .map(|(name, value)| (name.as_str(), MessageAttribute { r#type: "String", value }))
                .collect(),
        };
        let body = serde_json::to_string(&notification).map_err(|error| PublishError::Invalid(error.to_string()))?;
        let headers = [
            ("x-amz-sns-message-type", "Notification"),
            ("x-amz-sns-message-id", id.as_str()),
            ("x-amz-sns-topic-arn", topic),
        ];
        self.post(endpoint, &headers, "text/plain; charset=UTF-8", body).await
    }
}

fn unavailable(reason: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> PublishError {
    PublishError::Unavailable(reason.into())
}

/// A random UUID, as SNS gives every message.
fn message_id() -> Result<String, PublishError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(unavailable)?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = format!("{:032x}", u128::from_be_bytes(bytes));
    Ok([&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-"))
}
