//! API Gateway: a REST API from its OpenAPI document, with the documented limits and what it does to headers (API Gateway developer
//! guide, "Amazon API Gateway important notes" and "Quotas for configuring and running a REST API").

use super::iam::{self, Principals};
use super::lambda::{Caller, Lambda, tell_failure};
use super::policies;
use super::runtime_api::Outcome;
use super::template::{API_ID, Template, text};
use super::wire::{self, Body, answer, collect};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::StreamExt;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Incoming;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// The most bytes of a request's body.
const MOST_BODY_BYTES: usize = 10_000_000;

/// The most bytes of all names and values of headers.
const MOST_HEADER_BYTES: usize = 10_240;

/// What does not reach a function.
const DROPPED: [&str; 9] = [
    "connection",
    "content-md5",
    "expect",
    "proxy-authenticate",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "www-authenticate",
];

/// What reaches a client under another name.
const REMAPPED: [&str; 7] =
    ["connection", "content-length", "date", "server", "transfer-encoding", "www-authenticate", "x-amzn-requestid"];

/// The API.
pub struct Gateway {
    document: Value,
    stage: String,
    lambda: Arc<Lambda>,
    principals: Arc<Principals>,
    region: String,
    account: String,
}

/// A request that arrives.
pub struct Received {
    /// The method.
    pub method: Method,
    /// The path, with the stage.
    pub path: String,
    /// The query, without its question mark.
    pub query: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Body,
    /// The other end of the connection.
    pub source: String,
}

impl Gateway {
    /// The API of a template, for whose routes with IAM authorization these principals exist.
    pub fn new(
        template: &Template,
        lambda: Arc<Lambda>,
        principals: Arc<Principals>,
        (region, account): (&str, &str),
    ) -> Self {
        let (_, api) = template.only("AWS::ApiGateway::RestApi");
        let (_, stage) = template.only("AWS::ApiGateway::Stage");
        let stage = text(&stage["StageName"]);
        let (region, account) = (region.to_owned(), account.to_owned());
        Self { document: api["Body"].clone(), stage, lambda, principals, region, account }
    }

    /// Whether a request is for the API's own address, and not for the distribution. For clients that connect to what they name, the
    /// API is `localhost`, and the distribution the address in numbers.
    pub fn is_addressed(headers: &HeaderMap) -> bool {
        let host = wire::text(headers, "host");
        host.starts_with(API_ID) || host.starts_with("localhost:")
    }

