//! CloudFront: runs the CloudFront Function's code on each request, and sends it on to its origin, the gateway.

use super::gateway::{Gateway, Received};
use super::template::Template;
use super::wire::{Body, answer, incoming};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use hyper::body::Incoming;
use serde_json::{Map, Value, json};
use std::io;
use std::net::SocketAddr;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::Mutex;

/// What runs the function: it has `handler`, reads events and writes what becomes of them, one a line.
const RUNNER: &str = r"
const lines = require('readline').createInterface({ input: process.stdin });
lines.on('line', (line) => process.stdout.write(JSON.stringify(handler(JSON.parse(line))) + '\n'));
";

/// Headers that CloudFront does not take over from a client's connection to its own (CloudFront developer guide, "HTTP request headers
/// and CloudFront behavior").
const OF_THE_CONNECTION: [&str; 7] =
    ["connection", "expect", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade"];

/// The distribution.
pub struct Edge {
    function: Mutex<Running>,
    origin_path: String,
    origin_headers: Vec<(HeaderName, HeaderValue)>,
    origin_host: String,
    gateway: Gateway,
}

struct Running {
    _child: Child,
    events: ChildStdin,
    results: Lines<BufReader<ChildStdout>>,
}

impl Edge {
    /// The distribution of a template.
    pub fn new(template: &Template, gateway: Gateway) -> Self {
        let (_, function) = template.only("AWS::CloudFront::Function");
        let code = format!("{}\n{RUNNER}", function["FunctionCode"].as_str().unwrap());
        let mut child = Command::new("node")
            .args(["--eval", &code])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("node cannot be started: {error}"));
        let events = child.stdin.take().unwrap();
        let results = BufReader::new(child.stdout.take().unwrap()).lines();
        let (_, distribution) = template.only("AWS::CloudFront::Distribution");
        let origin = &distribution["DistributionConfig"]["Origins"][0];
        let added = origin["OriginCustomHeaders"].as_array().cloned().unwrap_or_default();
        let header = |header: &Value| -> (HeaderName, HeaderValue) {
            let text = |key: &str| header[key].as_str().unwrap();
            (text("HeaderName").to_lowercase().parse().unwrap(), text("HeaderValue").parse().unwrap())
        };
        Self {
            function: Mutex::new(Running { _child: child, events, results }),
            origin_path: origin["OriginPath"].as_str().unwrap_or_default().to_owned(),
            origin_headers: added.iter().map(header).collect(),
            origin_host: origin["DomainName"].as_str().unwrap().to_owned(),
            gateway,
        }
    }

    /// Answers a client's request.
    pub async fn respond(&self, request: Request<Incoming>, peer: SocketAddr) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let query = parts.uri.query().unwrap_or_default();
        let event = json!({
            "version": "1.0",
            "context": { "eventType": "viewer-request" },
            "viewer": { "ip": peer.ip().to_string() },
            "request": {
                "method": parts.method.as_str(),
                "uri": parts.uri.path(),
                "querystring": values(query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
                    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                    (name.to_owned(), value.to_owned())
                })),
                "headers": values(parts.headers.iter().map(|(name, value)| {
                    (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
                })),
                "cookies": {},
            },
        });
        let result = match self.run(&event).await {
            Ok(result) => result,
            Err(error) => return answer(503, HeaderMap::new(), format!("the CloudFront Function failed: {error}")),
        };
        if let Some(status) = result["statusCode"].as_u64() {
            let body = result["body"].as_str().unwrap_or_default().to_owned();
            return answer(status as u16, headers(&result["headers"]), body);
        }
        let mut sent = headers(&result["headers"]);
        for name in OF_THE_CONNECTION {
            sent.remove(name);
        }
        for (name, value) in &self.origin_headers {
            sent.insert(name, value.clone());
        }
        sent.insert("host", self.origin_host.parse().unwrap());
        let received = Received {
            method: parts.method,
            path: format!("{}{}", self.origin_path, result["uri"].as_str().unwrap_or_default()),
            query: query.to_owned(),
            headers: sent,
            body: incoming(body),
            // To the gateway, the edge is the client.
            source: "198.51.100.20".to_owned(),
        };
        self.gateway.respond(received).await
    }

    async fn run(&self, event: &Value) -> io::Result<Value> {
        let mut running = self.function.lock().await;
        running.events.write_all(format!("{event}\n").as_bytes()).await?;
        let line = running.results.next_line().await?.ok_or(io::ErrorKind::UnexpectedEof)?;
        Ok(serde_json::from_str(&line)?)
    }
}

/// Names and values in the form of a CloudFront Function's event.
fn values(pairs: impl Iterator<Item = (String, String)>) -> Value {
    let mut values = Map::new();
    for (name, value) in pairs {
        match values.get_mut(&name) {
            None => _ = values.insert(name, json!({ "value": value })),
            Some(first) => {
                let mut all = first["multiValue"].as_array().cloned().unwrap_or_else(|| vec![first.clone()]);
                all.push(json!({ "value": value }));
                first["multiValue"] = Value::Array(all);
            }
        }
    }
    Value::Object(values)
}

fn headers(given: &Value) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in given.as_object().into_iter().flatten() {
        let name: HeaderName = name.parse().unwrap();
        let all = value["multiValue"].as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
        for value in all {
            let value = value["value"].as_str().unwrap_or_default();
            headers.append(&name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
    }
    headers
}
