//! The wire form of API requests and answers (AWS JSON 1.1).

use crate::Response;
use crate::body::Body;
use crate::failure::Failure;
use api::JsonApi;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::json;
use std::time::Duration;

/// The longest request body, in bytes: a file of 6 MiB in base64, and 2 MiB for the rest.
pub(crate) const MOST_BODY_BYTES: usize = 10 << 20;

/// The API and the operation that a request names; an operation without a name for what names none. What is not for our own API
/// is taken to be for CodeCommit's.
pub(crate) fn operation(headers: &HeaderMap) -> (JsonApi, &str) {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let (prefix, operation) = target.split_once('.').unwrap_or_default();
    match JsonApi::ALL.into_iter().find(|api| api.target_prefix() == prefix) {
        Some(api) => (api, operation),
        None => (JsonApi::CodeCommit, ""),
    }
}

/// Whether an operation leaves everything as it is, by its name.
pub(crate) fn is_read(operation: &str) -> bool {
    const READS: &[&str] = &["Get", "List", "Describe", "BatchGet", "BatchDescribe", "Evaluate", "LookUp"];
    READS.iter().any(|verb| operation.starts_with(verb))
}

/// The answer of an operation that succeeded.
pub(crate) fn success(json: Vec<u8>) -> Response {
    answer(StatusCode::OK, json)
}

/// The answer of an operation that failed.
pub(crate) fn failure(failure: &Failure) -> Response {
    let code = failure.code.as_str();
    let body = json!({ "__type": code, "message": failure.message });
    let mut response = answer(failure.code.status(), body.to_string().into_bytes());
    response.headers_mut().insert("x-amzn-errortype", HeaderValue::from_static(code));
    say_when(&mut response, failure.retry_after);
    response
}

/// Tells when another try makes sense, if that is known.
pub(crate) fn say_when(response: &mut Response, retry_after: Option<Duration>) {
    if let Some(after) = retry_after {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(after.as_secs()));
    }
}

fn answer(status: StatusCode, json: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(json));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.1"));
    response
}
