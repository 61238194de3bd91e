//! Between API Gateway and the service: events become HTTP requests, responses become streams.
//!
//! The events are read by types of our own and not by `lambda_http`'s, whose conversion merges `headers` over
//! `multiValueHeaders` and so keeps only the last of several headers of one name. The service must see all of them: a second
//! `Authorization`, `Host` or `X-Amz-Target` is what it refuses a request for.

mod event;
mod original;
mod request;
mod stream;

pub(crate) use event::Event;
pub(crate) use stream::{BodyBytes, streamed};

use crate::function::Function;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request, StatusCode};
use lambda_runtime::StreamResponse;
use request::EventError;
use service::{Body, Peer, Response, Service};

/// Answers the gateway's events as one function.
pub(crate) struct Gateway {
    service: Service,
    function: Function,
    origin_secret: Option<String>,
}

impl Gateway {
    /// The answers of `function`. Requests that carry `origin_secret` come from the edge.
    pub(crate) fn new(service: Service, function: Function, origin_secret: Option<String>) -> Self {
        Self { service, function, origin_secret }
    }

    /// Answers one event. What is wrong with it is told to the client as an HTTP status; nothing makes the invocation fail.
    pub(crate) async fn answer(&self, event: Event) -> StreamResponse<BodyBytes> {
        streamed(self.respond(event).await)
    }

    async fn respond(&self, event: Event) -> Response {
        let (request, peer) = match from_edge(event, self.function, self.origin_secret.as_deref()) {
            Ok(request) => request,
            Err(refused) => return refusal(&refused.to_string(), self.function),
        };
        let (parts, body) = request.into_parts();
        if !self.function.takes(&parts) {
            return refusal("the request is for another operation than the address that it was sent to", self.function);
        }
        self.service.handle(Request::from_parts(parts, body), peer).await
    }
}

/// The request that an event for `function` tells of, as the client sent it, and who that is. What the edge says is believed if it
/// knows the secret.
pub(crate) fn from_edge(
    event: Event,
    function: Function,
    secret: Option<&str>,
) -> Result<(Request<Body>, Peer), EventError> {
    let (mut request, mut peer) = request::from_gateway(event, function.is_at_the_root())?;
    if let Some(client) = original::restore(request.headers_mut(), secret) {
        peer.address.set_ip(client);
    }
    Ok((request, peer))
}

/// Refuses a request that the service never sees, in the form that its clients read.
pub(crate) fn refusal(message: &str, function: Function) -> Response {
    let (content_type, body) = match function {
        Function::Operation(_) | Function::CreateIamSession => (
            "application/x-amz-json-1.1",
            serde_json::json!({ "__type": "UnknownOperationException", "message": message }).to_string(),
        ),
        _ => ("text/plain; charset=utf-8", format!("{message}\n")),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::BAD_REQUEST;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
