//! Where calls go.

use crate::script::{Script, answer, refusal};
use aws::{Connection, DynamoTable, KmsKeys, S3Blobs};
use ports::clock::SystemClock;
use ports::{BlobName, Blobs as _, Key, Keys as _, Table as _};
use std::sync::Arc;

/// The URLs that a call of each service goes to.
async fn urls(variables: &[(&str, &str)]) -> Vec<String> {
    let script =
        Script::new(
            |_, sent| {
                if sent.uri.contains("blob") { answer(404, "") } else { refusal(400, "AccessDeniedException") }
            },
        );
    let connection = script.connection_with(variables);
    let table = DynamoTable::new(&connection, "rows", Arc::new(SystemClock));
    let _ = table.get(&Key::new("p", "s")).await;
    let _ = S3Blobs::new(&connection, "bucket").head(&BlobName::parse("blob").unwrap()).await;
    let _ = KmsKeys::new(&connection, "alias/k").describe(None).await;
    script.sent().into_iter().map(|sent| sent.uri).collect()
}

#[tokio::test]
async fn without_an_endpoint_calls_go_to_the_region() {
    let urls = urls(&[]).await;
    assert_eq!(
        urls,
        [
            "https://dynamodb.eu-central-1.amazonaws.com/",
            "https://bucket.s3.eu-central-1.amazonaws.com/blob",
            "https://kms.eu-central-1.amazonaws.com/",
        ]
    );
}

#[tokio::test]
async fn an_endpoint_of_a_service_goes_before_that_of_all() {
    let urls = urls(&[("AWS_ENDPOINT_URL", "http://all:1"), ("AWS_ENDPOINT_URL_S3", "http://s3:2")]).await;
    assert_eq!(urls, ["http://all:1/", "http://s3:2/bucket/blob", "http://all:1/"]);
}

#[test]
fn what_is_missing_in_the_environment_is_named() {
    for missing in ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
        for nothing in [None, Some(String::new())] {
            let answer = Connection::from_variables(|name| {
                if name == missing { nothing.clone() } else { Some("something".to_owned()) }
            });
            assert_eq!(answer.unwrap_err().to_string(), format!("the environment variable {missing} is not set"));
        }
    }
}

#[tokio::test]
async fn a_session_token_is_sent_along() {
    let script = Script::new(|_, _| answer(200, "{}"));
    let connection = script.connection_with(&[("AWS_SESSION_TOKEN", "the-session")]);
    let table = DynamoTable::new(&connection, "rows", Arc::new(SystemClock));
    assert_eq!(table.get(&Key::new("p", "s")).await.unwrap(), None);
    assert_eq!(script.sent()[0].headers["x-amz-security-token"], "the-session");
}
