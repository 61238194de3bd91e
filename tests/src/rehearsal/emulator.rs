//! moto's server with what the template says is there: the table, the bucket and the key. It tells the table's stream.

use super::template::Template;
use crate::aws::environment;
use crate::http;
use percent_encoding::NON_ALPHANUMERIC;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Where the stream of a table is read.
#[derive(Debug, Clone)]
pub struct Stream {
    arn: Value,
    shard: Value,
}

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
        // S3 refuses to be told of the region where buckets are made anyway.
        let region = match self.region.as_str() {
            "us-east-1" => String::new(),
            region => format!(
                "<CreateBucketConfiguration><LocationConstraint>{region}</LocationConstraint></CreateBucketConfiguration>"
            ),
        };
        let path = format!("/{}", name.to_lowercase());
        let authorization = self.authorization("s3");
        let headers = [("authorization", authorization.as_str())];
        let made = http::request(&self.address, "PUT", &path, &headers, region.as_bytes());
        assert_eq!(made.status, 200, "{}", made.text());
    }

    /// The stream of a table.
    pub fn stream(&self, table: &str) -> Stream {
        let table = self.call("dynamodb", "DynamoDB_20120810.DescribeTable", &json!({ "TableName": table }));
        let arn = table["Table"]["LatestStreamArn"].clone();
        let stream = self.call("dynamodb", "DynamoDBStreams_20120810.DescribeStream", &json!({ "StreamArn": arn }));
        Stream { arn, shard: stream["StreamDescription"]["Shards"][0]["ShardId"].clone() }
    }

    /// The records of a stream from this sequence number on, or from its beginning. Each time with a fresh iterator: moto takes a
    /// cancelled transaction back by putting a copy of the table in its place, whose stream an older iterator does not see.
    pub fn records(&self, stream: &Stream, from: Option<u128>) -> Vec<Value> {
        let mut place = json!({"StreamArn": stream.arn, "ShardId": stream.shard, "ShardIteratorType": "TRIM_HORIZON"});
        if let Some(from) = from {
            place["ShardIteratorType"] = json!("AT_SEQUENCE_NUMBER");
            place["SequenceNumber"] = json!(from.to_string());
        }
        let call = |operation: &str, input: &Value| {
            self.call("dynamodb", &format!("DynamoDBStreams_20120810.{operation}"), input)
        };
        let iterator = call("GetShardIterator", &place)["ShardIterator"].take();
        match call("GetRecords", &json!({ "ShardIterator": iterator }))["Records"].take() {
            Value::Array(records) => records,
            _ => Vec::new(),
        }
    }

    /// Makes a topic whose subscriber is at this URL.
    pub fn create_topic(&self, arn: &str, url: &str) {
        let name = arn.rsplit(':').next().unwrap_or_default();
        self.query("sns", &format!("Action=CreateTopic&Version=2010-03-31&Name={name}"));
        let [arn, url] = [arn, url].map(|text| percent_encoding::utf8_percent_encode(text, NON_ALPHANUMERIC));
        let subscribe = format!("Action=Subscribe&Version=2010-03-31&TopicArn={arn}&Protocol=http&Endpoint={url}");
        self.query("sns", &subscribe);
    }

    fn query(&self, service: &str, form: &str) {
        let authorization = self.authorization(service);
        let headers =
            [("authorization", authorization.as_str()), ("content-type", "application/x-www-form-urlencoded")];
        let answer = http::request(&self.address, "POST", "/", &headers, form.as_bytes());
        assert_eq!(answer.status, 200, "{form}: {}", answer.text());
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
