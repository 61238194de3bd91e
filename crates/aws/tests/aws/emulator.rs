//! moto's server as a child process, and plain HTTP to it.

use aws::{Connection, DynamoTable, KmsKeys, S3Blobs};
use ports::clock::SystemClock;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

pub(crate) const BUCKET: &str = "packs";

/// An emulator of its own. It ends when this is dropped, and also when the test is killed, because its standard input ends.
pub(crate) struct Emulator {
    child: Child,
    address: String,
}

pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Emulator {
    pub(crate) fn start() -> Self {
        let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let venv = std::env::var_os("COLDFORGE_VENV").map_or_else(|| top.join(".venv"), PathBuf::from);
        let python = venv.join("bin/python");
        assert!(python.exists(), "{} is missing: run `make venv`", python.display());
        let mut child = Command::new(python)
            .arg(top.join("tests/python/emulator.py"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut port = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut port).unwrap();
        Self { child, address: format!("127.0.0.1:{}", port.trim()) }
    }

    pub(crate) fn connection(&self) -> Connection {
        let endpoint = format!("http://{}", self.address);
        Connection::from_variables(|name| match name {
            "AWS_REGION" => Some("eu-central-1".to_owned()),
            "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("test".to_owned()),
            "AWS_ENDPOINT_URL" => Some(endpoint.clone()),
            _ => None,
        })
        .unwrap()
    }

    /// A new table of this name, with or without a stream, and the adapter on it.
    pub(crate) fn table(&self, name: &str, has_stream: bool) -> DynamoTable {
        let key = |name: &str, kind: &str| json!({"AttributeName": name, "KeyType": kind});
        let text = |name: &str| json!({"AttributeName": name, "AttributeType": "S"});
        let mut table = json!({
            "TableName": name,
            "KeySchema": [key("pk", "HASH"), key("sk", "RANGE")],
            "AttributeDefinitions": [text("pk"), text("sk")],
            "BillingMode": "PAY_PER_REQUEST",
        });
        if has_stream {
            table["StreamSpecification"] = json!({"StreamEnabled": true, "StreamViewType": "NEW_IMAGE"});
        }
        self.call("dynamodb", "DynamoDB_20120810.CreateTable", &table);
        DynamoTable::new(&self.connection(), name, Arc::new(SystemClock))
    }

    /// A new bucket, and the adapter on it.
    pub(crate) fn blobs(&self) -> S3Blobs {
        let region = "<CreateBucketConfiguration><LocationConstraint>eu-central-1</LocationConstraint></CreateBucketConfiguration>";
        let made = self.send("s3", "PUT", &format!("/{BUCKET}"), &[], region.as_bytes());
        assert_eq!(made.status, 200, "{}", String::from_utf8_lossy(&made.body));
        S3Blobs::new(&self.connection(), BUCKET)
    }

    /// A new key, and the adapter with it as the default.
    pub(crate) fn keys(&self) -> KmsKeys {
        KmsKeys::new(&self.connection(), self.key())
    }

    /// A new key's ARN.
    pub(crate) fn key(&self) -> String {
        let key = self.call("kms", "TrentService.CreateKey", &json!({}));
        key["KeyMetadata"]["Arn"].as_str().unwrap().to_owned()
    }

    /// A call in the JSON protocol, which must succeed.
    pub(crate) fn call(&self, service: &str, target: &str, body: &Value) -> Value {
        let headers = [("x-amz-target", target), ("content-type", "application/x-amz-json-1.0")];
        let response = self.send(service, "POST", "/", &headers, body.to_string().as_bytes());
        assert_eq!(response.status, 200, "{target}: {}", String::from_utf8_lossy(&response.body));
        serde_json::from_slice(&response.body).unwrap()
    }

    /// A request with a signature that the emulator takes for what it says.
    pub(crate) fn send(
        &self,
        service: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Response {
        let signature = format!(
            "AWS4-HMAC-SHA256 Credential=test/20260101/eu-central-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
        );
        let headers = [headers, &[("authorization", signature.as_str())]].concat();
        self.send_as_it_is(method, path, &headers, body)
    }

    /// A request without credentials.
    pub(crate) fn send_as_it_is(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Response {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        write!(stream, "{method} {path} HTTP/1.0\r\nhost: {}\r\ncontent-length: {length}\r\n", self.address).unwrap();
        for (name, value) in headers {
            write!(stream, "{name}: {value}\r\n").unwrap();
        }
        stream.write_all(b"\r\n").unwrap();
        stream.write_all(body).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(answer[..end].to_vec()).unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines.filter_map(|line| line.split_once(':'));
        let headers = headers.map(|(name, value)| (name.to_lowercase(), value.trim().to_owned())).collect();
        Response { status, headers, body: answer[end + 4..].to_vec() }
    }

    /// The path and query of a URL of this emulator.
    pub(crate) fn path<'a>(&self, url: &'a str) -> &'a str {
        url.strip_prefix(&format!("http://{}", self.address)).unwrap()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
