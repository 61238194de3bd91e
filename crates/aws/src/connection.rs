//! What the adapters share: where AWS is, who calls, and the HTTP client.

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::{Builder, tls};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{HttpClient, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;
use std::time::Duration;

/// How long it may take to connect.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// How long it may take from the start of a request, its body included, to the start of the answer.
const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// How long one attempt of a small call (to the table, the key service, a topic, a function or a bus) may take. Such calls take milliseconds.
const SMALL_CALL_TIMEOUT: Duration = Duration::from_secs(4);

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// The environment lacks something that every Lambda function has.
    #[error("the environment variable {0} is not set")]
    Missing(&'static str),
}

/// An AWS service that an adapter stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    DynamoDb,
    S3,
    Kms,
    Sns,
    Lambda,
    EventBridge,
}

impl Service {
    const ALL: [Self; 6] = [Self::DynamoDb, Self::S3, Self::Kms, Self::Sns, Self::Lambda, Self::EventBridge];

    /// The variable that sends calls of this service alone elsewhere, as every AWS SDK understands it.
    fn endpoint_variable(self) -> &'static str {
        match self {
            Self::DynamoDb => "AWS_ENDPOINT_URL_DYNAMODB",
            Self::S3 => "AWS_ENDPOINT_URL_S3",
            Self::Kms => "AWS_ENDPOINT_URL_KMS",
            Self::Sns => "AWS_ENDPOINT_URL_SNS",
            Self::Lambda => "AWS_ENDPOINT_URL_LAMBDA",
            Self::EventBridge => "AWS_ENDPOINT_URL_EVENTBRIDGE",
        }
    }
}

/// A region of AWS, the credentials to use there, and one HTTP client for all services. Neither this nor an adapter connects to
/// anything before its first call.
#[derive(Debug, Clone)]
pub struct Connection {
    shared: SdkConfig,
    endpoints: Vec<(Service, String)>,
}

impl Connection {
    /// The connection that the environment describes, as Lambda sets it: `AWS_REGION`, `AWS_ACCESS_KEY_ID`,
    /// `AWS_SECRET_ACCESS_KEY` and, where there is one, `AWS_SESSION_TOKEN`. An emulator is named by `AWS_ENDPOINT_URL`, or
    /// `AWS_ENDPOINT_URL_DYNAMODB`, `_S3`, `_KMS`, `_SNS`, `_LAMBDA` and `_EVENTBRIDGE`.
    ///
    /// Lambda's credentials outlive the process that they are given to, so they are read once.
    pub fn from_environment() -> Result<Self, ConnectionError> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    /// As [`from_environment`](Self::from_environment), with the variables that `variable` looks up. An empty one counts as not set.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, ConnectionError> {
        let optional = |name: &str| variable(name).filter(|value| !value.is_empty());
        let required = |name: &'static str| optional(name).ok_or(ConnectionError::Missing(name));
        let credentials = Credentials::new(
            required("AWS_ACCESS_KEY_ID")?,
            required("AWS_SECRET_ACCESS_KEY")?,
            optional("AWS_SESSION_TOKEN"),
            None,
            "environment",
        );
        let everywhere = optional("AWS_ENDPOINT_URL");
        let endpoint = |service: Service| {
            optional(service.endpoint_variable()).or_else(|| everywhere.clone()).map(|url| (service, url))
        };
        let shared = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(required("AWS_REGION")?))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(https())
            .retry_config(RetryConfig::disabled())
            .build();
        Ok(Self { shared, endpoints: Service::ALL.into_iter().filter_map(endpoint).collect() })
    }

    /// The same connection through another HTTP client.
    #[must_use]
    pub fn with_http_client(self, client: SharedHttpClient) -> Self {
        Self { shared: self.shared.into_builder().http_client(client).build(), ..self }
    }

    /// The region.
    pub(crate) fn region(&self) -> &str {
        self.shared.region().map(Region::as_ref).unwrap_or_default()
    }

    /// Whether calls of `service` go somewhere else than to AWS.
    pub(crate) fn is_redirected(&self, service: Service) -> bool {
        self.endpoint(service).is_some()
    }

    /// The settings for an SDK client of `service`.
    pub(crate) fn config(&self, service: Service) -> SdkConfig {
        let mut timeouts = TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).read_timeout(READ_TIMEOUT);
        if service != Service::S3 {
            timeouts = timeouts.operation_attempt_timeout(SMALL_CALL_TIMEOUT);
        }
        let mut config = self.shared.to_builder().timeout_config(timeouts.build());
        config.set_endpoint_url(self.endpoint(service).map(str::to_owned));
        config.build()
    }

    fn endpoint(&self, service: Service) -> Option<&str> {
        self.endpoints.iter().find(|(of, _)| *of == service).map(|(_, url)| url.as_str())
    }
}

fn https() -> SharedHttpClient {
    let tls = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring);
    SharedHttpClient::new(Lazy(Builder::new().tls_provider(tls).build_https()))
}

/// The SDK's HTTP client, which would otherwise read all trusted certificates for each SDK client that is made, before any of
/// them is used. A Lambda function starts faster without.
#[derive(Debug)]
struct Lazy(SharedHttpClient);

impl HttpClient for Lazy {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        self.0.http_connector(settings, components)
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.0.connector_metadata()
    }
}
