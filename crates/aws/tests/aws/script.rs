//! An HTTP client that answers as a test says.

use aws::Connection;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex};

/// A request as it was sent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sent {
    pub(crate) method: String,
    pub(crate) uri: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Sent {
    /// The operation of a JSON protocol.
    pub(crate) fn operation(&self) -> &str {
        self.headers["x-amz-target"].split_once('.').unwrap().1
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// What comes back.
pub(crate) enum Answer {
    Response {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: String,
    },
    /// The connection breaks; whether the request arrived is not known.
    Lost,
}

pub(crate) fn answer(status: u16, body: impl Into<String>) -> Answer {
    Answer::Response { status, headers: vec![], body: body.into() }
}

/// An error of the JSON protocols.
pub(crate) fn refusal(status: u16, code: &str) -> Answer {
    answer(status, format!(r#"{{"__type": "com.amazonaws#{code}", "message": "so it is"}}"#))
}

/// An error of S3.
pub(crate) fn s3_refusal(status: u16, code: &str, message: &str) -> Answer {
    answer(status, format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>"))
}

type Answering = dyn Fn(usize, &Sent) -> Answer + Send + Sync;

/// Answers the requests of a connection, and remembers them.
#[derive(Clone)]
pub(crate) struct Script {
    answering: Arc<Answering>,
    sent: Arc<Mutex<Vec<Sent>>>,
}

impl Script {
    /// Answers the request that had so many before it.
    pub(crate) fn new(answering: impl Fn(usize, &Sent) -> Answer + Send + Sync + 'static) -> Self {
        Self { answering: Arc::new(answering), sent: Arc::default() }
    }

    pub(crate) fn sent(&self) -> Vec<Sent> {
        self.sent.lock().unwrap().clone()
    }

    pub(crate) fn connection(&self) -> Connection {
        self.connection_with(&[])
    }

    /// A connection that these variables describe, besides those that must be set.
    pub(crate) fn connection_with(&self, variables: &[(&str, &str)]) -> Connection {
        let found = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        let connection = Connection::from_variables(|name| {
            found(name).or_else(|| match name {
                "AWS_REGION" => Some("eu-central-1".to_owned()),
                "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("test".to_owned()),
                _ => None,
            })
        });
        let connector = SharedHttpConnector::new(self.clone());
        connection.unwrap().with_http_client(http_client_fn(move |_, _| connector.clone()))
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Script")
    }
}

impl HttpConnector for Script {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let headers = request.headers().iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let body = request.body().bytes().unwrap_or_default().to_vec();
        let (method, uri) = (request.method().to_owned(), request.uri().to_owned());
        let sent = Sent { method, uri, headers, body };
        let mut all = self.sent.lock().unwrap();
        let answer = (self.answering)(all.len(), &sent);
        all.push(sent);
        HttpConnectorFuture::ready(match answer {
            Answer::Lost => Err(ConnectorError::io(Box::new(io::Error::from(io::ErrorKind::ConnectionReset)))),
            Answer::Response { status, headers, body } => {
                let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
                for (name, value) in headers {
                    response.headers_mut().insert(name, value);
                }
                Ok(response)
            }
        })
    }
}
