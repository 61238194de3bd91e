//! moto's server with what the template says is there: the table, the bucket and the key.

use super::template::Template;
use crate::aws::environment;
use crate::http;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// An emulator, which ends with this process.
pub struct Emulator {
    /// Host and port.
    pub address: String,
    child: Child,
    region: String,
}

impl Emulator {
    /// Starts it.
    pub fn start(region: &str) -> Self {
        let python = environment().join("bin/python");
        assert!(python.exists(), "{} is missing: run `make venv`", python.display());
        let mut child = Command::new(python)
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("python/emulator.py"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut port = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut port).unwrap();
        Self { address: format!("127.0.0.1:{}", port.trim()), child, region: region.to_owned() }
    }

    /// Makes the key, and gives its ARN.
    pub fn create_key(&self) -> String {
        let made = self.call("kms", "TrentService.CreateKey", &json!({}));
        made["KeyMetadata"]["Arn"].as_str().unwrap().to_owned()
    }

    /// Makes the table and the bucket of a template.
    pub fn create(&self, template: &Template) {
        let (name, table) = template.only("AWS::DynamoDB::Table");
        let view = &table["StreamSpecification"]["StreamViewType"];
        let request = json!({
            "TableName": name,
            "KeySchema": table["KeySchema"],
            "AttributeDefinitions": table["AttributeDefinitions"],
            "BillingMode": table["BillingMode"],
            "StreamSpecification": {"StreamEnabled": true, "StreamViewType": view},
        });
        self.call("dynamodb", "DynamoDB_20120810.CreateTable", &request);
        let (name, _) = template.only("AWS::S3::Bucket");
        let region = format!(
            "<CreateBucketConfiguration><LocationConstraint>{}</LocationConstraint></CreateBucketConfiguration>",
            self.region
        );
        let path = format!("/{}", name.to_lowercase());
        let authorization = self.authorization("s3");
        let headers = [("authorization", authorization.as_str())];
        let made = http::request(&self.address, "PUT", &path, &headers, region.as_bytes());
        assert_eq!(made.status, 200, "{}", made.text());
    }

    fn call(&self, service: &str, target: &str, input: &Value) -> Value {
        let authorization = self.authorization(service);
        let headers = [
            ("authorization", authorization.as_str()),
            ("x-amz-target", target),
            ("content-type", "application/x-amz-json-1.1"),
        ];
        let answer = http::request(&self.address, "POST", "/", &headers, input.to_string().as_bytes());
        assert_eq!(answer.status, 200, "{target}: {}", answer.text());
        serde_json::from_slice(&answer.body).unwrap()
    }

    /// moto looks at no signature, only at what it is for.
    fn authorization(&self, service: &str) -> String {
        format!(
            "AWS4-HMAC-SHA256 Credential=AKIAREHEARSAL/20260101/{}/{service}/aws4_request, SignedHeaders=host, Signature=0",
            self.region
        )
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}
