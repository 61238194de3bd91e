//! The wire form of Query answers.

use super::{QueryApi, Xml};
use crate::Response;
use crate::api_request::say_when;
use crate::body::Body;
use crate::failure::{Code, Failure};
use auth::Reason;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};

/// The answer of an operation that succeeded.
pub(crate) fn success(api: QueryApi, action: &str, request_id: &str, result: &Xml) -> Response {
    let metadata = Xml::new().text("RequestId", request_id);
    let body = if result.is_empty() { Xml::new() } else { Xml::new().nested(&format!("{action}Result"), result) };
    let body = body.nested("ResponseMetadata", &metadata);
    answer(StatusCode::OK, body.document(&format!("{action}Response"), &api.namespace()))
}

/// The answer of an operation that failed.
pub(crate) fn failure(api: QueryApi, request_id: &str, failure: &Failure) -> Response {
    let (name, status) = name_and_status(failure.code);
    let at_fault = if status.is_server_error() { "Receiver" } else { "Sender" };
    let error = Xml::new().text("Type", at_fault).text("Code", name).text("Message", &failure.message);
    let body = Xml::new().nested("Error", &error).text("RequestId", request_id);
    let mut response = answer(status, body.document("ErrorResponse", &api.namespace()));
    say_when(&mut response, failure.retry_after);
    response
}

/// What a failure is called in this protocol.
pub(crate) fn name_of(code: Code) -> &'static str {
    name_and_status(code).0
}

/// What the common failures are called in this protocol (AWS IAM API reference, "Common errors").
fn name_and_status(code: Code) -> (&'static str, StatusCode) {
    match code {
        Code::Query(error) => (error.as_str(), error.status()),
        Code::Authentication(Reason::Missing) => ("MissingAuthenticationToken", StatusCode::FORBIDDEN),
        Code::Authentication(Reason::Incomplete) => ("IncompleteSignature", StatusCode::BAD_REQUEST),
        Code::Authentication(Reason::Unknown) => ("InvalidClientTokenId", StatusCode::FORBIDDEN),
        Code::Authentication(Reason::Invalid) => ("SignatureDoesNotMatch", StatusCode::FORBIDDEN),
        Code::Authentication(Reason::Expired) => ("ExpiredToken", StatusCode::FORBIDDEN),
        Code::AccessDenied => ("AccessDenied", StatusCode::FORBIDDEN),
        Code::UnknownOperation | Code::NotImplemented => ("InvalidAction", StatusCode::BAD_REQUEST),
        Code::Serialization | Code::Api(_) => ("ValidationError", StatusCode::BAD_REQUEST),
        Code::Throttled => ("Throttling", StatusCode::TOO_MANY_REQUESTS),
        Code::TooLarge => ("RequestEntityTooLarge", StatusCode::PAYLOAD_TOO_LARGE),
        Code::Unavailable => ("ServiceUnavailable", StatusCode::SERVICE_UNAVAILABLE),
        Code::Internal => ("ServiceFailure", StatusCode::INTERNAL_SERVER_ERROR),
    }
}

fn answer(status: StatusCode, xml: String) -> Response {
    let mut response = Response::new(Body::from(xml));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/xml"));
    response
}
