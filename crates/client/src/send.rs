//! Calls: the wire forms of requests and answers.

use crate::configuration::Configuration;
use crate::connection::{self, Answer};
use crate::error::{CallError, Refusal};
use crate::xml::element;
use auth::Signer;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST, RETRY_AFTER, USER_AGENT};
use http::{HeaderName, HeaderValue, Request};
use http_body_util::Full;
use serde_json::Value;
use std::time::SystemTime;
use tokio_rustls::TlsConnector;

/// An API that speaks AWS JSON 1.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Api {
    /// The service's own operations.
    Coldforge,
    /// The operations of AWS CodeCommit.
    CodeCommit,
}

/// An API that speaks the Query protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueryApi {
    /// AWS Identity and Access Management.
    Iam,
    /// AWS Security Token Service.
    Sts,
}

impl Api {
    fn target_prefix(self) -> &'static str {
        match self {
            Self::Coldforge => "Coldforge_20261128",
            Self::CodeCommit => "CodeCommit_20150413",
        }
    }

    fn service(self) -> &'static str {
        match self {
            Self::Coldforge => "coldforge",
            Self::CodeCommit => "codecommit",
        }
    }
}

impl QueryApi {
    fn version(self) -> &'static str {
        match self {
            Self::Iam => "2010-05-08",
            Self::Sts => "2011-06-15",
        }
    }

    fn service(self) -> &'static str {
        match self {
            Self::Iam => "iam",
            Self::Sts => "sts",
        }
    }
}

/// Signs and sends requests.
pub struct Client {
    configuration: Configuration,
    tls: Option<TlsConnector>,
}

impl Client {
    /// A client of the service that the configuration leads to. Connects to nothing yet.
    pub fn new(configuration: Configuration) -> Result<Self, CallError> {
        let https = configuration.endpoint.is_https();
        let tls = https.then(|| connection::connector(configuration.ca_bundle.as_deref())).transpose()?;
        Ok(Self { configuration, tls })
    }

    /// Where it calls, and with which keys.
    pub fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    /// Calls an operation of a JSON API; gives its output.
    pub async fn json(&self, api: Api, operation: &str, input: &Value) -> Result<Value, CallError> {
        let target = format!("{}.{operation}", api.target_prefix());
        let target = HeaderValue::from_str(&target)
            .map_err(|_| CallError::Request(format!("'{}' is no operation", operation.escape_debug())))?;
        let headers = [
            (CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.1")),
            (HeaderName::from_static("x-amz-target"), target),
        ];
        let answer = self.post("/", api.service(), headers, input.to_string().into()).await?;
        let body: Result<Value, _> = serde_json::from_slice(&answer.body);
        match body {
            Ok(output @ Value::Object(_)) if answer.head.status.is_success() => Ok(output),
            Ok(error @ Value::Object(_)) if error["__type"].is_string() => {
                let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
                // AWS services may put a namespace before the name.
                let name = text("__type").rsplit('#').next().unwrap_or_default().to_owned();
                Err(refusal(&answer, name, text("message")))
            }
            _ => Err(self.foreign(&answer)),
        }
    }

    /// Calls an operation of a Query API; gives the XML of its answer.
    pub async fn query(&self, api: QueryApi, action: &str, parameters: &[(&str, &str)]) -> Result<String, CallError> {
        let all = [("Action", action), ("Version", api.version())];
        let pairs = all.iter().chain(parameters).map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
        let body = pairs.collect::<Vec<_>>().join("&");
        let form = HeaderValue::from_static("application/x-www-form-urlencoded; charset=utf-8");
        let answer = self.post("/", api.service(), [(CONTENT_TYPE, form)], body.into()).await?;
        let xml = String::from_utf8_lossy(&answer.body).into_owned();
        if answer.head.status.is_success() && xml.contains(&format!("<{action}Response")) {
            return Ok(xml);
        }
        match element(&xml, "Code") {
            Some(name) => Err(refusal(&answer, name, element(&xml, "Message").unwrap_or_default())),
            None => Err(self.foreign(&answer)),
        }
    }

    /// Asks for keys of a session with an identity of AWS IAM, whose keys sign the request. The endpoint is the address of the API in
    /// API Gateway, with the stage.
    pub async fn iam_session(&self, input: &Value) -> Result<Value, CallError> {
        let json = [(CONTENT_TYPE, HeaderValue::from_static("application/json"))];
        let answer = self.post("/auth/iam-session", "execute-api", json, input.to_string().into()).await?;
        let body: Result<Value, _> = serde_json::from_slice(&answer.body);
        match body {
            Ok(output @ Value::Object(_)) if answer.head.status.is_success() => Ok(output),
            Ok(error) if error["message"].is_string() || error["Message"].is_string() => {
                // API Gateway names its own errors in a header.
                let header = answer.head.headers.get("x-amzn-errortype").and_then(|name| name.to_str().ok());
                let name = error["__type"].as_str().or(header).unwrap_or("AccessDeniedException").to_owned();
                let message = error["message"].as_str().or(error["Message"].as_str()).unwrap_or_default();
                Err(refusal(&answer, name, message.to_owned()))
            }
            _ => Err(self.foreign(&answer)),
        }
    }

    async fn post<const N: usize>(
        &self,
        path: &str,
        service: &str,
        headers: [(HeaderName, HeaderValue); N],
        body: Bytes,
    ) -> Result<Answer, CallError> {
        let Configuration { endpoint, region, credentials, .. } = &self.configuration;
        let request =
            Request::post(endpoint.path_of(path)).header(HOST, endpoint.authority()).body(Full::from(body.clone()));
        let (mut head, content) = request.map_err(|error| CallError::Request(error.to_string()))?.into_parts();
        head.headers.extend(headers);
        let signer = Signer {
            access_key_id: &credentials.access_key_id,
            secret: &credentials.secret_access_key,
            session_token: credentials.session_token.as_ref(),
            region,
            service,
        };
        signer.sign(&mut head, &body, SystemTime::now())?;
        let agent = HeaderValue::from_static(concat!("coldforge/", env!("CARGO_PKG_VERSION")));
        head.headers.insert(USER_AGENT, agent);
        connection::exchange(endpoint, self.tls.as_ref(), Request::from_parts(head, content)).await
    }

    fn foreign(&self, answer: &Answer) -> CallError {
        CallError::Foreign { endpoint: self.configuration.endpoint.to_string(), status: answer.head.status.as_u16() }
    }
}

fn refusal(answer: &Answer, name: String, message: String) -> CallError {
    let retry_after = answer.head.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    Refusal { status: answer.head.status.as_u16(), name, message, retry_after }.into()
}

/// Percent-encoding of everything but letters, digits and `-._~` (RFC 3986, section 2.3).
fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}