    /// Answers a request to the API's own address.
    pub async fn respond_to(&self, request: Request<Incoming>, peer: SocketAddr) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let received = Received {
            method: parts.method,
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers: parts.headers,
            body: wire::incoming(body),
            source: peer.ip().to_string(),
        };
        self.respond(received).await
    }

    /// Answers a request.
    pub async fn respond(&self, received: Received) -> Response<Body> {
        let answered = self.answer(received).await.unwrap_or_else(|refused| self.refusal(refused));
        let (mut parts, body) = answered.into_parts();
        // What the gateway always sends itself.
        parts.headers.insert("x-amzn-requestid", HeaderValue::from_static("00000000-0000-4000-8000-000000000000"));
        Response::from_parts(parts, body)
    }

    async fn answer(&self, received: Received) -> Result<Response<Body>, &'static str> {
        let Received { method, path, query, headers, body, source } = received;
        let size: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        if size > MOST_HEADER_BYTES {
            return Ok(answer(431, HeaderMap::new(), r#"{"message":"Request Header Fields Too Large"}"#));
        }
        let whole = if query.is_empty() { path.clone() } else { format!("{path}?{query}") };
        let path = path.strip_prefix(&format!("/{}", self.stage)).ok_or("MISSING_AUTHENTICATION_TOKEN")?;
        let (resource, parameters, operation) = self.route(&method, path).ok_or("MISSING_AUTHENTICATION_TOKEN")?;
        let body = collect(body, MOST_BODY_BYTES).await.ok_or("REQUEST_TOO_LARGE")?;
        let mut identity =
            Map::from_iter([("sourceIp".to_owned(), json!(source)), ("userAgent".to_owned(), Value::Null)]);
        if is_secured_by(operation, "iam") {
            let region = &self.region;
            let request =
                iam::Request { method: method.as_str(), path: &whole, headers: &headers, body: &body, region };
            identity.extend(self.principals.identify(&request)?);
        }
        let headers = self.taken_over(headers);
        let mut event = json!({
            "resource": resource,
            "path": path,
            "httpMethod": method.as_str(),
            "headers": last(&headers),
            "multiValueHeaders": headers,
            "queryStringParameters": null,
            "multiValueQueryStringParameters": null,
            "pathParameters": parameters,
            "stageVariables": null,
            "requestContext": {
                "accountId": self.account,
                "apiId": API_ID,
                "domainName": format!("{API_ID}.execute-api.{}.amazonaws.com", self.region),
                "httpMethod": method.as_str(),
                "identity": identity,
                "path": format!("/{}{path}", self.stage),
                "protocol": "HTTP/1.1",
                "resourcePath": resource,
                "stage": self.stage,
            },
        });
        let parameters = query_parameters(&query);
        if !parameters.is_empty() {
            event["queryStringParameters"] = json!(last(&parameters));
            event["multiValueQueryStringParameters"] = json!(parameters);
        }
        if is_secured_by(operation, "git") {
            self.authorize(&method, path, &headers, &event).await?;
        }
        let is_empty = body.is_empty();
        event["body"] = if is_empty { Value::Null } else { Value::String(STANDARD.encode(&body)) };
        event["isBase64Encoded"] = json!(!is_empty);
        self.integrate(&operation["x-amazon-apigateway-integration"], &event).await
    }

    /// The method that a request is for, with the path as the document has it and what stands in its places.
    fn route(&self, method: &Method, path: &str) -> Option<(&str, Map<String, Value>, &Value)> {
        let paths = self.document["paths"].as_object()?;
        paths.iter().find_map(|(resource, methods)| {
            let parameters = fit(resource, path)?;
            let operation = methods.get(method.as_str().to_lowercase())?;
            Some((resource.as_str(), parameters, operation))
        })
    }

    /// The headers as a function sees them.
    fn taken_over(&self, headers: HeaderMap) -> BTreeMap<String, Vec<String>> {
        let mut taken: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in &headers {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            let signed = name == "authorization" && value.starts_with("AWS4-HMAC-SHA256");
            if !signed && !DROPPED.contains(&name.as_str()) {
                // HTTP/1.1 headers keep the capitals that clients and proxies usually give them.
                taken.entry(capitalised(name.as_str())).or_default().push(value);
            }
        }
        taken
    }

    /// Asks the authorizer.
    async fn authorize(
        &self,
        method: &Method,
        path: &str,
        headers: &BTreeMap<String, Vec<String>>,
        event: &Value,
    ) -> Result<(), &'static str> {
        if !headers.contains_key("Authorization") {
            return Err("UNAUTHORIZED");
        }
        let authorizer = &self.document["components"]["securitySchemes"]["git"]["x-amazon-apigateway-authorizer"];
        let (name, _) = function(&authorizer["authorizerUri"]);
        let arn =
            format!("arn:aws:execute-api:{}:{}:{API_ID}/{}/{method}{path}", self.region, self.account, self.stage);
        let mut question = event.clone();
        question["type"] = json!("REQUEST");
        question["methodArn"] = json!(arn);
        let decided = match self.lambda.invoke(&name, question.to_string(), Caller::Gateway).await {
            Outcome::Buffered(decided) => {
                serde_json::from_slice::<Value>(&decided).map_err(|_| "AUTHORIZER_FAILURE")?
            }
            Outcome::Failed(_, message) if message == "Unauthorized" => return Err("UNAUTHORIZED"),
            _ => return Err("AUTHORIZER_FAILURE"),
        };
        let statements = decided["policyDocument"]["Statement"].as_array().ok_or("AUTHORIZER_FAILURE")?;
        let is_allowed = policies::allow(statements, "execute-api:Invoke", &arn, &policies::Facts::new());
        if is_allowed && decided["principalId"].is_string() { Ok(()) } else { Err("ACCESS_DENIED") }
    }

    /// Invokes the function of a method.
    async fn integrate(&self, integration: &Value, event: &Value) -> Result<Response<Body>, &'static str> {
        let (name, is_streaming) = function(&integration["uri"]);
        let within = Duration::from_millis(integration["timeoutInMillis"].as_u64().unwrap_or(29_000));
        let outcome = tokio::time::timeout(within, self.lambda.invoke(&name, event.to_string(), Caller::Gateway)).await;
        match outcome.map_err(|_| "INTEGRATION_TIMEOUT")? {
            Outcome::Streamed(metadata, body) if is_streaming => streamed(&metadata, body),
            Outcome::Failed(kind, message) => {
                tell_failure(&name, &kind, &message);
                Err("INTEGRATION_FAILURE")
            }
            _ => Err("INTEGRATION_FAILURE"),
        }
    }

    /// What the gateway says itself.
    fn refusal(&self, kind: &str) -> Response<Body> {
        let told = &self.document["x-amazon-apigateway-gateway-responses"][kind];
        let status = told["statusCode"].as_str().and_then(|status| status.parse().ok()).unwrap_or(500);
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static("application/json"));
        for (name, value) in told["responseParameters"].as_object().into_iter().flatten() {
            let name = name.trim_start_matches("gatewayresponse.header.").to_lowercase();
            let value = text(value).trim_matches('\'').to_owned();
            headers.insert(HeaderName::try_from(name).unwrap(), value.parse().unwrap());
        }
        answer(status, headers, text(&told["responseTemplates"]["application/json"]))
    }
}

