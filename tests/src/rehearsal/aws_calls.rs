//! What a request to AWS asks for, in IAM's words.

use super::policies::Facts;
use super::template::text;
use super::wire;
use http::{HeaderMap, Method, Uri};
use serde_json::Value;

/// An action on a resource.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The action.
    pub action: String,
    /// The resource's ARN.
    pub resource: String,
    /// What conditions may ask for.
    pub facts: Facts,
}

/// Where the called services are.
#[derive(Debug, Clone)]
pub struct Here {
    /// The region.
    pub region: String,
    /// The account.
    pub account: String,
    /// The key that ciphertexts and objects are under.
    pub key_arn: String,
}

/// Everything that a request asks for; panics for one that no function has a reason to send.
pub fn asked(here: &Here, method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Vec<Asked> {
    let target = wire::text(headers, "x-amz-target");
    let json = || serde_json::from_slice::<Value>(body).unwrap_or_default();
    match (target.split_once('.'), service(headers).as_str()) {
        (Some(("DynamoDB_20120810", operation)), _) => rows(here, operation, &json()),
        (Some(("TrentService", operation)), _) => vec![key(here, operation, &json())],
        (Some(("AWSEvents", "PutEvents")), _) => {
            let entries = json()["Entries"].as_array().cloned().unwrap_or_default();
            entries.iter().map(|entry| plain("events:PutEvents", &text(&entry["EventBusName"]))).collect()
        }
        (None, "s3") => objects(here, method, uri, headers),
        (None, "sns") => vec![plain("sns:Publish", &form(body, "TopicArn"))],
        (None, "lambda") => {
            let path = percent_decoded(uri.path());
            let name = path.strip_prefix("/2015-03-31/functions/").and_then(|rest| rest.strip_suffix("/invocations"));
            vec![plain("lambda:InvokeFunction", name.unwrap_or_default())]
        }
        (_, service) => panic!("the rehearsal does not know the call {method} {uri} {target} of {service}"),
    }
}

/// The access key id that a request is signed with.
pub fn caller(headers: &HeaderMap) -> String {
    credential(headers).split('/').next().unwrap_or_default().to_owned()
}

fn service(headers: &HeaderMap) -> String {
    credential(headers).split('/').nth(3).unwrap_or_default().to_owned()
}

fn credential(headers: &HeaderMap) -> &str {
    let authorization = wire::text(headers, "authorization");
    authorization.split_once("Credential=").map(|(_, rest)| rest).unwrap_or_default()
}

fn plain(action: &str, resource: &str) -> Asked {
    Asked { action: action.to_owned(), resource: resource.to_owned(), facts: Facts::new() }
}

fn fact(key: &str, value: &str) -> (String, Vec<String>) {
    (key.to_owned(), vec![value.to_owned()])
}

fn rows(here: &Here, operation: &str, body: &Value) -> Vec<Asked> {
    let on = |action: &str, body: &Value, partition: &Value| Asked {
        action: format!("dynamodb:{action}"),
        resource: format!("arn:aws:dynamodb:{}:{}:table/{}", here.region, here.account, text(&body["TableName"])),
        facts: [fact("dynamodb:LeadingKeys", &text(&partition["S"]))].into(),
    };
    match operation {
        "GetItem" | "DeleteItem" => vec![on(operation, body, &body["Key"]["pk"])],
        "PutItem" => vec![on("PutItem", body, &body["Item"]["pk"])],
        "Query" => vec![on("Query", body, &body["ExpressionAttributeValues"][":partition"])],
        "TransactWriteItems" => {
            let items = body["TransactItems"].as_array().cloned().unwrap_or_default();
            let asked = items.iter().flat_map(|item| {
                item.as_object().into_iter().flatten().map(|(kind, item)| match kind.as_str() {
                    "Put" => on("PutItem", item, &item["Item"]["pk"]),
                    "Delete" => on("DeleteItem", item, &item["Key"]["pk"]),
                    "ConditionCheck" => on("ConditionCheckItem", item, &item["Key"]["pk"]),
                    unknown => panic!("the rehearsal does not know {unknown} in a transaction"),
                })
            });
            asked.collect()
        }
        unknown => panic!("the rehearsal does not know DynamoDB's {unknown}"),
    }
}

fn key(here: &Here, operation: &str, body: &Value) -> Asked {
    // A ciphertext names its key where only KMS can read it; all are under the service's own.
    let named = body["KeyId"].as_str().unwrap_or(&here.key_arn);
    let resource = match named.starts_with("arn:") {
        true => named.to_owned(),
        false => format!("arn:aws:kms:{}:{}:key/{named}", here.region, here.account),
    };
    let context = body["EncryptionContext"].as_object().cloned().unwrap_or_default();
    let mut facts: Facts = [("kms:EncryptionContextKeys".to_owned(), context.keys().cloned().collect())].into();
    facts.extend(context.iter().map(|(name, value)| fact(&format!("kms:EncryptionContext:{name}"), &text(value))));
    Asked { action: format!("kms:{operation}"), resource, facts }
}

/// What is asked of S3, and what S3 asks of KMS for it.
fn objects(here: &Here, method: &Method, uri: &Uri, headers: &HeaderMap) -> Vec<Asked> {
    let path = uri.path().trim_start_matches('/');
    let (bucket, name) = path.split_once('/').unwrap_or((path, ""));
    let query = uri.query().unwrap_or_default();
    let bucket = format!("arn:aws:s3:::{bucket}");
    if name.is_empty() {
        assert!(query.contains("list-type=2"), "the rehearsal does not know {method} {uri}");
        return vec![plain("s3:ListBucket", &bucket)];
    }
    let object = format!("{bucket}/{}", percent_decoded(name));
    let (action, of_key) = match (method.as_str(), query.contains("uploadId=")) {
        ("GET" | "HEAD", _) => ("s3:GetObject", Some("kms:Decrypt")),
        ("PUT" | "POST", _) => ("s3:PutObject", Some("kms:GenerateDataKey")),
        ("DELETE", true) => ("s3:AbortMultipartUpload", None),
        ("DELETE", false) => ("s3:DeleteObject", None),
        _ => panic!("the rehearsal does not know {method} {uri}"),
    };
    let named = wire::text(headers, "x-amz-server-side-encryption-aws-kms-key-id");
    let through_s3 = of_key.map(|action| Asked {
        action: action.to_owned(),
        resource: if named.is_empty() { here.key_arn.clone() } else { named.to_owned() },
        facts: [
            fact("kms:ViaService", &format!("s3.{}.amazonaws.com", here.region)),
            fact("kms:EncryptionContext:aws:s3:arn", &bucket),
            fact("aws:ResourceTag/coldforge:repository-key", "true"),
        ]
        .into(),
    });
    [Some(plain(action, &object)), through_s3].into_iter().flatten().collect()
}

fn form(body: &[u8], name: &str) -> String {
    let body = String::from_utf8_lossy(body);
    let value = body.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    percent_decoded(value.unwrap_or_default())
}

fn percent_decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}
