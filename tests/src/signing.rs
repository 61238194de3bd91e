//! API calls signed by AWS's own signer, and every way to spoil them.

use crate::http::{self, Answer};
use crate::model::Model;
use crate::server::Server;
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use serde_json::Value;
use std::time::SystemTime;

/// An API call that has not been sent yet. Its fields may be changed to see what the service makes of it.
#[derive(Debug, Clone)]
pub struct Call {
    /// The operation's name.
    pub operation: String,
    /// The operation's name that is sent, if another one than was signed.
    pub sent_operation: Option<String>,
    /// The body that is signed.
    pub body: Vec<u8>,
    /// The body that is sent, if another one.
    pub sent_body: Option<Vec<u8>>,
    /// The access key id.
    pub access_key_id: String,
    /// The secret key.
    pub secret_access_key: String,
    /// The session token, for keys of a session.
    pub session_token: Option<String>,
    /// The region in the signature's scope.
    pub region: String,
    /// The service in the signature's scope.
    pub service: String,
    /// When it is signed.
    pub at: SystemTime,
}

/// An error as AWS clients see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    /// The HTTP status.
    pub status: u16,
    /// The error's name.
    pub name: String,
    /// Its explanation.
    pub message: String,
}

impl Call {
    /// A call that should be accepted.
    pub fn new(server: &Server, operation: &str, input: &Value) -> Self {
        Self {
            operation: operation.to_owned(),
            sent_operation: None,
            body: input.to_string().into_bytes(),
            sent_body: None,
            access_key_id: server.credentials.access_key_id.clone(),
            secret_access_key: server.credentials.secret_access_key.clone(),
            session_token: None,
            region: server.credentials.region.clone(),
            service: if Model::is_own(operation) { "coldforge" } else { "codecommit" }.to_owned(),
            at: SystemTime::now(),
        }
    }

    /// Signs and sends it.
    pub fn send(&self, server: &Server) -> Result<Value, ApiError> {
        answer(&self.send_raw(server))
    }

    /// Signs and sends it, and gives the HTTP answer as it is.
    pub fn send_raw(&self, server: &Server) -> Answer {
        let target = target_of(&self.operation);
        let unsigned =
            [("host", server.address()), ("content-type", "application/x-amz-json-1.1"), ("x-amz-target", &target)];
        let keys =
            Keys { id: &self.access_key_id, secret: &self.secret_access_key, token: self.session_token.as_deref() };
        let signed = signed_headers(server, keys, (&self.region, &self.service), self.at, &unsigned, &self.body);
        let mut headers: Vec<(&str, &str)> =
            signed.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let sent_target = self.sent_operation.as_deref().map(target_of);
        if let Some(sent) = &sent_target {
            headers[2].1 = sent;
        }
        http::request(server.address(), "POST", "/", &headers, self.sent_body.as_ref().unwrap_or(&self.body))
    }
}

/// How a request names an operation.
fn target_of(operation: &str) -> String {
    let prefix = if Model::is_own(operation) { "Coldforge_20261128" } else { "CodeCommit_20150413" };
    format!("{prefix}.{operation}")
}

/// Keys to sign with.
#[derive(Debug, Clone, Copy)]
pub struct Keys<'a> {
    /// The access key id.
    pub id: &'a str,
    /// The secret key.
    pub secret: &'a str,
    /// The session token, for keys of a session.
    pub token: Option<&'a str>,
}

/// The headers of a `POST /`, with those that make it signed for a region and a service.
pub fn signed_headers(
    server: &Server,
    keys: Keys<'_>,
    (region, service): (&str, &str),
    at: SystemTime,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Vec<(String, String)> {
    let url = format!("http://{}/", server.address());
    let added = added_headers("POST", &url, keys, (region, service), at, headers.iter().copied(), body);
    let given = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    given.chain(added).collect()
}

/// The headers that make a request with these headers signed for a region and a service.
pub fn added_headers<'a>(
    method: &'a str,
    url: &'a str,
    keys: Keys<'_>,
    (region, service): (&str, &str),
    at: SystemTime,
    headers: impl Iterator<Item = (&'a str, &'a str)>,
    body: &'a [u8],
) -> Vec<(String, String)> {
    let identity = Credentials::new(keys.id, keys.secret, keys.token.map(str::to_owned), None, "tests").into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(service)
        .time(at)
        .settings(SigningSettings::default())
        .build()
        .unwrap()
        .into();
    let signable = SignableRequest::new(method, url, headers, SignableBody::Bytes(body)).unwrap();
    let (instructions, _) = sign(signable, &params).unwrap().into_parts();
    instructions.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Reads an API answer.
pub fn answer(answer: &Answer) -> Result<Value, ApiError> {
    let json: Value = serde_json::from_slice(&answer.body)
        .unwrap_or_else(|error| panic!("{error} in an API answer: {} {}", answer.status, answer.text()));
    if answer.status == 200 {
        return Ok(json);
    }
    let text = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
    Err(ApiError { status: answer.status, name: text("__type"), message: text("message") })
}