/// The answer that a function streams.
fn streamed(metadata: &Value, body: mpsc::Receiver<io::Result<bytes::Bytes>>) -> Result<Response<Body>, &'static str> {
    let status =
        metadata["statusCode"].as_u64().and_then(|status| u16::try_from(status).ok()).ok_or("INTEGRATION_FAILURE")?;
    let pieces =
        futures_util::stream::unfold(body, |mut body| async move { body.recv().await.map(|piece| (piece, body)) });
    let body = StreamBody::new(pieces.map(|piece| piece.map(Frame::data)));
    let mut answered = Response::new(BodyExt::boxed_unsync(body));
    *answered.status_mut() = StatusCode::from_u16(status).map_err(|_| "INTEGRATION_FAILURE")?;
    for (name, value) in metadata["headers"].as_object().into_iter().flatten() {
        let name = if REMAPPED.contains(&name.as_str()) { format!("x-amzn-remapped-{name}") } else { name.clone() };
        let value: HeaderValue = text(value).parse().map_err(|_| "INTEGRATION_FAILURE")?;
        answered.headers_mut().insert(HeaderName::try_from(name).map_err(|_| "INTEGRATION_FAILURE")?, value);
    }
    Ok(answered)
}

/// Whether a method has this security scheme of the document.
fn is_secured_by(operation: &Value, scheme: &str) -> bool {
    operation["security"].as_array().into_iter().flatten().any(|schemes| !schemes[scheme].is_null())
}

/// The function that a URI invokes, and whether its answer is streamed.
fn function(uri: &Value) -> (String, bool) {
    let uri = text(uri);
    let behind = uri.split_once(":function:").map(|(_, behind)| behind).unwrap_or_default();
    let (name, call) = behind.split_once('/').unwrap_or((behind, ""));
    (name.to_owned(), call == "response-streaming-invocations")
}

/// What stands in the places of a resource's path, if it fits.
fn fit(resource: &str, path: &str) -> Option<Map<String, Value>> {
    let mut parameters = Map::new();
    let mut rest = Some(path);
    for wanted in resource.split('/') {
        let given = rest?;
        let (part, behind) = given.split_once('/').map_or((given, None), |(part, behind)| (part, Some(behind)));
        let place = wanted.strip_prefix('{').and_then(|wanted| wanted.strip_suffix('}'));
        match place {
            Some(place) if place.ends_with('+') => {
                parameters.insert(place.trim_end_matches('+').to_owned(), json!(given));
                return Some(parameters);
            }
            Some(place) if !part.is_empty() => _ = parameters.insert(place.to_owned(), json!(part)),
            None if wanted == part => {}
            _ => return None,
        }
        rest = behind;
    }
    rest.is_none().then_some(parameters)
}

fn query_parameters(query: &str) -> BTreeMap<String, Vec<String>> {
    let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    let mut parameters: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        parameters.entry(decoded(name)).or_default().push(decoded(value));
    }
    parameters
}

/// The last value of each.
fn last(all: &BTreeMap<String, Vec<String>>) -> BTreeMap<&str, &str> {
    all.iter().filter_map(|(name, values)| Some((name.as_str(), values.last()?.as_str()))).collect()
}

fn capitalised(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_uppercase() + rest
    });
    words.collect::<Vec<_>>().join("-")
}
